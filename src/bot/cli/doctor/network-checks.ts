/** What the doctor finds out by asking: Telegram, and the hub by the address agents are told. It never calls getUpdates. */
import { connect } from 'node:tls';
import * as z from 'zod';
import type { Settings } from '../../settings.ts';
import type { TelegramClient } from '../../telegram/client.ts';
import { askWatch } from '../health.ts';
import { type Check, finding } from './check.ts';
import { ofCertificate } from './machine-checks.ts';

/** Longest wait for an answer, ms. */
const PATIENCE_MS = 8_000;
/** A clock that is off by more makes signatures of agents and certificates fail, ms. */
const CLOCK_MS = 60_000;
/** Errors of the webhook that are older say nothing of today, ms. */
const RECENT_MS = 3_600_000;

/** What the bot says of itself to who watches over it. */
const readyAnswer = z.object({ ready: z.boolean(), reasons: z.array(z.string()) });
/** What the hub says to whoever calls it. */
const healthAnswer = z.object({ status: z.literal('ok'), version: z.number() });

/** Token, and how updates come in. @param now milliseconds since 1970 */
export async function checkTelegram(
  client: Pick<TelegramClient, 'tryCall'>,
  { updates }: Settings,
  now: number,
): Promise<Check[]> {
  const me = await client.tryCall('getMe', {});
  if (!me.ok) {
    const { kind, description } = me.failure;
    return [
      kind === 'refused'
        ? finding('failed', 'operator:doctor.token.refused')
        : finding('failed', 'operator:doctor.token.unreached', { detail: description }),
    ];
  }
  const token = finding('ok', 'operator:doctor.token.good', { name: `@${me.value.username}` });
  const info = await client.tryCall('getWebhookInfo', {});
  if (!info.ok) return [token];
  const { url = '', last_error_date: failedAt = 0, last_error_message: detail = '' } = info.value;
  if (updates.mode === 'polling')
    return [token, ...(url === '' ? [] : [finding('failed', 'operator:doctor.updates.webhookElsewhere')])];
  if (url !== updates.url)
    return [token, finding(url === '' ? 'warning' : 'failed', 'operator:doctor.updates.otherWebhook')];
  if (now - failedAt * 1000 < RECENT_MS)
    return [token, finding('failed', 'operator:doctor.updates.webhookFails', { detail })];
  return [token, finding('ok', 'operator:doctor.updates.webhook')];
}

/** This machine's clock beside the one of Telegram. @param clock milliseconds since 1970 */
export async function checkClock({ apiRoot }: Settings, clock: () => number): Promise<Check[]> {
  const {
    default: { EnvHttpProxyAgent, request },
  } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const { headers, body } = await request(`${apiRoot}/`, {
      dispatcher,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await body.dump();
    const theirs = Date.parse(String(headers.date ?? ''));
    if (Number.isNaN(theirs)) return [];
    const off = clock() - theirs;
    const values = { seconds: Math.round(Math.abs(off) / 1000) };
    return [
      Math.abs(off) > CLOCK_MS
        ? finding('failed', 'operator:doctor.clock.off', values)
        : finding('ok', 'operator:doctor.clock.right'),
    ];
  } catch {
    // That Telegram is not reached was said already.
    return [];
  } finally {
    await dispatcher.close();
  }
}

/** Whether the bot that runs is ready, by its own word. */
export async function checkReady({ watch }: Settings): Promise<Check[]> {
  if (watch === null) return [finding('warning', 'operator:doctor.ready.off')];
  const answer = await askWatch(watch, '/ready');
  const said = readyAnswer.safeParse(parsed(answer?.body));
  if (!said.success) return [finding('failed', 'operator:doctor.ready.silent')];
  const { ready, reasons } = said.data;
  if (ready) return [finding('ok', 'operator:doctor.ready.yes')];
  return [
    reasons.includes('updates-conflict')
      ? finding('failed', 'operator:doctor.updates.conflict')
      : finding('failed', 'operator:doctor.ready.no', { reasons: reasons.join(', ') }),
  ];
}

/**
 * The hub by the address agents call.
 * @param isRunning whether a bot works with the store: without one nobody can answer
 * @param now milliseconds since 1970
 */
export async function checkHub({ hub }: Settings, isRunning: boolean, now: number): Promise<Check[]> {
  const { listen, publicUrl, tls } = hub;
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const url = publicUrl ?? `${tls ? 'https' : 'http'}://${host}:${listen.port}`;
  const {
    default: { EnvHttpProxyAgent, request },
  } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent();
  try {
    const answer = await request(`${url}/v1/health`, {
      dispatcher,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const said = healthAnswer.safeParse(parsed(await answer.body.text()));
    if (!said.success)
      return [finding('failed', 'operator:doctor.hub.another', { url, status: answer.statusCode })];
    return [finding('ok', 'operator:doctor.hub.reached', { url }), ...(await checkShown(url, now))];
  } catch (error) {
    return [unreached(url, codeOf(error), isRunning)];
  } finally {
    await dispatcher.destroy();
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return null;
  }
}

function unreached(url: string, code: string, isRunning: boolean): Check {
  const values = { url, code };
  if (/^(ENOTFOUND|EAI_.+)$/.test(code)) return finding('failed', 'operator:doctor.hub.noName', values);
  if (/CERT|TLS|SSL|UNABLE_TO|SELF_SIGNED|HOSTNAME/.test(code))
    return finding('failed', 'operator:doctor.hub.untrusted', values);
  if (!isRunning) return finding('warning', 'operator:doctor.hub.notRunning', { url });
  return code === 'ECONNREFUSED'
    ? finding('failed', 'operator:doctor.hub.refused', values)
    : finding('failed', 'operator:doctor.hub.silent', values);
}

/** How long the certificate is good that whoever speaks TLS for the hub shows. */
function checkShown(url: string, now: number): Promise<Check[]> {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'https:') return Promise.resolve([]);
  return new Promise((done) => {
    const socket = connect({ host: hostname, port: Number(port || 443), servername: hostname }, () => {
      const { valid_to: validTo } = socket.getPeerCertificate();
      socket.destroy();
      done(validTo ? [ofCertificate(validTo, now)] : []);
    });
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.once('error', () => done([]));
    socket.once('close', () => done([]));
  });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return 'code' in error ? String(error.code) : error.name;
}
