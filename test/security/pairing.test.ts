import { randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfirmFailure } from '../../src/hub/directory.ts';
import { textsFor } from '../../src/kernel/all-texts.ts';
import { pair } from '../../src/lan-agent/link/pair.ts';
import { createNewsTeller } from '../../src/lan-agent/news-text.ts';
import { pairingNumber } from '../../src/link/pairing-number.ts';
import { type House, openHouse, value } from '../integration/hub/house.ts';
import { emptyFolder, spawnAgent } from '../integration/lan-agent/agent.ts';
import { emptyHome, Stream } from '../integration/lan-agent/link-laptop.ts';
import { AUTHORITY, FITTING } from '../integration/netns/certificates.ts';
import { Tally } from './fortress.ts';
import { Middle, PASSES_ALL, PLANS, type Plan } from './middle.ts';

const ANN = 1;
const SHOWN = /(\d{3}) (\d{3})$/m;
/** What the hub makes of the laptop's number: another pairing's, or of a laptop whose key it did not take. */
const KEPT_OUT: readonly ConfirmFailure[] = ['wrong-number', 'no-laptop-yet'];
/** As the agent asks, whatever its other words are. */
const ASKED = 'yes/no:';

/** A number made to fit is a million hashes away, by chance several. */
const MADE_TO_FIT_MS = 300_000;

describe('pairing with somebody in the middle', () => {
  let house: House;
  const tally = new Tally();
  beforeEach(async () => {
    house = await openHouse();
  });
  afterEach(() => house.close());
  afterAll(() => tally.print('pairing'));

  /** Ann types what her laptop shows; what the chat says then. */
  const typed = (number: string) => house.hub.directory.confirmPairing(ANN, number);
  const code = async () => (await value(house.hub.directory.issueCode(ANN))).code;

  /** Ann pairs her laptop through him, and believes her chat alone. */
  async function pairThrough(plan: Plan) {
    const middle = await Middle.open(house, plan);
    const home = await emptyHome();
    const said = new Stream<string>();
    const chat = said
      .first((line) => SHOWN.test(line))
      .then((line) => typed((SHOWN.exec(line) ?? []).slice(1).join('')));
    const end = await pair({
      code: await code(),
      server: middle.url,
      insecureLan: false,
      home,
      agentVersion: '0.0.0-test',
      onNews: createNewsTeller({ texts: textsFor('en'), say: (line) => said.push(line) }),
      agree: async () => (await chat).ok,
      signal: AbortSignal.timeout(60_000),
    });
    const number = said.all.some((line) => SHOWN.test(line)) ? await chat : null;
    return { middle, home, end, number };
  }

  it('works through somebody who changes nothing, and what he saw opens nothing', async () => {
    const { middle, end, number } = await pairThrough(PASSES_ALL);
    expect(end).toBe('paired');
    expect(number).toMatchObject({ ok: true, value: { pairedBy: 'typed' } });
    const [agent] = await value(house.hub.directory.listFor(ANN));
    middle.thief.agentId = agent?.id ?? '';
    expect(tally.count((await middle.thief.poll()).status === 401)).toBe(true);
    // Every word once more, as he heard it.
    for (const text of middle.seen.filter((one) => one !== '')) {
      for (const path of ['/v1/pair', '/v1/pair/key']) {
        const again = await middle.thief.raw('POST', path, text, {});
        expect(tally.count(again.status >= 400), text).toBe(true);
      }
    }
  });

  it.each(Object.entries(PLANS))(
    'he who %s, gets nothing',
    async (_, plan) => {
      const { middle, home, end, number } = await pairThrough(plan);
      // Either the laptop shows no number at all, or the one it shows is not the hub's.
      expect(number === null || (!number.ok && KEPT_OUT.includes(number.failure))).toBe(true);
      expect(end).not.toBe('paired');
      expect(await readdir(home)).toEqual([]);
      expect(tally.count((await middle.thief.poll()).status >= 400)).toBe(true);
      expect(await value(house.hub.directory.listFor(ANN))).toEqual([]);
      // Nor does what the code was good for come back.
      const again = await middle.thief.openPairing(middle.code);
      expect(tally.count(again.status === 404)).toBe(true);
    },
    MADE_TO_FIT_MS,
  );

  it('leaves nobody more than chance, whatever he chooses after all he has seen', () => {
    // The same numbers cut to two digits: one run in a hundred has to fit. He knows the laptop's number and all but the
    // hub's nonce, which the hub shows only after he has chosen.
    const random = () => randomBytes(32).toString('base64url');
    const pairing = '01JZZZZZZZZZZZZZZZZZZZZZZZ';
    const own = { pairing, hubKey: random() };
    const hubKey = random();
    let fits = 0;
    for (let run = 0; run < 20_000; run++) {
      const laptop = pairingNumber({ ...own, hubNonce: random(), publicKey: random(), nonce: random() });
      // The best he can do: fit to a nonce he guesses.
      const guess = random();
      let mine = { publicKey: random(), nonce: random() };
      const end = laptop.slice(-2);
      for (let n = 0; n < 8; n++) {
        if (pairingNumber({ pairing, hubKey, hubNonce: guess, ...mine }).endsWith(end)) break;
        mine = { publicKey: random(), nonce: random() };
      }
      if (pairingNumber({ pairing, hubKey, hubNonce: random(), ...mine }).endsWith(end)) fits += 1;
    }
    // 200 expected; five standard deviations are 70.
    expect(Math.abs(fits - 200)).toBeLessThan(75);
  });

  describe('as a proxy that looks into TLS, with an authority the laptop trusts', () => {
    /** The agent as people start it, told by its environment what companies tell it. */
    async function pairBehind(t: Parameters<typeof spawnAgent>[0], plan: Plan) {
      const middle = await Middle.open(house, plan, FITTING);
      const home = await emptyFolder(t);
      const authority = join(await emptyFolder(t), 'authority.pem');
      await writeFile(authority, AUTHORITY);
      const { child, ended } = spawnAgent(
        t,
        ['pair', await code(), '--server', 'https://bot.example'],
        null,
        {
          UNBIND_AGENT_HOME: home,
          HTTPS_PROXY: middle.url,
          NODE_EXTRA_CA_CERTS: authority,
        },
      );
      let told = '';
      const lines = new Stream<string>();
      child.stderr?.on('data', (chunk: Buffer) => {
        told += String(chunk);
        lines.push(told);
      });
      const shown = await Promise.race([lines.first((all) => SHOWN.test(all)), ended.then(() => null)]);
      const number = shown === null ? null : await typed((SHOWN.exec(shown) ?? []).slice(1).join(''));
      const asks = await Promise.race([lines.first((all) => all.includes(ASKED)), ended.then(() => null)]);
      if (asks !== null) child.stdin?.write(number?.ok ? 'yes\n' : 'no\n');
      return { middle, home, number, ended: await ended };
    }

    it('works when it changes nothing', async (t) => {
      const { home, number, ended } = await pairBehind(t, PASSES_ALL);
      expect([ended.code, number?.ok]).toEqual([0, true]);
      expect(await readdir(home)).toContain('identity.json');
    });

    // Fitting numbers takes him a million hashes, and TLS is nothing to them: those were tried above.
    const plans = Object.entries(PLANS).filter(([name]) => !name.includes('made to fit'));
    it.each(plans)(
      'it that %s, gets nothing',
      async (_, plan) => {
        const t = { onTestFinished: (done: () => unknown) => cleanups.push(done) };
        const { middle, home, number, ended } = await pairBehind(t as never, plan);
        expect(number === null || (!number.ok && KEPT_OUT.includes(number.failure))).toBe(true);
        expect(ended.code).toBe(1);
        expect(ended.stderr).not.toContain('unbind-agent run');
        expect(await readdir(home)).toEqual([]);
        expect(tally.count((await middle.thief.poll()).status >= 400)).toBe(true);
        expect(await value(house.hub.directory.listFor(ANN))).toEqual([]);
      },
      MADE_TO_FIT_MS,
    );
    const cleanups: (() => unknown)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });
  });
});
