import { fail, ok, type Result } from '../../kernel/result.ts';
import type { HubFailure } from '../link/hub-client.ts';
import { loadIdentity } from '../link/identity.ts';
import { pairedClient } from '../link/paired-client.ts';
import { openTransport } from '../link/transport.ts';

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
  const { server } = identity.value;
  const transport = openTransport(server);
  try {
    const client = pairedClient(identity.value, transport);
    const sent = await client.sendSupport(text, signal);
    if (!sent.ok) return fail({ reason: sent.failure.reason, server: server.url });
    return sent.value ? ok(undefined) : fail({ reason: 'not-taken', server: server.url });
  } finally {
    await transport.close();
  }
}
