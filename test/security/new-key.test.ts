/** A new key as the people see it: in the chat of the laptop's owner, of another admin, and in /agents. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINK_VERSION } from '../../src/link/messages.ts';
import { formatPublicKey, keyMark, signRotation } from '../../src/link/signing.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { TestAgent } from '../integration/hub/house.ts';
import { type Fortress, openFortress } from './fortress.ts';

let fortress: Fortress;
let anna: SimUser;
beforeAll(async () => {
  fortress = await openFortress();
  anna = await fortress.technician('Anna');
});
afterAll(() => fortress.close());

/** A key the laptop, or whoever has its key, may name. */
function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const named = formatPublicKey(publicKey);
  return { privateKey, publicKey: named, mark: keyMark(named) };
}
const nameKey = (laptop: TestAgent, { publicKey, privateKey }: ReturnType<typeof newKey>) =>
  laptop.send('POST', '/v1/rotate', {
    version: LINK_VERSION,
    publicKey,
    proof: signRotation(laptop.agentId, publicKey, privateKey),
  });
/** The same laptop with another key, or calling from elsewhere. */
function as(laptop: TestAgent, address: string, privateKey = laptop.privateKey): TestAgent {
  const other = new TestAgent(fortress.from(address), { privateKey, publicKey: createPublicKey(privateKey) });
  other.agentId = laptop.agentId;
  return other;
}
const asksIn = (person: SimUser) => person.messages.filter(({ text }) => /” asks for a new key/.test(text));
const labelsOf = ({ buttons }: SimUser['messages'][number]) => buttons.flat().map(({ text }) => text);

describe('a new key', () => {
  it('is its owner’s to decide: others hear of it without buttons, and /agents shows it until then', async () => {
    const laptop = await fortress.laptop(anna);
    const key = newKey();
    await nameKey(laptop, key);
    const asked = await anna.waitFor(/asks for a new key/, { after: 'start' });
    expect(asked.text).toContain(key.mark);
    expect(labelsOf(asked)).toEqual(['Yes, same sign', 'No']);
    const heard = await fortress.admin.waitFor(/asks for a new key/, { after: 'start' });
    expect(labelsOf(heard)).toEqual([]);

    await anna.send('/agents');
    const listed = await anna.waitFor(/Your laptops/);
    expect(listed.text).toContain(key.mark);
    await anna.press('Yes, same sign', listed.id);
    await anna.waitFor(/has its new key/);
    expect((await as(laptop, '192.0.2.10', key.privateKey).poll()).status).toBe(200);
    expect((await laptop.poll()).status).toBe(401);
    // The first question is settled with it.
    await anna.press('Yes, same sign', asked.id);
    await anna.waitFor(/decided already/);
    await anna.send('/agents');
    expect((await anna.waitFor(/Your laptops/)).text).not.toContain(key.mark);
  });

  it('is refused with a tap, and the laptop can be removed with the next', async () => {
    const laptop = await fortress.laptop(anna, '192.0.2.20');
    const key = newKey();
    await nameKey(laptop, key);
    const asked = await anna.waitFor(new RegExp(key.mark), { after: 'start' });
    await anna.press('No', asked.id);
    await anna.waitFor(/Refused/);
    expect((await laptop.poll()).status).toBe(200);
    expect((await nameKey(laptop, key)).body).toMatchObject({ state: 'refused' });
    await anna.press('Remove this laptop');
    await anna.waitFor(/is removed/);
    expect((await laptop.poll()).status).toBe(410);
  });

  it('is one message, from however many addresses whoever stole the old one asks', async () => {
    const laptop = await fortress.laptop(anna, '192.0.2.30');
    const key = newKey();

    for (let n = 0; n < 12; n++) await nameKey(as(laptop, `2001:db8::${n + 1}`), key);
    await anna.waitFor(new RegExp(key.mark), { after: 'start' });
    await anna.send('/agents');
    await anna.waitFor(/Your laptops/);
    expect(
      asksIn(anna)
        .filter(({ text }) => text.includes(key.mark))
        .map(({ text }) => text),
    ).toHaveLength(1);
  });

  it('is compared by a sign nobody finds a second key for', () => {
    expect(newKey().mark).toMatch(/^(?:[0-9a-f]{4}-){3}[0-9a-f]{4}$/);
  });
});
