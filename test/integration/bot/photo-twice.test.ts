import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import { label, qr } from '../label/photos.ts';
import { gate } from './support.ts';

const STEP = { timeoutMs: 40_000 };
const NEWER = /newer photo/;

let fortress: Fortress;
beforeAll(async () => {
  fortress = await openFortress();
}, 60_000);
afterAll(() => fortress.close());

/** A photo as Telegram delivers it; the file is one it knows. */
function photoOf({ user }: SimUser, updateId: number, fileId: string) {
  const size = { file_id: fileId, file_unique_id: fileId, width: 260, height: 260 };
  const chat = { id: user.id, type: 'private' as const, first_name: user.first_name };
  return { update_id: updateId, message: { message_id: updateId, date: 1, chat, from: user, photo: [size] } };
}

it('is read although its update comes twice, and not told that a newer one came; a newer one ends it', async () => {
  const { api, admin, post } = fortress;
  await admin.sendPhoto(await qr(label('J50000062')));
  await admin.waitFor(/Serial number.*J50000062/, STEP);
  const fileId = String(api.calls.find(({ method }) => method === 'getFile')?.parameters.file_id);
  for (const [id, next, expected] of [
    [501, 501, /Serial number.*J50000062/],
    [502, 503, NEWER],
  ] as const) {
    await admin.send('/new');
    await admin.waitFor(/Send a photo/, STEP);
    const { passed, open } = gate();
    const fetched = gate();
    const end = api.onEvent((event) => {
      if (event.type === 'call' && event.call.method === 'getFile') fetched.open();
    });
    api.fault({ method: 'file', kind: 'delay', until: passed });
    const first = post(photoOf(admin, id, fileId));
    await fetched.passed;
    end();
    const second = post(photoOf(admin, next, fileId));
    // Whatever the second one does at once is done before another one is answered.
    for (let round = 0; round < 5; round++) await post({ my_chat_member: undefined as never });
    open();
    await admin.waitFor(expected, STEP);
    await Promise.all([first, second]);
    if (id === next) expect(admin.transcript()).not.toMatch(NEWER);
  }
}, 120_000);
