import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINK_VERSION } from '../../../src/link/messages.ts';
import type { SimUser } from '../../../src/sandbox/telegram/people.ts';
import { type Fortress, openFortress } from '../../security/fortress.ts';
import type { TestAgent } from '../hub/house.ts';

const TOKEN = `7654321:${'A'.repeat(35)}`;

describe('a file for support', () => {
  let fortress: Fortress;
  let ann: SimUser;
  let laptop: TestAgent;
  beforeAll(async () => {
    fortress = await openFortress();
    ann = await fortress.technician('Ann');
    laptop = await fortress.laptop(ann);
  });
  afterAll(() => fortress.close());

  const send = (bundle: unknown) =>
    laptop.send('POST', '/v1/support', {
      version: LINK_VERSION,
      bundle: typeof bundle === 'string' ? bundle : JSON.stringify(bundle),
    });
  const files = () => ann.messages.flatMap(({ file }) => file ?? []);

  it('goes to the chat of the laptop’s people, as JSON and without what looks like a secret', async () => {
    const answer = await send({ kind: 'unbind-support', version: 1, doctor: [], note: TOKEN });
    expect(answer).toMatchObject({ status: 200, body: { taken: true }, signed: true });
    const { file, text } = await ann.waitFor(({ file }) => file?.name?.endsWith('.json') ?? false);
    expect(text).toContain('says of itself');
    expect(file?.name).toMatch(/^unbind-support-laptop-\d{4}-\d\d-\d\d\.json$/);
    const bytes = Buffer.from(fortress.api.bytes(file?.id ?? '') ?? []);
    expect(JSON.parse(bytes.toString())).toEqual({
      kind: 'unbind-support',
      version: 1,
      doctor: [],
      note: '[token]',
    });
  });

  it('is none where it is not what it says, and is not taken without end', async () => {
    const before = files().length;
    for (const bundle of ['', '<html>', '[]', { kind: 'picture' }])
      expect([200, 429]).toContain((await send(bundle)).status);
    expect(files().length).toBe(before);
    // Three at once, and then one in five minutes.
    expect((await send({ kind: 'unbind-support', version: 1 })).status).toBe(429);
  });
});
