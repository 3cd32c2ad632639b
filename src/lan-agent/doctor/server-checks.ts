import { randomUUID } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Agent, request } from 'undici';
import { aborted, limit } from '../limit.ts';
import type { HubFailure } from '../link/hub-client.ts';
import { type Identity, loadIdentity } from '../link/identity.ts';
import { pairedClient } from '../link/paired-client.ts';
import { openTransport } from '../link/transport.ts';
import type { Texts } from '../texts.ts';
import { type Check, finding } from './check.ts';

const SERVER_MS = 10_000;
const PORTAL_MS = 3_000;
/** The hub corrects a clock that is off, up to a point; a technician should know all the same. */
const CLOCK_MS = 30_000;

/** What a network that wants a sign-in first does to connections to others. */
const LIKE_A_PORTAL: readonly HubFailure['reason'][] = [
  'refused',
  'reset',
  'timeout',
  'tls',
  'certificate-name',
  'certificate-untrusted',
  'not-our-server',
];

/** Whether the laptop is paired, and if so, whether its server answers a signed question. */
export async function checkPairing(home: string, signal: AbortSignal): Promise<Check[]> {
  const identity = await loadIdentity(home);
  if (identity.ok) {
    const paired = finding('ok', 'agent:doctor.pairing.paired', { server: identity.value.server.url });
    return [paired, ...(await checkServer(identity.value, signal))];
  }
  const result = identity.failure === 'damaged' ? 'failed' : 'ok';
  return [finding(result, `agent:doctor.pairing.${identity.failure}`)];
}

async function checkServer(identity: Identity, signal: AbortSignal): Promise<Check[]> {
  const { server } = identity;
  const url = new URL(server.url);
  const direct = server.loopback || !hasProxy(process.env);
  const transport = openTransport(server);
  const client = pairedClient(identity, transport);
  const over = limit(SERVER_MS, signal);
  // Behind a proxy the names are the proxy's business.
  const name = direct ? resolve(url.hostname, over.signal) : Promise.resolve(null);
  try {
    const state = await client.pairState(over.signal);
    const clock = checkClock(client.now() - Date.now());
    if (state.ok) return [finding('ok', 'agent:doctor.server.ok'), ...clock];
    let { reason } = state.failure;
    if (reason === 'aborted' && !signal.aborted) reason = 'timeout';
    // It is not the server that is slow when its name has not been found out by now.
    over.end();
    const addresses = await name;
    if (reason === 'timeout' && addresses?.length === 0) reason = 'dns-silent';
    const values = { server: server.url };
    const portal =
      direct && !server.loopback && LIKE_A_PORTAL.includes(reason) ? await findPortal(url, signal) : null;
    const failed: Check = portal
      ? finding('failed', 'agent:doctor.server.portal', { ...values, portal, name: url.hostname })
      : {
          check: 'server',
          result: 'failed',
          detail: reason,
          values,
          sentence: (texts: Texts) => texts(`agent:link.failure.${reason}`, values),
        };
    const where =
      addresses && addresses.length > 0 && isIP(url.hostname) === 0
        ? [finding('ok', 'agent:doctor.server.name', { name: url.hostname, addresses: addresses.join(', ') })]
        : [];
    return [failed, ...where, ...clock];
  } finally {
    over.end();
    await transport.close();
  }
}

/** @param ms how far the server's clock is ahead of the laptop's; 0 where no answer has told */
export function checkClock(ms: number): Check[] {
  if (Math.abs(ms) <= CLOCK_MS) return [];
  const seconds = Math.round(Math.abs(ms) / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const by = [hours, minutes, seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
  const found = finding('warning', `agent:doctor.server.clock-${ms > 0 ? 'behind' : 'ahead'}`, { by });
  return [{ ...found, values: { by, seconds } }];
}

/** The addresses of a name as this laptop sees them; empty when nobody has told until `over`. */
async function resolve(name: string, over: AbortSignal): Promise<string[]> {
  const found = lookup(name, { all: true }).then(
    (all) => all.map(({ address }) => address),
    () => [],
  );
  return Promise.race([found, aborted(over).then(() => [])]);
}

/**
 * Whether the network puts a sign-in page in the place of others: asked without encryption for a page that nobody has,
 * it answers all the same, or leads somewhere else. Nothing but the server's name is sent.
 * @returns the host that answered; null where it is the server, or nobody
 */
async function findPortal({ protocol, origin, hostname }: URL, signal: AbortSignal): Promise<string | null> {
  const dispatcher = new Agent();
  const over = limit(PORTAL_MS, signal);
  const base = protocol === 'http:' ? origin : `http://${hostname}`;
  try {
    const answer = await request(`${base}/${randomUUID()}`, { dispatcher, signal: over.signal });
    const { location, 'content-type': type } = answer.headers;
    const elsewhere = typeof location === 'string' ? new URL(location, base).hostname : hostname;
    if (elsewhere !== hostname) return elsewhere;
    const isPage = answer.statusCode === 200 && String(type).startsWith('text/html');
    return isPage || answer.statusCode === NETWORK_AUTHENTICATION_REQUIRED ? hostname : null;
  } catch {
    return null;
  } finally {
    over.end();
    await dispatcher.destroy();
  }
}

/** RFC 6585. */
const NETWORK_AUTHENTICATION_REQUIRED = 511;

function hasProxy({ HTTPS_PROXY, https_proxy, HTTP_PROXY, http_proxy }: NodeJS.ProcessEnv): boolean {
  return Boolean(HTTPS_PROXY || https_proxy || HTTP_PROXY || http_proxy);
}
