import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import type { Update } from 'grammy/types';
import { pino } from 'pino';
import { request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createChatQueue } from '../../../src/bot/house/chat-queue.ts';
import { createIntake, type IntakeOptions } from '../../../src/bot/telegram/intake.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { LocalBotApi } from '../../../src/sandbox/telegram/local-bot-api.ts';
import { clientFor, gate, localBotApi } from './support.ts';

const log = pino({ level: 'silent' });
const POLLING = { updates: { mode: 'polling' } } as const;

/** An intake on a local Bot API that stops with the test. */
async function intakeFor(api: LocalBotApi, options: Partial<IntakeOptions> & Pick<IntakeOptions, 'handle'>) {
  const client = clientFor(api);
  const me = await client.tryCall('getMe', {});
  if (!me.ok) throw me.failure;
  const intake = createIntake({
    client,
    me: me.value,
    settings: POLLING,
    log,
    onEnd: (reason) => expect.unreachable(reason),
    ...options,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= intake.stop();
    return stopped;
  };
  onTestFinished(stop);
  return { client, intake, stop };
}

/** A handler that always succeeds. */
function handling(work: (update: Update) => unknown): IntakeOptions['handle'] {
  return async (update) => {
    await work(update);
    return ok(undefined);
  };
}

/** Updates Telegram still holds. */
async function pending(api: LocalBotApi): Promise<number> {
  const info = await clientFor(api).tryCall('getWebhookInfo', {});
  if (!info.ok) throw info.failure;
  return info.value.pending_update_count;
}

function textOf(update: Update): string {
  return update.message?.text ?? '';
}

describe('polling', () => {
  it('hands every update over once, in order, and lets Telegram forget it', async () => {
    const api = await localBotApi();
    const seen: string[] = [];
    const { client, intake, stop } = await intakeFor(api, {
      handle: handling(async (update) => {
        seen.push(textOf(update));
        await client.tryCall('sendMessage', { chat_id: update.message?.chat.id ?? 0, text: textOf(update) });
      }),
    });
    await intake.start();
    const person = api.user();
    for (const text of ['a', 'b', 'c']) await person.send(text);
    await person.waitFor(/^c$/, { after: 'start' });
    await person.send('d');
    await person.waitFor(/^d$/);
    await stop();
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    expect(await pending(api)).toBe(0);
  });

  it('keeps 50 chats at once going, each in its order', async () => {
    const api = await localBotApi();
    const queue = createChatQueue();
    const answered = new Map<number, string[]>();
    const { intake } = await intakeFor(api, {
      handle: handling(async (update) => {
        const id = update.message?.chat.id ?? 0;
        await queue.run(id, async () => {
          await nextTurn();
          answered.set(id, [...(answered.get(id) ?? []), textOf(update)]);
          all.check();
        });
      }),
    });
    const people = Array.from({ length: 50 }, () => api.user({ firstName: 'P' }));
    const done = gate();
    const all = {
      check: () => {
        if ([...answered.values()].flat().length === 150) done.open();
      },
    };
    for (const text of ['1', '2', '3']) for (const person of people) await person.send(text);
    await intake.start();
    await done.passed;
    expect([...answered.values()]).toEqual(people.map(() => ['1', '2', '3']));
  });

  it("does not let a chat wait for another one's slow handler, nor Telegram forget the slow update", async () => {
    const api = await localBotApi();
    const slow = gate();
    const { client, intake, stop } = await intakeFor(api, {
      handle: handling(async (update) => {
        if (textOf(update) === 'slow') await slow.passed;
        await client.tryCall('sendMessage', { chat_id: update.message?.chat.id ?? 0, text: textOf(update) });
      }),
    });
    await intake.start();
    const [first, second] = [api.user({ id: 1 }), api.user({ id: 2 })];
    await first.send('slow');
    for (const text of ['a', 'b']) {
      await second.send(text);
      await second.waitFor(new RegExp(`^${text}$`), { timeoutMs: 5_000 });
    }
    expect(await pending(api)).toBe(3);
    const stopping = stop();
    slow.open();
    await stopping;
    expect(first.messages.filter(({ text, from }) => text === 'slow' && from === 'bot')).toHaveLength(1);
    expect(second.messages.filter(({ from }) => from === 'bot')).toHaveLength(2);
    expect(await pending(api)).toBe(0);
  });

  it('confirms an update whose handler ends after the intake was told to stop', async () => {
    const api = await localBotApi();
    const begun = gate();
    const slow = gate();
    const { client, intake, stop } = await intakeFor(api, {
      handle: handling(async () => {
        begun.open();
        await slow.passed;
      }),
    });
    await intake.start();
    await api.user().send('slow');
    await begun.passed;
    // Stopped in the middle of a poll, not in the pause between two.
    const polls = gate();
    api.fault({ method: 'getUpdates', kind: 'delay', delayMs: 60_000 });
    api.onEvent((event) => {
      if (event.type === 'call' && event.call.method === 'getUpdates') polls.open();
    });
    await polls.passed;
    const stopping = stop();
    for (let trips = 0; trips < 3; trips++) await client.tryCall('getMe', {});
    slow.open();
    await stopping;
    expect(await pending(api)).toBe(0);
  });

  it('goes on without an update that never ends, and after one that throws', async () => {
    const api = await localBotApi();
    const { client, intake, stop } = await intakeFor(api, {
      patienceMs: 200,
      handle: handling(async (update) => {
        if (textOf(update) === 'stuck') await gate().passed;
        if (textOf(update) === 'broken') throw new Error('a bug');
        await client.tryCall('sendMessage', { chat_id: update.message?.chat.id ?? 0, text: 'fine' });
      }),
    });
    await intake.start();
    const person = api.user();
    for (const text of ['stuck', 'broken', 'next']) await person.send(text);
    await person.waitFor(/fine/, { after: 'start' });
    await stop();
    expect(await pending(api)).toBe(0);
  });

  it('hands an update in again until it is handled, and Telegram keeps it until then', async () => {
    const api = await localBotApi();
    const handled = gate();
    let tries = 0;
    const { intake, stop } = await intakeFor(api, {
      againMs: 20,
      handle: async () => {
        tries += 1;
        if (tries < 3) return fail('store-unavailable');
        expect(await pending(api)).toBe(1);
        handled.open();
        return ok(undefined);
      },
    });
    await intake.start();
    await api.user().send('x');
    await handled.passed;
    await stop();
    expect(tries).toBe(3);
    expect(await pending(api)).toBe(0);
  });

  it('leaves to Telegram what still fails when it stops', async () => {
    const api = await localBotApi();
    const failed = gate();
    const done = gate();
    const { intake, stop } = await intakeFor(api, {
      againMs: 60_000,
      handle: async (update) => {
        if (textOf(update) === 'fails') {
          failed.open();
          return fail('store-unavailable');
        }
        done.open();
        return ok(undefined);
      },
    });
    await intake.start();
    const person = api.user();
    await person.send('fails');
    await failed.passed;
    await person.send('works');
    await done.passed;
    await stop();
    // Telegram forgets only what lies before an offset, so the handled one comes again too.
    expect(await pending(api)).toBe(2);
  });

  it('survives lost connections, gateway errors and a second poller', async () => {
    const api = await localBotApi();
    const seen = gate<string>();
    const { intake } = await intakeFor(api, {
      handle: handling(async (update) => {
        if (textOf(update) === 'still there') seen.open(textOf(update));
      }),
    });
    api.fault({ method: 'getUpdates', kind: 'disconnect' });
    api.fault({ method: 'getUpdates', kind: 'status', status: 409, description: 'Conflict' });
    await intake.start();
    await api.user().send('still there');
    expect(await seen.passed).toBe('still there');
  });

  it('ends when Telegram refuses the token', async () => {
    const api = await localBotApi();
    const ended = gate<string>();
    const { intake } = await intakeFor(api, { handle: handling(() => undefined), onEnd: ended.open });
    api.fault({ method: 'getUpdates', kind: 'status', status: 401, description: 'Unauthorized' });
    await intake.start();
    expect(await ended.passed).toBe('token-refused');
  });

  it('stops at once when it has just begun, and when it never began', async () => {
    const api = await localBotApi();
    const { intake } = await intakeFor(api, { handle: handling(() => undefined) });
    await intake.start();
    await intake.stop();
    const { intake: idle } = await intakeFor(api, { handle: handling(() => undefined) });
    await idle.stop();
    const before = api.calls.length;
    await api.user().send('nobody listens');
    await nextTurn();
    expect(api.calls.length).toBe(before);
  });
});

describe('a process killed in the middle of an update', () => {
  /** A bot of its own process; prints `got <text>` and, unless the text is `hang`, `done <text>`. */
  function botProcess(api: LocalBotApi): { child: ChildProcess; printed(line: string): Promise<void> } {
    const script = fileURLToPath(new URL('./echo-bot.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, api.url], {
      env: { ...process.env, ECHO_BOT_TOKEN: api.token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    const listeners = new Set<() => void>();
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
    return {
      child,
      printed: (line) =>
        new Promise((resolve) => {
          const look = () => {
            if (output.split('\n').includes(line)) resolve();
          };
          listeners.add(look);
          look();
        }),
    };
  }

  it('gets it again, and only it', async () => {
    const api = await localBotApi();
    const person = api.user();
    const first = botProcess(api);
    await person.send('one');
    await first.printed('done one');
    await person.send('hang');
    await first.printed('got hang');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect(await pending(api)).toBe(1);

    const second = botProcess(api);
    await second.printed('got hang');
    await person.send('two');
    await second.printed('done two');
    expect(await pending(api)).toBe(2);
  });
});

describe('the webhook', () => {
  const SECRET = 'a-webhook-secret-of-this-test';

  async function webhookFor(api: LocalBotApi, handle: IntakeOptions['handle']) {
    const server = Fastify({ forceCloseConnections: true });
    onTestFinished(() => server.close());
    // The listener's address is known only once it listens, the route must be there before: hence the two steps.
    const probe = Fastify();
    await probe.listen({ host: '127.0.0.1', port: 0 });
    const origin = probe.listeningOrigin;
    await probe.close();
    const url = `${origin}/telegram/hook`;
    const { client, intake, stop } = await intakeFor(api, {
      handle,
      settings: { updates: { mode: 'webhook', url, path: '/telegram/hook', secret: new Secret(SECRET) } },
    });
    if (!intake.webhook) throw new Error('no webhook');
    await server.register(intake.webhook);
    await server.listen({ host: '127.0.0.1', port: Number(new URL(origin).port) });
    return { client, intake, stop, url };
  }

  function post(url: string, body: string, secret: string | null = SECRET) {
    return request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secret === null ? {} : { 'x-telegram-bot-api-secret-token': secret }),
      },
      body,
    });
  }

  it('hands updates over, and answers after they were handled', async () => {
    const api = await localBotApi();
    const slow = gate();
    const { client, intake } = await webhookFor(
      api,
      handling(async (update) => {
        if (textOf(update) === 'slow') await slow.passed;
        await client.tryCall('sendMessage', { chat_id: update.message?.chat.id ?? 0, text: textOf(update) });
      }),
    );
    expect(await intake.start()).toMatchObject({ ok: true });
    const [first, second] = [api.user({ id: 1 }), api.user({ id: 2 })];
    await first.send('slow');
    await second.send('Привет');
    await second.waitFor(/^Привет$/);
    expect(await pending(api)).toBeGreaterThanOrEqual(1);
    slow.open();
    await first.waitFor(/^slow$/);
  });

  it('turns strangers away before it reads what they send', async () => {
    const api = await localBotApi();
    const seen: Update[] = [];
    const { url } = await webhookFor(
      api,
      handling((update) => seen.push(update)),
    );
    const update = JSON.stringify({ update_id: 1 });
    expect((await post(url, update, null)).statusCode).toBe(403);
    expect((await post(url, update, 'wrong')).statusCode).toBe(403);
    expect((await post(url, update, `${SECRET}x`)).statusCode).toBe(403);
    expect((await post(url, 'x'.repeat(2 * 1024 * 1024), 'wrong').catch(() => null))?.statusCode ?? 403).toBe(
      403,
    );
    expect(seen).toEqual([]);
    expect((await post(url, update)).statusCode).toBe(200);
    expect(seen).toHaveLength(1);
  });

  it('refuses what is not an update', async () => {
    const api = await localBotApi();
    const { url } = await webhookFor(
      api,
      handling(() => expect.unreachable('handled')),
    );
    for (const body of ['[]', 'null', '{}', '{"update_id":"1"}', '{"__proto__":{"update_id":1}}', '{']) {
      expect((await post(url, body)).statusCode).toBe(400);
    }
    const large = JSON.stringify({ update_id: 1, pad: 'x'.repeat(1024 * 1024) });
    expect((await post(url, large)).statusCode).toBe(413);
  });

  it('lets running handlers finish when it stops, and leaves the rest to Telegram', async () => {
    const api = await localBotApi();
    const { passed, open } = gate();
    const begun = gate();
    let finished = false;
    const { url, stop } = await webhookFor(
      api,
      handling(async () => {
        begun.open();
        await passed;
        finished = true;
      }),
    );
    const running = post(url, '{"update_id":1}');
    await begun.passed;
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    expect((await post(url, '{"update_id":2}')).statusCode).toBe(503);
    expect(stopped).toBe(false);
    open();
    await stopping;
    expect(finished).toBe(true);
    expect((await running).statusCode).toBe(200);
  });

  it('lets Telegram send again what could not be handled', async () => {
    const api = await localBotApi({ webhookRetryMs: 10 });
    const handled = gate();
    let tries = 0;
    const { intake } = await webhookFor(api, async () => {
      tries += 1;
      if (tries === 1) return fail('store-unavailable');
      handled.open();
      return ok(undefined);
    });
    await intake.start();
    await api.user().send('x');
    await handled.passed;
    expect(tries).toBe(2);
  });

  it('says so when Telegram refuses to deliver', async () => {
    const api = await localBotApi();
    const { intake } = await webhookFor(
      api,
      handling(() => undefined),
    );
    api.fault({ method: 'setWebhook', kind: 'status', status: 401, description: 'Unauthorized' });
    expect(await intake.start()).toEqual({ ok: false, failure: 'token-refused' });
    api.fault({ method: 'setWebhook', kind: 'status', status: 400, description: 'Bad Request: bad webhook' });
    expect(await intake.start()).toMatchObject({ ok: false, failure: { code: 400 } });
  });
});
