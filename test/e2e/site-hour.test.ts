import { describe, expect, it } from 'vitest';
import { CHATS } from '../../src/bot/house/chats.ts';
import { LIST_ENDS, listEndKey, SURVEYS } from '../../src/bot/jobs/surveys.ts';
import { manyCameras } from '../../src/sandbox/device/profiles.ts';
import type { Store } from '../../src/store/store.ts';
import { offering, online, openHouse, STEP } from '../support/stage.ts';
import { openTestStore } from '../support/store.ts';

const DEVICES = manyCameras(2);
const SERIAL = DEVICES[0]?.profile.shortSerial ?? '';

describe('a list that nobody has touched for its hour', () => {
  it('goes from the chat, and nothing of the network is left in the store', async () => {
    const { stage, technician, laptop } = await openHouse(DEVICES);
    /** What the store of a bot that stands still holds. */
    async function inStore<T>(look: (store: Store) => Promise<T>): Promise<T> {
      await stage.bot.kill();
      const store = await openTestStore(stage.storeFolder);
      const found = await look(store).finally(() => store.close());
      await stage.bot.start();
      return found;
    }
    const chat = async (store: Store) =>
      JSON.stringify(await store.values(CHATS).get(String(technician.chatId)));
    try {
      await technician.send('/site');
      await laptop.answer(true);
      await technician.waitFor(offering('all'), STEP);
      // One turn of a chat after another: what is answered now comes after it was noted what became of the list.
      await online(technician);
      const before = await inStore(async (store) => {
        // As when its hour is over.
        await store.values(SURVEYS).delete(String(technician.chatId));
        const ends = store.values(LIST_ENDS);
        const noted = await ends.keys();
        await ends.deleteMany(noted.ok ? noted.value : []);
        await ends.set(listEndKey(Date.now() - 1, String(technician.chatId)), true);
        return chat(store);
      });
      expect(before).toContain(SERIAL);
      await technician.waitFor(/The list of devices is an hour old/, STEP);
      await technician.until(() => !technician.messages.some(({ text }) => text.includes(SERIAL)));
      await online(technician);
      const after = await inStore(chat);
      expect(after).toContain('seenUpdates');
      expect(after).not.toContain(SERIAL);
    } finally {
      await stage.close();
    }
  }, 180_000);
});
