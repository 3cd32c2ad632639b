import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { ensureHome, replaceFile } from '../home.ts';
import { limit } from '../limit.ts';
import { systemClock } from '../link/clock.ts';
import { hostInfo } from '../link/host.ts';
import { createHubClient } from '../link/hub-client.ts';
import { type Identity, loadIdentity } from '../link/identity.ts';
import { openTransport } from '../link/transport.ts';
import { createExchangeKey, openCode } from '../sadp/key-exchange.ts';
import { AGENT_VERSION } from '../version.ts';
import { type Check, finding } from './check.ts';

const SERVER_MS = 10_000;
/** The hub corrects a clock that is off, up to a point; a technician should know all the same. */
const CLOCK_MS = 30_000;

/** Writes a file into the state folder, to the disk, and takes it away again. */
export async function checkHome(home: string): Promise<Check> {
  const made = await ensureHome(home);
  const probe = join(home, '.doctor');
  const written = made.ok ? await replaceFile(probe, 'doctor\n') : made;
  if (!written.ok) return finding('home', 'failed', 'failed', { path: home, code: written.failure.code });
  await rm(probe, { force: true });
  return finding('home', 'ok', 'ok', { path: home });
}

/** Plays the device's part of a key exchange with itself. */
export async function checkCrypto(): Promise<Check> {
  try {
    const key = await createExchangeKey(1024);
    const padded = { key: createPublicKey(key.privateKey), padding: constants.RSA_PKCS1_PADDING };
    const code = publicEncrypt(padded, Buffer.from('0123456789abcdef')).toString('base64');
    return openCode(key, code).ok ? finding('crypto', 'ok', 'ok') : finding('crypto', 'failed', 'failed');
  } catch {
    return finding('crypto', 'failed', 'failed');
  }
}

/** Whether the laptop is paired, and if so, whether its server answers a signed question. */
export async function checkPairing(home: string, signal: AbortSignal): Promise<Check[]> {
  const identity = await loadIdentity(home);
  if (identity.ok) {
    const paired = finding('pairing', 'ok', 'paired', { server: identity.value.server.url });
    return [paired, await checkServer(identity.value, signal)];
  }
  const result = identity.failure === 'damaged' ? 'failed' : 'ok';
  return [finding('pairing', result, identity.failure)];
}

async function checkServer(
  { server, agentId, privateKey, hubKey }: Identity,
  signal: AbortSignal,
): Promise<Check> {
  const transport = openTransport(server);
  const client = createHubClient({
    transport,
    agentId,
    privateKey,
    hubKey,
    clock: systemClock,
    host: hostInfo(AGENT_VERSION),
    epoch: ulid(),
  });
  const over = limit(SERVER_MS, signal);
  try {
    const state = await client.pairState(over.signal);
    const seconds = Math.round((client.now() - Date.now()) / 1000);
    if (Math.abs(seconds) * 1000 > CLOCK_MS) return finding('server', 'warning', 'clock', { seconds });
    if (state.ok) return finding('server', 'ok', 'ok');
    const reason = state.failure.reason === 'aborted' && !signal.aborted ? 'timeout' : state.failure.reason;
    const values = { server: server.url };
    return {
      check: 'server',
      result: 'failed',
      detail: reason,
      sentence: `agent:link.failure.${reason}`,
      values,
    };
  } finally {
    over.end();
    await transport.close();
  }
}
