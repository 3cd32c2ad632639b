import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { BotCommand } from 'grammy/types';
import sharp from 'sharp';
import { resources } from '../../../locales/index.ts';
import { LANGUAGES, type Language } from '../../../locales/language.ts';
import type { SandboxEvent } from './events.ts';
import { type ChatMessage, isOtherKind } from './message.ts';
import type { SimUser } from './people.ts';
import { badRequest, Refusal } from './refusal.ts';
import { commandsFor, type World } from './world.ts';

/** A picture of a label that the page offers to send. */
export interface Sample {
  /** Letters, digits and dashes: part of an address. */
  readonly id: string;
  readonly title: string | Readonly<Record<Language, string>>;
  /** What sending it shows, and how that ends. */
  readonly tells?: Readonly<Record<Language, string>>;
  /** A picture sharp can read. */
  readonly bytes: Uint8Array;
}

export interface PageOptions {
  readonly samples?: readonly Sample[];
  /** Password of the emulated devices, for whoever is asked for it at a laptop. It protects nothing. */
  readonly password?: string;
}

/** One device as the page shows it. */
export interface DeviceState {
  readonly serial: string;
  readonly model: string;
  readonly address: string;
  readonly bound: boolean;
  readonly cloud: 'online' | 'offline' | 'disabled';
  /** Of the device's own counter. */
  readonly triesLeft: number;
  /** Whole minutes; 0 when not locked. */
  readonly lockMinutes: number;
  /** Unbinds it has carried out. */
  readonly executions: number;
  /** False: pulled off the network. */
  readonly plugged: boolean;
}

const DEVICE_ACTS = ['unplug', 'plug', 'cloud-off', 'cloud-on', 'bind', 'unbind', 'lock', 'unlock'] as const;
/** What a hand can do to a device of the page; `unbind` is by its own menu or the app, past the bot. */
export type DeviceAct = (typeof DEVICE_ACTS)[number];

const TOUR_STEPS = ['start', 'next', 'stop'] as const;
/** `next` leaves the story that is being told for the one after it. */
export type TourStep = (typeof TOUR_STEPS)[number];

/** Where a tour is. */
export interface TourState {
  /** Number of the story, from 1, and how many there are. */
  readonly story: number;
  readonly of: number;
  readonly title: Readonly<Record<Language, string>>;
  readonly caption: Readonly<Record<Language, string>>;
  /** The part of the page where it happens. */
  readonly look: 'chat' | 'laptop' | 'devices';
}

/** What a laptop asks of the person before it. */
export interface Want {
  /** What it said when it asked. */
  readonly what: string;
  /** Where it is answered, a page on this machine. */
  readonly address: string;
}

/** One laptop on the page. */
export interface PageLaptop {
  /** Adds a line of the agent's terminal; colours are taken out. */
  say(line: string): void;
  /** Shows what it waits for; null when that is over. */
  wants(want: Want | null): void;
}

/** What the host program does when something outside the chat is pressed. */
export interface PageHost {
  device(serial: string, act: DeviceAct): void;
  /** Null: there is none, as where the devices of its stories are missing. */
  readonly tour: ((technician: SimUser, step: TourStep) => void) | null;
}

/** What the host program shows on the page, and who sits at it. */
export interface Page {
  /** The page's two people, one for each language. */
  readonly technicians: readonly SimUser[];
  /** Puts a laptop on the page, and says whose it is. */
  laptop(name: string, technician: SimUser): PageLaptop;
  /** Replaces the list of devices. */
  devices(states: readonly DeviceState[]): void;
  /** Shows where the tour is; null when it is over. */
  tour(state: TourState | null): void;
  /** Has somebody do what is pressed outside the chat; what nobody does has no buttons. */
  host(host: PageHost): void;
}

interface LaptopState {
  readonly name: string;
  /** Id of the technician whose it is. */
  readonly owner: number;
  readonly lines: readonly string[];
  readonly wants: Want | null;
}

/** What goes to the page live. */
type PageEvent =
  | {
      readonly type: 'state';
      readonly messages: readonly ChatMessage[];
      readonly laptops: readonly LaptopState[];
      readonly devices: readonly DeviceState[];
      readonly menu: Menu;
      readonly tour: TourState | null;
      /** What has buttons, because somebody does what they say. */
      readonly hosted: { readonly devices: boolean; readonly tour: boolean };
    }
  | { readonly type: 'line'; readonly laptop: string; readonly line: string }
  | { readonly type: 'laptop'; readonly laptop: LaptopState }
  | { readonly type: 'tour'; readonly tour: TourState | null }
  | { readonly type: 'devices'; readonly devices: readonly DeviceState[] }
  | { readonly type: 'menu'; readonly menu: Menu }
  | Exclude<SandboxEvent, { type: 'call' } | { type: 'settings' }>;

interface Menu {
  readonly commands: readonly BotCommand[];
  readonly description: string;
}

const STATIC = new URL('../page/', import.meta.url);
const ASSETS = {
  'index.html': 'text/html; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'page.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'chat.js': 'text/javascript; charset=utf-8',
  'rich-text.js': 'text/javascript; charset=utf-8',
  'laptops.js': 'text/javascript; charset=utf-8',
  'devices.js': 'text/javascript; charset=utf-8',
  'tray.js': 'text/javascript; charset=utf-8',
  'tour.js': 'text/javascript; charset=utf-8',
  'element.js': 'text/javascript; charset=utf-8',
} as const;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
const FIRST_TECHNICIAN_ID = 600_000_001;
const MAX_LAPTOP_LINES = 500;
const MAX_LINE = 2_000;
/** Name of an album: the page makes it up, as the app does. */
const ALBUM = /^[\w-]{1,64}$/;

/** Adds the chat page and what it talks to. Guarded like everything else of the server: this machine only. */
export async function servePage(
  app: FastifyInstance,
  world: World,
  user: (options: { id: number; firstName: string; languageCode: string }) => SimUser,
  { samples = [], password }: PageOptions,
): Promise<Page> {
  const assets = await loadAssets();
  const thumbnails = await makeThumbnails(samples);
  const technicians = LANGUAGES.map((languageCode, index) =>
    user({
      id: FIRST_TECHNICIAN_ID + index,
      firstName: resources[languageCode].sandbox.page.technician,
      languageCode,
    }),
  );
  const laptops = new Map<string, LaptopState>();
  let devices: readonly DeviceState[] = [];
  let tour: TourState | null = null;
  let host: PageHost | null = null;
  const listeners = new Set<(event: PageEvent) => void>();
  const tell = (event: PageEvent) => {
    for (const listener of listeners) listener(event);
  };

  const technician = (id: string): SimUser => {
    const found = technicians.find((person) => person.id === Number(id));
    if (!found) throw badRequest('user not found');
    return found;
  };
  const menuOf = (person: SimUser): Menu => {
    const language = person.user.language_code ?? '';
    const { descriptions } = world.settings;
    return {
      commands: commandsFor(world.settings, person.chatId, language),
      description: descriptions.get(language) || descriptions.get('') || '',
    };
  };

  app.addHook('onRequest', async (_request, reply) => {
    void reply.headers(HEADERS);
  });

  app.get('/', async (_request, reply) => send(reply, assets, 'index.html'));
  app.get<{ Params: { asset: string } }>('/page/:asset', async (request, reply) =>
    send(reply, assets, request.params.asset),
  );
  app.get('/page/setup', async () => ({
    texts: Object.fromEntries(LANGUAGES.map((language) => [language, resources[language].sandbox.page])),
    bot: { name: world.me.first_name, username: world.me.username },
    technicians: technicians.map(({ id, user: { first_name, language_code } }) => ({
      id,
      name: first_name,
      language: language_code,
    })),
    samples: samples.map(({ id, title, tells }) => ({ id, title, tells })),
    password,
  }));
  app.get<{ Params: { id: string } }>('/page/samples/:id', async (request, reply) => {
    const thumbnail = thumbnails.get(request.params.id);
    if (!thumbnail) throw new Refusal(404, 'Not Found');
    return reply.type('image/jpeg').send(thumbnail);
  });
  app.get<{ Params: { id: string } }>('/page/files/:id', async (request, reply) => {
    const file = world.files.get(request.params.id);
    if (!file) throw new Refusal(404, 'Not Found');
    const isPicture = /^image\/(?:jpeg|png|webp)$/.test(file.mime);
    // Only pictures are shown in place: anything else could be a page of its own.
    if (!isPicture) void reply.header('content-disposition', 'attachment');
    void reply.header('cache-control', 'private, max-age=86400');
    return reply.type(isPicture ? file.mime : 'application/octet-stream').send(Buffer.from(file.bytes));
  });

  app.get<{ Params: { user: string } }>('/page/users/:user/events', (request, reply) => {
    const person = technician(request.params.user);
    reply.hijack();
    reply.raw.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    const write = (event: PageEvent) => reply.raw.write(`data: ${JSON.stringify(event)}\n\n`);
    write({
      type: 'state',
      messages: person.messages,
      laptops: [...laptops.values()],
      devices,
      menu: menuOf(person),
      tour,
      hosted: { devices: host !== null, tour: Boolean(host?.tour) },
    });
    const stopWorld = world.events.listen((event) => {
      if (event.type === 'settings') write({ type: 'menu', menu: menuOf(person) });
      else if (event.type !== 'call' && concerns(event, person)) write(event);
    });
    listeners.add(write);
    reply.raw.once('close', () => {
      stopWorld();
      listeners.delete(write);
    });
  });

  const action = (path: string, act: (person: SimUser, body: Buffer, params: ActParams) => unknown) =>
    app.post<{ Params: ActParams & { user: string } }>(`/page/users/:user/${path}`, async (request) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      await act(technician(request.params.user), body, request.params);
      return { ok: true };
    });
  const sampleOf = ({ name }: ActParams): Sample => {
    const sample = samples.find(({ id }) => id === name);
    if (!sample) throw new Refusal(404, 'Not Found');
    return sample;
  };
  action('text', (person, body) => person.send(body.toString()));
  action('photo', (person, body) => person.sendPhoto(body));
  action('albums/:album', (person, body, params) => person.sendPhoto(body, albumOf(params)));
  action('documents/:name', (person, body, { name }) =>
    person.sendDocument(body, name.slice(0, 255), 'application/octet-stream'),
  );
  action('others/:name', (person, _body, { name }) => {
    if (!isOtherKind(name)) throw new Refusal(404, 'Not Found');
    return person.sendOther(name);
  });
  action('samples/:name', (person, _body, params) => person.sendPhoto(sampleOf(params).bytes));
  action('albums/:album/samples/:name', (person, _body, params) =>
    person.sendPhoto(sampleOf(params).bytes, albumOf(params)),
  );
  action('press/:name', (person, body, { name }) => person.press(body.toString(), Number(name)));
  action('tour/:name', (person, _body, { name }) => {
    const { tour: lead } = hosted();
    if (!lead) throw new Refusal(404, 'Not Found');
    lead(person, oneOf(TOUR_STEPS, name));
  });
  app.post<{ Params: { serial: string; act: string } }>('/page/devices/:serial/:act', async ({ params }) => {
    if (!devices.some(({ serial }) => serial === params.serial)) throw new Refusal(404, 'Not Found');
    hosted().device(params.serial, oneOf(DEVICE_ACTS, params.act));
    return { ok: true };
  });

  const hosted = (): PageHost => {
    if (!host) throw new Refusal(404, 'Not Found');
    return host;
  };
  const change = (name: string, changes: Partial<LaptopState>): LaptopState | undefined => {
    const known = laptops.get(name);
    if (!known) return undefined;
    const changed = { ...known, ...changes };
    laptops.set(name, changed);
    return changed;
  };

  return {
    technicians,
    laptop: (name, owner) => {
      const added: LaptopState = { name, owner: owner.id, lines: [], wants: null };
      laptops.set(name, added);
      tell({ type: 'laptop', laptop: added });
      return {
        say: (text) => {
          const line = stripVTControlCharacters(text).slice(0, MAX_LINE);
          const lines = [...(laptops.get(name)?.lines ?? []), line].slice(-MAX_LAPTOP_LINES);
          change(name, { lines });
          tell({ type: 'line', laptop: name, line });
        },
        wants: (wants) => {
          const laptop = change(name, { wants });
          if (laptop) tell({ type: 'laptop', laptop });
        },
      };
    },
    devices: (states) => {
      devices = states;
      tell({ type: 'devices', devices });
    },
    tour: (state) => {
      tour = state;
      tell({ type: 'tour', tour });
    },
    host: (added) => {
      host = added;
    },
  };
}

/** Parts of an address behind the technician's. */
interface ActParams {
  readonly name: string;
  readonly album: string;
}

/** @throws Refusal when the page made up a name no app would */
function albumOf({ album }: ActParams): { mediaGroupId: string } {
  if (!ALBUM.test(album)) throw badRequest('wrong album');
  return { mediaGroupId: album };
}

/** @throws Refusal when it is none of these words */
function oneOf<W extends string>(words: readonly W[], given: string): W {
  const word = words.find((one) => one === given);
  if (word === undefined) throw new Refusal(404, 'Not Found');
  return word;
}

type Assets = ReadonlyMap<string, { readonly type: string; readonly bytes: Buffer }>;

async function loadAssets(): Promise<Assets> {
  const entries = Object.entries(ASSETS).map(
    async ([name, type]) => [name, { type, bytes: await readFile(new URL(name, STATIC)) }] as const,
  );
  return new Map(await Promise.all(entries));
}

async function makeThumbnails(samples: readonly Sample[]): Promise<ReadonlyMap<string, Buffer>> {
  const box = { width: 240, height: 240, fit: 'inside' } as const;
  const entries = samples.map(
    async ({ id, bytes }) => [id, await sharp(bytes).rotate().resize(box).jpeg().toBuffer()] as const,
  );
  return new Map(await Promise.all(entries));
}

function send(reply: FastifyReply, assets: Assets, name: string): FastifyReply {
  const asset = assets.get(name);
  if (!asset) throw new Refusal(404, 'Not Found');
  return reply.type(asset.type).send(asset.bytes);
}

function concerns(event: Exclude<SandboxEvent, { type: 'call' | 'settings' }>, person: SimUser): boolean {
  return event.type === 'answer' ? event.userId === person.id : event.chatId === person.chatId;
}
