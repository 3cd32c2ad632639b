import { generateKeyPairSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { describe, expect, it, type TestContext } from 'vitest';
import { saveIdentity } from '../../../src/lan-agent/link/identity.ts';
import { recorder4, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import { besidesBuffer } from '../../support/small-buffer.ts';
import {
  CAMERA,
  emptyFolder,
  FROM_SOURCE,
  oneCamera,
  PASSWORD,
  runAgent,
  site,
  spawnAgent,
} from './agent.ts';
import { ScriptedHub } from './link-scripted-hub.ts';

describe.concurrent('discover', () => {
  it('prints an array and nothing else', async (t) => {
    const at = await site(t, [unbindableCamera, recorder4]);
    const ended = await at.agent(['discover', '--json', '--wait', '1500']);
    expect(ended.code).toBe(0);
    const devices = ended.json<{ shortSerial: string }[]>();
    expect(devices.map(({ shortSerial }) => shortSerial).sort()).toEqual([CAMERA, 'G70000102']);
    expect(devices.find(({ shortSerial }) => shortSerial === CAMERA)).toEqual({
      shortSerial: CAMERA,
      fullSerial: 'DS-2CD2386G2-IU20230815AAWRAC7000101',
      model: 'DS-2CD2386G2-IU',
      kind: 'camera',
      firmware: 'V5.7.18build 240826',
      mac: '00-00-5e-00-53-a1',
      address: '127.0.1.10',
      interface: 'test',
      activated: true,
      lanUnbind: 'yes',
      bindStatus: 'bound',
      reachability: 'same-subnet',
      subnetMask: '255.0.0.0',
      gateway: '127.0.0.1',
      ezvizBrand: null,
      cloudEnabled: true,
    });
  });

  it('prints an empty array where nothing answers', async (t) => {
    const at = await site(t, []);
    const ended = await at.agent(['discover', '--json', '--wait', '500']);
    expect([ended.stdout, ended.code]).toEqual(['[]\n', 0]);
  });

  it('ends with the wanted device, and fails without it but prints what there was', async (t) => {
    const at = await site(t, [unbindableCamera]);
    const found = await at.agent(['discover', '--json', '--until', unbindableCamera.profile.fullSerial]);
    expect(found.code).toBe(0);
    const missed = await at.agent(['discover', '--json', '--until', 'AC7000999', '--wait', '800']);
    expect(missed.code).toBe(1);
    expect(missed.json<unknown[]>()).toHaveLength(1);
  });

  it('reads well in Russian and in English', async (t) => {
    const at = await site(t, [unbindableCamera]);
    const words = ['discover', '--until', CAMERA];
    const [english, russian] = [
      await at.agent(words),
      await at.agent(words, { env: { LC_ALL: 'ru_RU.UTF-8' } }),
    ];
    expect(english.stdout).toContain('Devices found: 1');
    expect(english.stdout).toContain('LAN unbind: possible');
    expect(russian.stdout).toMatch(/[\u0430-\u044f]{4}/);
    for (const { stdout } of [english, russian]) {
      expect(stdout).toContain(CAMERA);
      expect(stdout).not.toMatch(/agent:|\{\{/);
    }
  });

  it('prints what it has when a person stops it', async (t) => {
    const at = await site(t, [unbindableCamera]);
    const asked = new Promise<void>((done) => void at.lan.device(CAMERA).onChange(() => done()));
    const { child, ended } = at.start(['discover', '--json', '--wait', '60000']);
    await asked;
    child.kill('SIGINT');
    expect(Array.isArray((await ended).json())).toBe(true);
    expect((await ended).code).toBe(1);
  });

  it('does not mind that nobody reads its output', async (t) => {
    const at = await site(t, [unbindableCamera]);
    const { child, ended } = at.start(['discover', '--json', '--until', CAMERA]);
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    expect([code, besidesBuffer(stderr)]).toEqual([0, '']);
  });
});

describe('the start', () => {
  it('puts an inquiry on the wire, from the source', async (t) => {
    const at = await site(t, []);
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    t.onTestFinished(() => void socket.close());
    await new Promise<void>((done) => socket.bind(at.lan.port, '239.255.255.250', done));
    socket.addMembership('239.255.255.250', '127.0.0.1');
    const heard = new Promise((done) => socket.once('message', done));
    const env = { UNBIND_AGENT_TEST_NETWORK: at.lan.testNetwork, UNBIND_AGENT_HOME: at.home };
    spawnAgent(t, ['discover', '--json'], '', env, FROM_SOURCE);
    await heard;
  });
});

describe.concurrent('status', () => {
  it.for([
    [{}, {}, 'can-unbind', 0],
    [{ bound: false }, {}, 'not-bound', 0],
    [{ cloud: 'offline' }, {}, 'cloud-offline', 0],
    [{}, { answersStatus: false }, 'unanswered', 1],
  ] as const)('with %o and %o is %s', async ([state, quirks, status, code], t) => {
    const at = await oneCamera(t, { state, quirks });
    const ended = await at.agent(['status', CAMERA, '--json']);
    expect(ended.json()).toEqual({ shortSerial: CAMERA, status });
    expect(ended.code).toBe(code);
  });

  it('says in words what to do next', async (t) => {
    const at = await oneCamera(t, { state: { cloud: 'offline' } });
    const ended = await at.agent(['status', CAMERA.toLowerCase()]);
    expect(ended.stdout).toContain('Check its gateway, DNS, internet access and clock');
  });
});

describe.concurrent('wrong usage', () => {
  const usage: [string, string[]][] = [
    ['an unknown command', ['reset']],
    ['an unknown option', ['discover', '--all']],
    ['a serial number that is none', ['status', 'DS-2CD2386G2-IU', '--json']],
    ['no serial number', ['unbind', '--confirm', CAMERA, '--json']],
    ['no confirmation', ['unbind', CAMERA, '--json']],
    ['two serial numbers', ['unbind', CAMERA, 'AC7000102', '--confirm', CAMERA, '--json']],
    ['a time that is none', ['discover', '--wait', 'soon', '--json']],
    ['an interface that is none', ['discover', '--interface', 'wlan9', '--json']],
    ['no code to pair with, and nobody to ask', ['pair', '--server', 'https://bot.example']],
    ['no server to pair with', ['pair', 'BCDFGHJKLM']],
    ['a server that is none', ['pair', 'BCDFGHJKLM', '--server', 'ftp://example.org']],
  ];

  it.for(usage)('%s: exit 2, an explanation, nothing on standard output', async ([, words], t) => {
    const at = await site(t, []);
    const { code, stdout, stderr } = await at.agent(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.length).toBeGreaterThan(20);
    expect(stderr).not.toMatch(/agent:|\{\{|\n\s+at /);
  });

  it('speaks the language of the person, and repeats no value that may be a password', async (t) => {
    const at = await site(t, []);
    const russian = { env: { LC_ALL: 'ru_RU.UTF-8' } };
    const unknown = await at.agent(['inspect', CAMERA, '--password=Fixture-Pass1'], russian);
    expect(unknown.stderr.trim()).toBe('Параметра --password нет. Список: «unbind-agent <команда> --help».');
    for (const [, words] of usage) {
      const { stderr } = await at.agent(words, russian);
      expect(stderr).toMatch(/^[А-Я«]|^(?:--|http)/);
      expect(stderr).not.toMatch(/error:|Usage|missing|invalid/);
    }
    const both = await at.agent(['inspect', CAMERA, '--password-stdin', '--prompt', 'page']);
    expect([both.code, both.stderr.trim()]).toEqual([
      2,
      '--prompt <kind> and --password-stdin do not go together.',
    ]);
  });

  it('says which interfaces there are', async (t) => {
    const at = await site(t, []);
    const { stderr } = await at.agent(['discover', '--interface', 'wlan9']);
    expect(stderr).toContain('test (127.0.0.1)');
  });

  it('takes an interface by name and by address', async (t) => {
    const at = await site(t, [unbindableCamera]);
    for (const name of ['test', '127.0.0.1']) {
      const ended = await at.agent(['discover', '--json', '--until', CAMERA, '--interface', name]);
      expect(ended.code).toBe(0);
    }
  });

  it('refuses settings that mean nothing', async (t) => {
    const at = await site(t, []);
    const badNetwork = await at.agent(['discover'], { env: { UNBIND_AGENT_TEST_NETWORK: '10.0.0.1/8:1' } });
    expect(badNetwork.code).toBe(2);
    const badTime = await at.unbind({ env: { UNBIND_AGENT_VERIFY_SECONDS: 'long' } });
    expect([badTime.code, badTime.stdout]).toEqual([2, '']);
  });

  it('helps in Russian without a word of English between its angle brackets', async (t) => {
    const at = await site(t, []);
    for (const words of [[], ['discover'], ['unbind'], ['record'], ['pair'], ['run']]) {
      const { stdout } = await at.agent([...words, '--help'], { env: { LC_ALL: 'ru_RU.UTF-8' } });
      expect(stdout).toContain('[параметры]');
      expect(stdout).not.toMatch(/[<[][a-z| ]+[>\]]|default|choices/);
    }
  });

  it('helps', async (t) => {
    const folder = await emptyFolder(t);
    const { code, stdout } = await runAgent(t, ['--help'], '', { UNBIND_AGENT_HOME: folder });
    expect(code).toBe(0);
    for (const word of [
      'discover',
      'status',
      'unbind',
      'record',
      'pair',
      'run',
      'doctor',
      'UNBIND_AGENT_HOME',
    ]) {
      expect(stdout).toContain(word);
    }
  });
});

describe.concurrent('unbind in words', () => {
  it('tells its stages on standard error and the result on standard output', async (t) => {
    const at = await oneCamera(t, { state: { bound: false } });
    const words = ['unbind', CAMERA, '--confirm', CAMERA, '--password-stdin'];
    const { stdout, stderr } = await at.agent(words, { input: PASSWORD });
    expect(stdout).toContain('The device is not bound to any account.');
    expect(stderr).toContain(`Looking for ${CAMERA}`);
  });

  it('gives the reason and the number of attempts', async (t) => {
    const at = await oneCamera(t);
    const words = ['unbind', CAMERA, '--confirm', CAMERA, '--password-stdin'];
    const wrong = await at.agent(words, { input: 'Not-The-One-9' });
    expect(wrong.stdout).toContain('Wrong password, says the device.');
    expect(wrong.stdout).toContain('Attempts left: 5.');
    const long = await at.agent(words, { input: 'Seventeen_chars17' });
    expect(long.stdout).toContain('more than 16 bytes');
  });
});

describe.concurrent('doctor', () => {
  const doctor = async (t: TestContext, env: Record<string, string> = {}) => {
    const at = await site(t, []);
    return at.agent(['doctor', '--json'], { env });
  };

  it('finds everything in order, and says so in one JSON value', async (t) => {
    const ended = await doctor(t);
    const report = ended.json<{ ok: boolean; checks: { check: string; result: string }[] }>();
    expect(report.ok).toBe(true);
    expect(ended.code).toBe(0);
    expect(new Set(report.checks.map(({ check }) => check))).toEqual(
      new Set(['interfaces', 'port', 'multicast', 'buffer', 'home', 'crypto', 'pairing']),
    );
    expect(report.checks.find(({ check }) => check === 'multicast')).toMatchObject({
      detail: 'ok',
      name: 'test',
    });
    // The emulated LAN sits on the port, as the vendor's tool would.
    expect(report.checks.find(({ check }) => check === 'port')).toMatchObject({ detail: 'shared' });
  });

  it('fails where the state folder cannot be written', async (t) => {
    const ended = await doctor(t, { UNBIND_AGENT_HOME: '/dev/null/agent' });
    expect(ended.code).toBe(1);
    expect(ended.json<{ checks: unknown[] }>().checks).toContainEqual({
      check: 'home',
      result: 'failed',
      detail: 'failed',
      path: '/dev/null/agent',
      code: 'ENOTDIR',
    });
  });

  it('names the cause when the server of a paired laptop does not answer', async (t) => {
    const at = await site(t, []);
    const keys = generateKeyPairSync('ed25519');
    // Nobody listens on port 9 of this machine.
    const server = { url: 'http://127.0.0.1:9', loopback: true, insecure: false };
    const agentId = '01M85A59EA4QFGVWYZW162SD7X';
    await saveIdentity(at.home, { agentId, server, privateKey: keys.privateKey, hubKey: keys.publicKey });
    const ended = await at.agent(['doctor', '--json']);
    expect(ended.code).toBe(1);
    expect(ended.json<{ checks: unknown[] }>().checks).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ check: 'pairing', result: 'ok', server: server.url }),
        expect.objectContaining({ check: 'server', result: 'failed', detail: 'refused' }),
      ]),
    );
    const { stdout } = await at.agent(['doctor']);
    expect(stdout).not.toMatch(/agent:|\{\{/);
  });

  it('reads well, with a command to copy', async (t) => {
    const at = await site(t, []);
    for (const env of [{}, { LANG: 'ru_RU.UTF-8' }]) {
      const { stdout } = await at.agent(['doctor'], { env });
      expect(stdout).toMatch(/ufw|firewall-cmd|iptables|nft|netsh|socketfilterfw/);
      expect(stdout).not.toMatch(/agent:|\{\{/);
      // Sentences fit a terminal; commands, which are indented further, stay whole.
      const sentences = stdout.split('\n').filter((line) => !line.startsWith('    '));
      expect(sentences.filter((line) => line.length > 80)).toEqual([]);
    }
  });
});

describe('doctor and a server with another clock', () => {
  it.for([
    [24 * 3600_000, 'clock-behind'],
    [-24 * 3600_000, 'clock-ahead'],
  ] as const)(
    'tells of a difference of %i ms, and that the server answers',
    async ([difference, detail], t) => {
      const at = await site(t, []);
      const hub = await ScriptedHub.open(() => Date.now() + difference);
      await hub.pair(at.home);
      hub.confirmation = 'confirmed';
      const { code, json } = await at.agent(['doctor', '--json']);
      expect(code).toBe(0);
      const checks = json<{ checks: { check: string; by?: string }[] }>().checks.filter(
        ({ check }) => check === 'server',
      );
      expect(checks).toMatchObject([
        { result: 'ok', detail: 'ok' },
        { result: 'warning', detail },
      ]);
      expect(checks[1]?.by).toMatch(/^(?:24:00:0\d|23:59:5\d)$/);
    },
  );
});

describe.concurrent('a device that announces another address than it answers from', () => {
  const announced = '192.168.1.64';
  const elsewhere = (t: TestContext) =>
    oneCamera(t, { profile: { announcedAddress: announced, subnetMask: '255.255.255.0', httpPort: 0 } });
  const told = `answers from ${unbindableCamera.profile.address} but announces ${announced}`;

  it('is shown with both wherever it is found', async (t) => {
    const at = await elsewhere(t);
    const list = await at.agent(['discover', '--until', CAMERA]);
    expect(list.stdout).toContain(`Address: ${unbindableCamera.profile.address} through test\n`);
    expect(list.stdout).toContain(told);
    const [device] = (await at.agent(['discover', '--until', CAMERA, '--json'])).json<object[]>();
    expect(device).toMatchObject({
      address: unbindableCamera.profile.address,
      announcedAddress: announced,
    });
    const status = await at.agent(['status', CAMERA]);
    expect(status.stdout).toContain(`${unbindableCamera.profile.address} through test\n`);
    expect([status.code, status.stderr]).toEqual([0, expect.stringContaining(told)]);
    const russian = await at.agent(['status', CAMERA], { env: { LC_ALL: 'ru_RU.UTF-8' } });
    expect(russian.stderr).toContain(`а сообщает адрес ${announced}`);
  });

  it('is read and unbound where it answers, and that costs no attempt', async (t) => {
    const at = await elsewhere(t);
    const words = ['inspect', CAMERA, '--password-stdin', '--json'];
    const read = await at.agent(words, { input: `${PASSWORD}\n` });
    expect(read.json()).toMatchObject({ outcome: 'read', address: unbindableCamera.profile.address });
    expect(read.stderr).toContain(told);
    const ended = await at.unbind();
    expect(ended.json()).toEqual({ shortSerial: CAMERA, outcome: 'unbound', verified: true });
    expect(ended.stderr).toContain(told);
    const { lockTries } = at.camera.profile;
    expect(at.camera.snapshot()).toMatchObject({ unbindsReceived: 1, triesLeft: lockTries });
  });
});
