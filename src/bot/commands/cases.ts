/** Commands about cases and what goes wrong in them: /cases, /explain, /help with a code or words. */
import { helpWords } from '../../../locales/words.ts';
import { asListed, type CaseRecord, caseNumber, dayOf, soughtIn } from '../../cases/case.ts';
import { type CaseDesk, MOST_SOUGHT } from '../../cases/desk.ts';
import { dateIn } from '../../flows/dates.ts';
import { offerOf, pressedOf, sliceOf } from '../../flows/others.ts';
import {
  catalogueText,
  contradictionText,
  restsOnCatalogue,
  standingOf,
  trailText,
} from '../../flows/telling.ts';
import { articleText, regionLines } from '../../flows/trouble.ts';
import { FIRMWARE_CATALOGUE, type FirmwareCatalogue, firmwareOf } from '../../policy/catalogue.ts';
import { knownValue } from '../../policy/facts.ts';
import { findHelp } from '../../policy/help.ts';
import type { RegionPack } from '../../policy/region.ts';
import type { Told } from '../house/telegram.ts';
import type { Call, CommandSet } from './call.ts';
import { caseOf } from './case-of.ts';

/** Latest cases of a chat, or of those that were sought, that are read and put in order for one page. */
const MOST_ORDERED = 200;

/** A list of cases, and how it is turned over. */
interface CaseList {
  readonly title: string;
  readonly found: readonly CaseRecord[];
  /** Place of the first one shown. */
  readonly from: number;
  /** Data of the button to another page. */
  readonly turned: (from: number) => string;
  /** Behind the last page; null: nothing. */
  readonly beyond: { readonly text: string; readonly data: string } | null;
}

export function createCaseCommands(
  cases: Pick<CaseDesk, 'get' | 'listFor' | 'find' | 'untouched'>,
  region: RegionPack,
  catalogue: FirmwareCatalogue = FIRMWARE_CATALOGUE,
): CommandSet {
  /** One page of a list of cases. */
  function sayCases(
    { say, t, language }: Call,
    { title, found, from, turned, beyond }: CaseList,
  ): Promise<Told> {
    const page = sliceOf(t, found, from);
    // Numbered: a device has as many cases as visits.
    const shown = page.shown.map((record, at) => ({
      record,
      number: page.from + at + 1,
      name: record.device?.shortSerial ?? caseNumber(record),
    }));
    const lines = shown.map(({ record, number, name }) =>
      t('bot:cases.line', {
        number,
        case: name,
        model: record.sighting?.model ?? record.device?.model ?? knownValue(record.facts, 'model') ?? '',
        standing: t(standingOf(record)),
        date: dateIn(language, new Date(dayOf(record)).toISOString()),
      }),
    );
    const isLast = page.from + page.shown.length >= found.length;
    const rows = [
      ...shown.map(({ record, number, name }) => [{ text: `${number} · ${name}`, data: `c:${record.id}` }]),
      page.turns.map((turn) => ({ text: turn.text, data: turned(turn.from) })),
      isLast && beyond ? [beyond] : [],
    ];
    return say(
      [title, ...lines, page.range].filter(Boolean).join('\n\n'),
      rows.filter((row) => row.length > 0),
    );
  }

  /** A page of the latest cases; `before`: of those older than the case with this id, empty: of all. */
  async function page(call: Call, before = '', from = 0): Promise<Told> {
    const { chatId, say, t } = call;
    const listed = await cases.listFor(chatId, MOST_ORDERED + 1, before === '' ? undefined : before);
    if (!listed.ok) return say(t('bot:error.unreachable'));
    const ordered = listed.value.slice(0, MOST_ORDERED);
    const last = listed.value.length > MOST_ORDERED ? ordered.at(-1) : undefined;
    const found = asListed(ordered);
    if (found.length === 0 && !last) return say(t(before === '' ? 'bot:cases.none' : 'bot:cases.noOlder'));
    return sayCases(call, {
      title: [
        t(before === '' ? 'bot:cases.title' : 'bot:cases.titleOlder'),
        last ? t('bot:cases.ordered', { most: MOST_ORDERED }) : '',
      ]
        .filter(Boolean)
        .join('\n'),
      found,
      from,
      turned: (begin) => `o:${before}:${begin}`,
      beyond: last ? { text: t('bot:cases.button.older'), data: `o:${last.id}:0` } : null,
    });
  }

  /** A page of the cases that a typed text names. */
  async function sought(call: Call, typed: string, from = 0): Promise<Told> {
    const { chatId, say, t } = call;
    const text = soughtIn(typed);
    const listed = await cases.find(chatId, text, MOST_ORDERED + 1);
    if (!listed.ok) return say(t('bot:error.unreachable'));
    const all = listed.value.found;
    const found = asListed(all.slice(0, MOST_ORDERED));
    const older = listed.value.isCut ? t('bot:cases.olderNotSought', { most: MOST_SOUGHT }) : '';
    if (found.length === 0) return say([t('bot:cases.notFound'), older].filter(Boolean).join('\n'));
    const isFull = all.length > MOST_ORDERED;
    const title = isFull ? t('bot:cases.foundMany', { most: MOST_ORDERED }) : t('bot:cases.found');
    return sayCases(call, {
      title: [title, isFull ? '' : older].filter(Boolean).join('\n'),
      found,
      from,
      turned: (begin) => `f:${begin}:${text}`,
      beyond: null,
    });
  }

  /** The case that is being worked on, else the latest one of this chat. */
  async function caseAtHand({ chatId, controls }: Call): Promise<CaseRecord | null> {
    const active = controls.active()?.caseId;
    if (active) {
      const found = await cases.get(active);
      if (found.ok && found.value) return found.value;
    }
    const latest = await cases.listFor(chatId, 1);
    return latest.ok ? (latest.value[0] ?? null) : null;
  }

  /** Begins a case for one of the other devices named with a case; in the middle of another one that is asked first. */
  async function beginOther(call: Call, record: CaseRecord, serial: string | undefined): Promise<void> {
    const { controls, say, t } = call;
    const pressed = record.others.find(({ shortSerial }) => shortSerial === serial);
    const left = await cases.untouched(record);
    if (!left.ok) return void (await say(t('bot:error.unreachable')));
    if (!pressed) return void (await say(t('bot:cases.gone')));
    const handed = pressedOf(left.value, pressed);
    const active = controls.active();
    const running = active?.caseId ? await cases.get(active.caseId) : null;
    const isAtWork = running?.ok && running.value?.device && running.value.closedAt === null;
    if (active && isAtWork && active.flow !== 'case')
      await controls.start('switch', { caseId: active.caseId, with: { ...handed, resume: active.flow } });
    else await controls.start('identify', { caseId: '', with: handed });
  }

  return {
    commands: {
      cases: (call, words) => (words.length === 0 ? page(call) : sought(call, words.join(''))),

      async explain(call) {
        const { say, t, language } = call;
        const record = await caseAtHand(call);
        if (!record) return say(t('bot:explain.none'));
        const disagreed = record.contradictions.map((found) => contradictionText(t, found));
        const head = t('bot:explain.head', { case: caseNumber(record) });
        const model = knownValue(record.facts, 'model');
        const row = model !== null && restsOnCatalogue(record.facts) ? firmwareOf(model, catalogue) : null;
        const listed = row ? [catalogueText(t, row, language)] : [];
        return say([head, ...disagreed, ...listed, trailText(t, record.facts, record.tried)].join('\n\n'));
      },

      async help({ role, controls, say, t, language }, words) {
        if (words.length === 0) {
          const admin = role === 'admin' ? [t('bot:access.help')] : [];
          return say([t('bot:command.help'), ...admin].join('\n\n'));
        }
        const found = findHelp(words.join(' '), helpWords, 'command');
        if (found.kind === 'article')
          return say(articleText(t, found.article, regionLines(t, found.article, region, language)));
        const active = controls.active();
        // Which of two it is, or a photo of the screen, is asked for; then the stage that was left goes on.
        await controls.start('trouble', {
          caseId: active?.caseId ?? '',
          with: { found, ...(active ? { resume: active.flow } : {}) },
        });
        return undefined;
      },
    },

    buttons: {
      o: (call, [before, from]) => page(call, before, Number(from)),
      f: (call, [from, text = '']) => sought(call, text, Number(from)),

      async c(call, [caseId]) {
        const record = await caseOf(cases, call, caseId);
        if (record) await call.controls.start('case', { caseId: record.id });
        return undefined;
      },

      async n(call, [caseId, serial]) {
        const record = await caseOf(cases, call, caseId);
        if (record) await beginOther(call, record, serial);
        return undefined;
      },

      async r(call, [caseId, from]) {
        const record = await caseOf(cases, call, caseId);
        if (!record) return undefined;
        const left = await cases.untouched(record);
        if (!left.ok) return call.say(call.t('bot:error.unreachable'));
        const offer = offerOf(call.t, record.id, left.value, Number(from));
        return offer ? call.say(offer.text, offer.rows) : call.say(call.t('bot:others.none'));
      },
    },
  };
}
