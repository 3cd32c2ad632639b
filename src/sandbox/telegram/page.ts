import { readFile } from 'node:fs/promises';
import { stripVTControlCharacters } from 'node:util';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { BotCommand } from 'grammy/types';
import sharp from 'sharp';
import { resources } from '../../../locales/index.ts';
import { LANGUAGES, type Language } from '../../../locales/language.ts';
import type { SandboxEvent } from './events.ts';
import type { ChatMessage } from './message.ts';
import type { SimUser } from './people.ts';
import { badRequest, Refusal } from './refusal.ts';
import { commandsFor, type World } from './world.ts';

/** A picture of a label that the page offers to send. */
export interface Sample {
  /** Letters, digits and dashes: part of an address. */
  readonly id: string;
  readonly title: string | Readonly<Record<Language, string>>;
  /** A picture sharp can read. */
  readonly bytes: Uint8Array;
}

export interface PageOptions {
  readonly samples?: readonly Sample[];
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
}

/** What the host program shows on the page, and who sits at it. */
export interface Page {
  /** The page's two people, one for each language. */
  readonly technicians: readonly SimUser[];
  /** Adds a line of the agent's terminal; colours are taken out. */
  laptop(line: string): void;
  /** Replaces the list of devices. */
  devices(states: readonly DeviceState[]): void;
}

/** What goes to the page live. */
type PageEvent =
  | {
      readonly type: 'state';
      readonly messages: readonly ChatMessage[];
      readonly laptop: readonly string[];
      readonly devices: readonly DeviceState[];
      readonly menu: Menu;
    }
  | { readonly type: 'laptop'; readonly line: string }
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
  'panes.js': 'text/javascript; charset=utf-8',
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

/** Adds the chat page and what it talks to. Guarded like everything else of the server: this machine only. */
export async function servePage(
  app: FastifyInstance,
  world: World,
  user: (options: { id: number; firstName: string; languageCode: string }) => SimUser,
  { samples = [] }: PageOptions,
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
  let laptop: string[] = [];
  let devices: readonly DeviceState[] = [];
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
    samples: samples.map(({ id, title }) => ({ id, title })),
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
    write({ type: 'state', messages: person.messages, laptop, devices, menu: menuOf(person) });
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

  const action = (path: string, act: (person: SimUser, body: Buffer, name: string) => Promise<unknown>) =>
    app.post<{ Params: { user: string; name?: string } }>(`/page/users/:user/${path}`, async (request) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      await act(technician(request.params.user), body, request.params.name ?? '');
      return { ok: true };
    });
  action('text', (person, body) => person.send(body.toString()));
  action('photo', (person, body) => person.sendPhoto(body));
  action('documents/:name', (person, body, name) =>
    person.sendDocument(body, name.slice(0, 255), 'application/octet-stream'),
  );
  action('samples/:name', (person, _body, name) => {
    const sample = samples.find(({ id }) => id === name);
    if (!sample) throw new Refusal(404, 'Not Found');
    return person.sendPhoto(sample.bytes);
  });
  action('press/:name', (person, body, name) => person.press(body.toString(), Number(name)));

  return {
    technicians,
    laptop: (text) => {
      const line = stripVTControlCharacters(text).slice(0, MAX_LINE);
      laptop = [...laptop, line].slice(-MAX_LAPTOP_LINES);
      tell({ type: 'laptop', line });
    },
    devices: (states) => {
      devices = states;
      tell({ type: 'devices', devices });
    },
  };
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
