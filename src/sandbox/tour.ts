/** The guided tour of the page: the stories, played in its chat at a pace at which what is said of them can be read. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Language } from '../../locales/language.ts';
import { inEach } from './in-each.ts';
import type { Laptop } from './laptop.ts';
import { asNew } from './panel.ts';
import type { Stage } from './stage.ts';
import { Actor, STORIES, type Story } from './stories.ts';
import type { TourState, TourStep } from './telegram/page.ts';
import type { SimUser } from './telegram/people.ts';

/** How fast is read, ms a character: three to four words a second. */
const READING_MS = 48;

type Said = Readonly<Record<Language, string>>;

export interface TourOptions {
  readonly stage: Stage;
  /** The laptop a technician has at hand. */
  readonly laptopOf: (technician: SimUser) => Laptop;
  /** Takes why a tour could not go on. */
  readonly onBroken: (error: unknown) => void;
  /** Time to read what is said, ms a character. */
  readonly readingMs?: number;
}

/** Leads one technician of the page through the stories. One tour runs at a time. */
export class Tour {
  readonly #options: TourOptions;
  #tour = new AbortController();
  #story = new AbortController();
  #running = Promise.resolve();
  #isClosed = false;

  constructor(options: TourOptions) {
    this.#options = options;
  }

  /** Starts it with this technician, anew where it runs already; goes on to the next story; ends it. */
  step(technician: SimUser, step: TourStep): void {
    this.#story.abort();
    if (step === 'next') return;
    this.#tour.abort();
    if (step === 'stop') return;
    const tour = new AbortController();
    this.#tour = tour;
    this.#running = this.#running.then(() => this.#lead(technician, tour.signal));
  }

  /** Ends it for good, and leaves the chat as it is. Resolves when nothing of it runs any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#tour.abort();
    await this.#running;
  }

  async #lead(technician: SimUser, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      await leaveCase(technician);
      technician.clear();
      for (const story of STORIES) await this.#tellStory(story, technician, signal);
      await this.#tellEnd('done', signal);
    } catch (error) {
      if (!signal.aborted) {
        this.#options.onBroken(error);
        await this.#tellEnd('broken', signal).catch(() => undefined);
      }
    }
    this.#options.stage.api.page.tour(null);
    if (signal.aborted && !this.#isClosed) await leaveCase(technician).catch(this.#options.onBroken);
  }

  /** Plays one story to its end, or until somebody wants the next. */
  async #tellStory(story: Story, technician: SimUser, tour: AbortSignal): Promise<void> {
    const { stage, laptopOf } = this.#options;
    this.#story = new AbortController();
    const signal = AbortSignal.any([tour, this.#story.signal]);
    asNew(stage.lan.device(story.device.profile.shortSerial));
    const title = inEach(`sandbox:tour.${story.id}.title`);
    const actor = new Actor(story.device, {
      stage,
      laptop: laptopOf(technician),
      technician,
      tell: (caption, look) =>
        this.#tell(
          { title, caption: inEach(`sandbox:tour.${caption}`), look },
          STORIES.indexOf(story),
          signal,
        ),
      signal,
    });
    try {
      await story.play(actor);
    } catch (error) {
      if (tour.aborted || !signal.aborted) throw error;
      await leaveCase(technician);
    }
  }

  #tellEnd(how: 'done' | 'broken', signal: AbortSignal): Promise<void> {
    const title = inEach('sandbox:tourEnd.title');
    const caption = inEach(`sandbox:tourEnd.${how}`);
    return this.#tell({ title, caption, look: 'chat' }, STORIES.length - 1, signal);
  }

  async #tell(
    said: { title: Said; caption: Said; look: TourState['look'] },
    index: number,
    signal: AbortSignal,
  ): Promise<void> {
    this.#options.stage.api.page.tour({ ...said, story: index + 1, of: STORIES.length });
    const longest = Math.max(...Object.values(said.caption).map(({ length }) => length));
    await pause(longest * (this.#options.readingMs ?? READING_MS), undefined, { signal });
  }
}

/** Closes the case that is at hand, as people do. */
async function leaveCase(technician: SimUser): Promise<void> {
  await technician.send('/cancel');
  await technician.waitFor(({ from }) => from === 'bot');
}
