import type { Update } from 'grammy/types';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAudit } from '../../../src/audit/trail.ts';
import { createCommands } from '../../../src/bot/commands/everyday.ts';
import { PIN_WAITS } from '../../../src/bot/commands/pin.ts';
import { createPins } from '../../../src/bot/door/pins.ts';
import { createProfiles, PROFILES } from '../../../src/bot/house/profiles.ts';
import { createTelegram } from '../../../src/bot/house/telegram.ts';
import { createVoice } from '../../../src/bot/house/voice.ts';
import { createCaseDesk } from '../../../src/cases/desk.ts';
import type { ChatControls } from '../../../src/flows/engine/engine.ts';
import type { AgentPort } from '../../../src/flows/ports.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { fail, ok } from '../../../src/kernel/result.ts';
import { Secret } from '../../../src/kernel/secret.ts';
import type { Store } from '../../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../../support/store.ts';
import { workingOn } from '../../support/working-on.ts';
import { clientFor, localBotApi } from './support.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openTestStore(folder.path);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

/** The commands of a chat in the middle of a case, and what they said and did to the conversation. */
async function chatInACase() {
  const api = await localBotApi();
  const client = clientFor(api);
  const log = createLog('silent', 'test');
  const telegram = createTelegram(client.tryCall.bind(client), log);
  const person = api.user();
  // A bot may not speak first.
  await person.send('/start');
  const done: string[] = [];
  const controls: ChatControls = {
    start: async (flow) => void done.push(`start ${flow}`),
    stop: () => void done.push('stop'),
    restart: async () => void done.push('restart'),
    again: async () => void done.push('again'),
    remark: async () => false,
    below: async () => undefined,
    unclear: { get: async () => null, forget: async () => undefined },
    active: () => ({ flow: 'lan-unbind', caseId: 'case' }),
  };
  const audit = createAudit(store, Date.now);
  const cases = createCaseDesk(store, audit, Date.now);
  const notices = { raise: async () => undefined };
  const commands = createCommands({
    telegram,
    voice: createVoice({ telegram, ...workingOn(store), log }),
    // The permit of a running unbind is in the store.
    agents: {
      cancel: async (id: string) => ((await cases.get(id)).ok ? ok(undefined) : fail('store-unavailable')),
    } as unknown as AgentPort,
    cases,
    profiles: createProfiles(store.values(PROFILES)),
    pins: createPins({ store, audit, notices, key: new Secret(new Uint8Array(32)), clock: Date.now }),
    askPin: false,
    pinWaits: store.values(PIN_WAITS),
    botUsername: 'unbind_bot',
    restGroup: async () => false,
    more: [],
  });
  const send = (text: string) =>
    commands({ update_id: 1, message: { text, chat: { id: person.id } } } as Update, 'technician', controls);
  const said = () => person.messages.filter(({ from }) => from === 'bot').map(({ text }) => text);
  return { send, said, done };
}

describe('a command that would end a case', () => {
  it.each(['/cancel', '/new'])('claims nothing while the store is out of order: %s', async (command) => {
    const { send, said, done } = await chatInACase();
    await store.close();
    expect(await send(command)).toBe('done');
    expect(said()).toEqual([expect.stringMatching(/again in a minute/)]);
    expect(done).toEqual([]);
  });
});
