import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAIRING_CODE } from '../../src/sandbox/pairing.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { hits } from '../support/canary.ts';
import { type Fortress, openFortress } from './fortress.ts';

const PIN = '480213795';
const WRONG = '480213796';

let fortress: Fortress;
let anna: SimUser;
beforeAll(async () => {
  fortress = await openFortress({ askPin: true });
  anna = await fortress.technician('Anna');
});
afterAll(() => fortress.close());

const typed = (person: SimUser) =>
  person.messages.filter(({ from }) => from === 'user').map(({ text }) => text);

describe('with a PIN asked for, a lost phone', () => {
  it('gets no pairing code; the owner chooses a PIN, then types it, and it stays nowhere', async () => {
    await anna.send('/pair');
    await anna.waitFor(/Choose a PIN/);
    await anna.send('123456');
    await anna.waitFor(/no simple run|has 6 to 12 digits/);
    await anna.send(PIN);
    await anna.waitFor(/The PIN is set/);
    await anna.waitFor(PAIRING_CODE);
    await anna.send('/pair');
    await anna.waitFor(/Type your PIN/);
    await anna.send(WRONG);
    await anna.waitFor(/not your PIN/);
    await anna.send(PIN);
    await anna.waitFor(PAIRING_CODE);
    expect(typed(anna)).not.toContain(PIN);
    expect(typed(anna)).not.toContain(WRONG);
    const folder = fortress.storeUrl.slice('lmdb:'.length);
    const files = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile());
    const places = await Promise.all(
      files.map(async ({ name }) => [name, await readFile(join(folder, name))] as const),
    );
    const secrets = { pin: PIN, 'wrong PIN': WRONG };
    expect(hits(secrets, { ...Object.fromEntries(places), log: Buffer.from(fortress.logged()) })).toEqual([]);
  });

  it('is taken out of the chat although Telegram cannot be reached for a while, and counts once', async () => {
    await anna.send('/pair');
    await anna.waitFor(/Type your PIN/);
    fortress.api.fault({ method: 'deleteMessage', kind: 'status', status: 502, times: 2 });
    await anna.send(PIN);
    await anna.waitFor(PAIRING_CODE);
    expect(typed(anna)).not.toContain(PIN);
    // The first time it is gone and the answer is lost: what is not there any more has been deleted.
    await anna.send('/pair');
    await anna.waitFor(/Type your PIN/);
    const description = 'Bad Request: message to delete not found';
    fortress.api.fault({ method: 'deleteMessage', kind: 'status', status: 400, description });
    await anna.send(PIN);
    await anna.waitFor(PAIRING_CODE);
    expect(anna.messages.filter(({ text }) => /could not delete|delete (?:it|your)/i.test(text))).toEqual([]);
  });

  it('waits for no PIN any more after a command: the next text is a text again', async () => {
    await anna.send('/pair');
    await anna.waitFor(/Type your PIN/);
    await anna.send('/cancel');
    await anna.waitFor(/Nothing is running/);
    await anna.send('hello');
    await anna.waitFor(/photo of the device label/);
    expect(typed(anna)).toContain('hello');
  });

  it('gets five tries, and the admins are told; an admin resets it, but never their own', async () => {
    await anna.send('/pair');
    await anna.waitFor(/Type your PIN/);
    for (let n = 0; n < 4; n++) {
      await anna.send(WRONG);
      await anna.waitFor(/not your PIN/);
    }
    await anna.send(WRONG);
    await anna.waitFor(/Too many wrong PINs/);
    await fortress.admin.waitFor(/typed a wrong PIN too often/, { after: 'start' });
    await fortress.admin.send(`/resetpin ${fortress.admin.id}`);
    await fortress.admin.waitFor(/by another admin/);
    await fortress.admin.send(`/resetpin ${anna.id}`);
    await fortress.admin.waitFor(/is forgotten/);
    await anna.send('/resetpin 1');
    await anna.waitFor(/Only admins/);
    await anna.send('/pair');
    await anna.waitFor(/Choose a PIN/);
  });
});

describe('the password of a network', () => {
  it('does not stay in the chat with the text of its code', async () => {
    const code = 'WIFI:T:WPA;S:home;P:Canary-Wifi-31;;';
    await anna.send('/cancel');
    await anna.waitFor(({ from }) => from === 'bot');
    await anna.send(code);
    await anna.waitFor(/Wi-Fi code.*I deleted your message/s);
    expect(typed(anna)).not.toContain(code);
  });
});
