import { ulid } from 'ulid';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { systemClock } from '../link/clock.ts';
import { hostInfo } from '../link/host.ts';
import { createHubClient, type HubFailure } from '../link/hub-client.ts';
import { loadIdentity } from '../link/identity.ts';
import { openTransport } from '../link/transport.ts';
import { AGENT_VERSION } from '../version.ts';

/** Why the chat did not get a file for support. `not-taken`: nobody there could get it. */
export type SendFailure = 'not-paired' | 'damaged' | 'not-taken' | HubFailure['reason'];

/** Sends a file for support to the chat this laptop is paired with, whatever process works for it meanwhile. */
export async function sendBundle(
  home: string,
  text: string,
  signal: AbortSignal,
): Promise<Result<void, { reason: SendFailure; server: string }>> {
  const identity = await loadIdentity(home);
  if (!identity.ok) return fail({ reason: identity.failure, server: '' });
  const { server, agentId, privateKey, hubKey } = identity.value;
  const transport = openTransport(server);
  try {
    const client = createHubClient({
      transport,
      agentId,
      privateKey,
      hubKey,
      clock: systemClock,
      host: hostInfo(AGENT_VERSION),
      epoch: ulid(),
    });
    const sent = await client.sendSupport(text, signal);
    if (!sent.ok) return fail({ reason: sent.failure.reason, server: server.url });
    return sent.value ? ok(undefined) : fail({ reason: 'not-taken', server: server.url });
  } finally {
    await transport.close();
  }
}
