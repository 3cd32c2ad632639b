/**
 * A laptop's file for support, on its way into the chat: to whoever works with the laptop now, else to all who may use it.
 * There it is theirs: they hand it on, or not.
 */
import * as z from 'zod';
import type { Audit } from '../../audit/trail.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { htmlTextsFor } from '../../flows/engine/html.ts';
import type { AgentDirectory } from '../../hub/directory.ts';
import type { SupportTaker } from '../../hub/routes.ts';
import { scrub } from '../../kernel/scrub.ts';
import type { Store } from '../../store/store.ts';
import type { Access } from '../door/access.ts';
import { BLOBS } from '../house/blobs.ts';
import type { Profiles } from '../house/profiles.ts';
import type { Telegram } from '../house/telegram.ts';
import { FILE_MS } from '../house/times.ts';
import type { Drivers } from './drivers.ts';

export interface LaptopSupportOptions {
  directory: Pick<AgentDirectory, 'get'>;
  drivers: Pick<Drivers, 'of'>;
  cases: Pick<CaseDesk, 'listFor'>;
  access: Pick<Access, 'roleOf'>;
  profiles: Pick<Profiles, 'language'>;
  telegram: Pick<Telegram, 'sendFile'>;
  audit: Pick<Audit, 'append'>;
  store: Pick<Store, 'values'>;
  /** Milliseconds since 1970. */
  clock: () => number;
}

/** As far as it is looked at: who reads the rest is a person. */
const bundleShape = z.looseObject({ kind: z.literal('unbind-support'), version: z.number() });

export function createLaptopSupport(options: LaptopSupportOptions): SupportTaker {
  const { directory, drivers, cases, access, profiles, telegram, audit, store, clock } = options;
  const blobs = store.values(BLOBS);

  /** The case a person is at, by the serial number of its device; null: at none. */
  async function caseAt(chatId: number): Promise<{ id: string; serial: string } | null> {
    const [latest] = orEmpty(await cases.listFor(chatId, 1));
    return latest && latest.closedAt === null && latest.device
      ? { id: latest.id, serial: latest.device.shortSerial }
      : null;
  }

  return async (agentId, bundle) => {
    const read = bundleShape.safeParse(jsonOf(bundle));
    const agent = await directory.get(agentId);
    if (!read.success || !agent.ok || !agent.value) return false;
    const driver = await drivers.of(agentId);
    const people = driver.ok && driver.value ? [driver.value.chatId] : agent.value.technicians;
    const key = `support:${agentId}:${clock()}`;
    // Written anew: what the chat gets is JSON and nothing else, without what looks like a secret.
    const bytes = Buffer.from(scrub(JSON.stringify(read.data, null, 2)));
    const kept = await blobs.set(key, bytes.toString('base64'), FILE_MS);
    if (!kept.ok) return false;
    let isTaken = false;
    for (const chatId of people) {
      const role = await access.roleOf(chatId);
      if (!role.ok || role.value === null) continue;
      const own = await caseAt(chatId);
      const detail = { agent: agentId };
      const noted = await audit.append({ what: 'agent.support', case: own?.id ?? null, by: chatId, detail });
      if (!noted.ok) continue;
      const t = htmlTextsFor(await profiles.language(chatId));
      const { name } = agent.value;
      const caption = own
        ? t('bot:laptop.supportCase', { agent: name, serial: own.serial })
        : t('bot:laptop.support', { agent: name });
      const filename = `unbind-support-${own?.serial ?? 'laptop'}-${new Date(clock()).toISOString().slice(0, 10)}.json`;
      isTaken = (await telegram.sendFile(chatId, { blob: key, filename }, caption)) || isTaken;
    }
    return isTaken;
  };
}

function orEmpty<T>(result: { ok: true; value: readonly T[] } | { ok: false }): readonly T[] {
  return result.ok ? result.value : [];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
