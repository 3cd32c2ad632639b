import { ulid } from 'ulid';
import { AGENT_VERSION } from '../version.ts';
import { systemClock } from './clock.ts';
import { hostInfo } from './host.ts';
import { createHubClient, type HubClient } from './hub-client.ts';
import type { Identity } from './identity.ts';
import type { Transport } from './transport.ts';

/** Speaks for this agent beside the process that works for the bot: what it asks is no poll, and takes nothing over. */
export function pairedClient({ agentId, privateKey, hubKey }: Identity, transport: Transport): HubClient {
  const host = hostInfo(AGENT_VERSION);
  return createHubClient({ transport, agentId, privateKey, hubKey, clock: systemClock, host, epoch: ulid() });
}
