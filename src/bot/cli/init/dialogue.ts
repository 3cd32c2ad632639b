import { lookup } from 'node:dns/promises';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Secret } from '../../../kernel/secret.ts';
import type { Texts } from '../../../kernel/texts.ts';
import { loadOperatorData } from '../../operator-data.ts';
import { readTlsFiles } from '../../server/tls-files.ts';
import { SETTINGS } from '../../settings/registry.ts';
import { LOOPBACK } from '../../settings/shapes.ts';
import { TelegramClient } from '../../telegram/client.ts';
import { checkTls, codeOfListening } from '../doctor/machine-checks.ts';
import { startIdTeller } from './id-teller.ts';

/** Asks the operator; null: he leaves. */
export type Ask = (
  question: string,
  how?: { readonly hidden?: true; readonly initial?: string },
) => Promise<string | null>;

export interface InitOptions {
  readonly t: Texts;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where `.env` is written. */
  readonly folder: string;
  readonly ask: Ask;
  readonly say: (line: string) => void;
  /** How the bot is started here, as it is typed. */
  readonly command: string;
}

/** An answer: what is written, or the sentence that says why it will not do. */
type Judged<T> = { readonly value: T } | { readonly wrong: string };

class Left extends Error {}

type Line = readonly [name: string, value: string];

/**
 * Asks for the few settings that are needed and checks each where it counts: the token with Telegram, the port by opening it,
 * the name by resolving it, files by reading them. Then writes `.env` for its owner alone.
 * @returns whether it was written
 */
export async function initDialogue(options: InitOptions): Promise<boolean> {
  const { t, folder, say } = options;
  const file = join(folder, '.env');
  if (await isThere(file)) {
    say(t('operator:init.exists'));
    return false;
  }
  try {
    const { name, lines } = await askAll(options);
    const text = lines.map(([name, value]) => `${name}=${quoted(value)}\n`).join('');
    const failure = await writeFile(file, text, { mode: 0o600, flag: 'wx' }).then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code ?? 'unknown',
    );
    if (failure !== null) {
      say(t('operator:init.notWritten', { file, detail: failure }));
      return false;
    }
    say(t('operator:init.written', { file }));
    say(t('operator:init.next', { command: options.command, name }));
    return true;
  } catch (error) {
    if (!(error instanceof Left)) throw error;
    say(t('operator:init.stopped'));
    return false;
  }
}

async function askAll({ t, env, ask, say }: InitOptions): Promise<{ name: string; lines: Line[] }> {
  /** Asks until the answer will do. */
  async function until<T>(
    question: string,
    judge: (answer: string) => Judged<T> | Promise<Judged<T>>,
    how: { hidden?: true; initial?: string } = {},
  ): Promise<T> {
    for (;;) {
      const answer = await ask(question, how);
      if (answer === null) throw new Left();
      const judged = await judge(answer.trim());
      if ('value' in judged) return judged.value;
      say(judged.wrong);
    }
  }

  const { usual, shape } = SETTINGS.TELEGRAM_API_ROOT;
  const apiRoot = shape.safeParse(env.TELEGRAM_API_ROOT?.trim()).data ?? usual;
  const { client, token, name } = await until(
    t('operator:init.token'),
    async (answer) => {
      if (!SETTINGS.BOT_TOKEN.shape.safeParse(answer).success)
        return { wrong: t('operator:init.tokenShape') };
      const asked = clientOf(answer, apiRoot);
      const me = await asked.tryCall('getMe', {});
      if (me.ok) return { value: { client: asked, token: answer, name: `@${me.value.username}` } };
      await asked.disconnect();
      const { kind, description } = me.failure;
      if (kind === 'refused') return { wrong: t('operator:init.tokenRefused') };
      return { wrong: t('operator:init.unreached', { detail: description }) };
    },
    { hidden: true },
  );
  say(t('operator:init.bot', { name }));

  const teller = await startIdTeller(client);
  say(t(teller.isAlone ? 'operator:init.writeId' : 'operator:init.writeIdElsewhere', { name }));
  const admins = await until(t('operator:init.admin'), (answer) =>
    SETTINGS.ADMIN_IDS.shape.safeParse(answer).success
      ? { value: answer.split(/[\s,]+/).join(',') }
      : { wrong: t('operator:init.adminShape') },
  ).finally(async () => {
    await teller.stop();
    await client.disconnect();
  });

  const listen = await until(
    t('operator:init.listen'),
    async (answer) => {
      const read = SETTINGS.HUB_LISTEN.shape.safeParse(answer);
      if (!read.success) return { wrong: t('operator:init.listenShape') };
      const code = await codeOfListening(read.data);
      if (code === null) return { value: { text: answer, ...read.data } };
      if (code === 'EADDRINUSE') return { wrong: t('operator:init.listenTaken') };
      return { wrong: t('operator:init.listenNotOurs', { code }) };
    },
    { initial: SETTINGS.HUB_LISTEN.usual },
  );
  const isOpen = !LOOPBACK.test(listen.host);
  const url = await until(t('operator:init.url'), async (answer): Promise<Judged<string | null>> => {
    if (answer === '') return isOpen ? { wrong: t('operator:init.urlNeeded') } : { value: null };
    const read = SETTINGS.HUB_PUBLIC_URL.shape.safeParse(answer);
    if (!read.success) return { wrong: t('operator:init.urlShape') };
    const code = await codeOfName(new URL(read.data).hostname);
    return code === null ? { value: read.data } : { wrong: t('operator:init.urlNoName', { code }) };
  });
  const tls = url?.startsWith('https:') ? await until(t('operator:init.cert'), (cert) => tlsOf(cert)) : null;

  /** Both files, once they go together; null: a proxy speaks TLS. */
  async function tlsOf(certFile: string): Promise<Judged<{ certFile: string; keyFile: string } | null>> {
    if (certFile === '') return { value: null };
    const keyFile = (await ask(t('operator:init.key')))?.trim();
    if (keyFile === undefined) throw new Left();
    const files = { certFile, keyFile };
    const read = await readTlsFiles(files);
    if (!read.ok) return { wrong: t('operator:init.tlsWrong', { detail: read.failure }) };
    const trouble = (await checkTls(files, Date.now())).find(({ result }) => result === 'failed');
    return trouble ? { wrong: trouble.sentence(t) } : { value: files };
  }

  const region = await until(
    t('operator:init.region'),
    async (answer) => {
      const loaded = await loadOperatorData(answer, Date.now());
      return loaded.ok
        ? { value: answer }
        : { wrong: t('operator:init.regionWrong', { detail: loaded.failure.detail }) };
    },
    { initial: 'ru' },
  );
  const lines: Line[] = [
    ['BOT_TOKEN', token],
    ['ADMIN_IDS', admins],
    ...(apiRoot === usual ? [] : [['TELEGRAM_API_ROOT', apiRoot] as const]),
    ['HUB_LISTEN', listen.text],
    ...(url === null ? [] : [['HUB_PUBLIC_URL', url] as const]),
    ...(tls ? [['HUB_TLS_CERT', tls.certFile] as const, ['HUB_TLS_KEY', tls.keyFile] as const] : []),
    ['REGION_PACK', region],
  ];
  return { name, lines };
}

function clientOf(token: string, apiRoot: string): TelegramClient {
  return new TelegramClient({
    token: new Secret(token),
    apiRoot,
    pace: null,
    blobs: { get: async () => ({ ok: true, value: undefined }) },
    patience: { call: 8_000, upload: 8_000 },
  });
}

/** The system's code where nobody knows a name; null: somebody does. */
function codeOfName(name: string): Promise<string | null> {
  return lookup(name.replace(/^\[|\]$/g, '')).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? 'unknown',
  );
}

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

/** As `.env` has it: a path may hold a space or a number sign. */
function quoted(value: string): string {
  return /^[\w.,:/@+=-]+$/.test(value) ? value : `'${value}'`;
}
