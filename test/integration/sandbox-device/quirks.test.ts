import { describe, expect, it } from 'vitest';
import type { DeviceSnapshot, EmulatedDevice } from '../../../src/sandbox/device/device.ts';
import { DEMO_PASSWORD } from '../../../src/sandbox/device/profiles.ts';
import { outlasts } from '../../support/outlasts.ts';
import { cameraWith } from './setup.ts';
import {
  answers,
  ask,
  command,
  exchange,
  type Heard,
  inquiry,
  isSilent,
  makeKey,
  openCode,
  openWire,
  seal,
  status,
  unbind,
  uuid,
} from './wire.ts';

const WRONG = 'Not-The-Pass1';

/** The first snapshot, past or to come, that the test accepts. */
function snapshotWhen(
  device: EmulatedDevice,
  accept: (one: DeviceSnapshot) => boolean,
): Promise<DeviceSnapshot> {
  return new Promise((resolve) => {
    const look = (one: DeviceSnapshot) => {
      if (!accept(one)) return;
      stop();
      resolve(one);
    };
    const stop = device.onChange(look);
    look(device.snapshot());
  });
}

describe('quirks of replies', () => {
  it('echo the Uuid as it came, in lower case, or in braces', async () => {
    const { wire, mac, device } = await cameraWith();
    const echoed = async () => {
      const id = uuid();
      wire.send(command(id, mac, 'getUnbindStatus'));
      return [id, (await wire.until(answers(id))).get('Uuid')];
    };
    const [plain, asItCame] = await echoed();
    expect(asItCame).toBe(plain);
    device.set({ uuid: 'lower' });
    const [upper, lower] = await echoed();
    expect(lower).toBe(upper?.toLowerCase());
    device.set({ uuid: 'braces' });
    const [bare, braced] = await echoed();
    expect(braced).toBe(`{${bare}}`);
  });

  it('ignore a Uuid that is not hexadecimal unless the firmware is old', async () => {
    const { wire, device } = await cameraWith();
    wire.send(inquiry('ZZZZ'));
    await ask(wire, inquiry);
    expect(wire.heard.filter((one) => one.get('Uuid') === 'ZZZZ' && one.text.includes('ProbeMatch'))).toEqual(
      [],
    );
    device.set({ strictUuid: false });
    wire.send(inquiry('ZZZZ'));
    expect((await wire.until((one) => one.get('Uuid') === 'ZZZZ')).get('DeviceSN')).toContain('AC7000101');
  });

  it('leave the MAC out of commands, or out of discovery', async () => {
    const { wire, mac, device } = await cameraWith({ quirks: { macInReplies: false } });
    expect((await ask(wire, (id) => command(id, mac, 'getUnbindStatus'))).get('MAC')).toBeNull();
    expect((await ask(wire, inquiry)).get('MAC')).toBe(mac);
    device.set({ macInDiscovery: false });
    expect((await ask(wire, inquiry)).get('MAC')).toBeNull();
  });

  it('misspell false, reorder elements, grow beyond 4 KiB, and slip in GB18030', async () => {
    const { wire, device } = await cameraWith({ quirks: { flagSpelling: 'flase', lanUnbindFlag: false } });
    expect((await ask(wire, inquiry)).get('supportEzvizUnbind')).toBe('flase');
    device.set({ elementOrder: 'salt-first' });
    expect((await ask(wire, inquiry)).text).toMatch(/<ProbeMatch>\s*<Encrypt>.*\s*<Salt>.*\s*<Uuid>/);
    device.set({ elementOrder: 'reversed' });
    expect((await ask(wire, inquiry)).text).toMatch(/<Uuid>.*\s*<\/ProbeMatch>/);
    device.set({ bigReply: true });
    expect((await ask(wire, inquiry)).bytes.length).toBeGreaterThan(4096);
    device.set({ gb18030Name: true });
    const { bytes } = await ask(wire, inquiry);
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow();
    expect(new TextDecoder('gb18030').decode(bytes)).toContain('<OEMInfo>海康威视</OEMInfo>');
  });

  it('come twice, late, or cut in the middle', async () => {
    const { wire, mac, device } = await cameraWith({ quirks: { duplicateReplies: 2 } });
    const id = uuid();
    wire.send(command(id, mac, 'getUnbindStatus'));
    const copies = () => wire.heard.filter((one) => answers(id)(one) && one.text.includes('ProbeMatch'));
    await wire.until(() => copies().length === 3);
    device.set({ duplicateReplies: 0, replyDelayMs: 60 });
    expect(await outlasts(50, () => status(wire, mac))).toBe(true);
    device.set({ replyDelayMs: 0, brokenXml: ['inquiry'] });
    expect((await ask(wire, inquiry)).text).not.toContain('</ProbeMatch>');
    expect(await status(wire, mac)).toBe('success');
  });

  it('arrive after decoys of which none answers the request', async () => {
    const { wire, mac } = await cameraWith({ quirks: { decoys: true } });
    const id = uuid();
    wire.send(command(id, mac, 'getUnbindStatus'));
    const good = (one: Heard) => one.get('Types') === 'getUnbindStatus' && one.get('MAC') === mac;
    await wire.until((one) => answers(id)(one) && good(one));
    const replies = wire.heard.filter((one) => answers(id)(one) && one.text.includes('ProbeMatch'));
    expect(replies.filter(good)).toHaveLength(1);
    expect(replies.length).toBeGreaterThan(1);
  });

  it('stay away when unicast is ignored', async () => {
    const { wire, device } = await cameraWith({ quirks: { ignoresUnicast: true } });
    wire.send(inquiry(uuid()), device.profile.address);
    await ask(wire, inquiry);
    expect(device.snapshot().inquiries).toBe(1);
  });

  it('are replaced by canned ones, in order, the last one repeating', async () => {
    const word = (result: string) =>
      `<ProbeMatch><Uuid>old</Uuid><Types>getUnbindStatus</Types><Result>${result}</Result></ProbeMatch>`;
    const { wire, mac } = await cameraWith({
      canned: { getUnbindStatus: [word('platformBusy'), word('notBind')], ezvizUnbind: [] },
    });
    expect(await status(wire, mac)).toBe('platformBusy');
    expect(await status(wire, mac)).toBe('notBind');
    expect(await status(wire, mac)).toBe('notBind');
    expect(await isSilent(wire, (id) => command(id, mac, 'ezvizUnbind'))).toBe(true);
  });
});

describe('quirks of the exchange', () => {
  it('refuse it, leave it empty, or add a result', async () => {
    const { wire, mac, device } = await cameraWith({ quirks: { exchangeReply: 'failed' } });
    const send = () => ask(wire, (id) => command(id, mac, 'exchangecode', makeKey(1024).element));
    expect((await send()).get('Result')).toBe('failed');
    device.set({ exchangeReply: 'empty' });
    expect((await send()).get('Code')).toBe('');
    device.set({ exchangeReply: 'code-and-result' });
    const reply = await send();
    expect(reply.get('Result')).toBe('success');
    expect(reply.get('Code')).toHaveLength(172);
  });

  it.each([
    ['127.0.1.99', 'before'],
    ['127.0.1.99', 'after'],
    [null, 'after'],
  ] as const)(
    'send a second reply from %s, %s the true one, and notice a password sealed for it',
    async (from, order) => {
      const { wire, mac, device } = await cameraWith({
        quirks: { spoofExchange: { from, order, delayMs: 0 } },
      });
      const { key, element } = makeKey(1024);
      const id = uuid();
      wire.send(command(id, mac, 'exchangecode', element));
      const first = await wire.until(answers(id));
      const second = await wire.until((one) => answers(id)(one) && one.get('Code') !== first.get('Code'));
      const spoofed = order === 'before' && from !== null ? first : second;
      expect([first.from, second.from].filter((address) => address === (from ?? '127.0.1.10'))).not.toEqual(
        [],
      );
      const random = openCode(key, spoofed.get('Code'));
      const reply = await ask(wire, (other) =>
        command(other, mac, 'ezvizUnbind', seal(random, DEMO_PASSWORD)),
      );
      expect(reply.get('Result')).toBe('failed');
      expect(device.snapshot()).toMatchObject({ passwordsLeaked: 1, passwordsTried: 0, bound: true });
    },
  );
});

describe('quirks of the unbind', () => {
  it('lose the request: nothing happens', async () => {
    const { wire, mac, device } = await cameraWith({ quirks: { loseUnbindRequest: true } });
    const random = await exchange(wire, mac);
    const xml = (id: string) => command(id, mac, 'ezvizUnbind', seal(random, DEMO_PASSWORD));
    expect(await isSilent(wire, xml)).toBe(true);
    expect(device.snapshot()).toMatchObject({ bound: true, unbindsReceived: 0 });
  });

  it('lose the reply: the device is not bound all the same', async () => {
    const { wire, mac, device } = await cameraWith({ quirks: { loseUnbindReply: true } });
    const random = await exchange(wire, mac);
    const xml = (id: string) => command(id, mac, 'ezvizUnbind', seal(random, DEMO_PASSWORD));
    expect(await isSilent(wire, xml)).toBe(true);
    expect(await status(wire, mac)).toBe('notBind');
    expect(device.snapshot().unbindsExecuted).toBe(1);
  });

  it('say failed for a wrong password, or keep the counter to themselves, or name it otherwise', async () => {
    const { wire, mac, device } = await cameraWith({ quirks: { failedForWrongPassword: true } });
    const denied = await unbind(wire, mac, WRONG);
    expect([denied.get('Result'), denied.get('RetryTimes')]).toEqual(['failed', null]);
    device.set({ failedForWrongPassword: false, noCounter: true });
    const bare = await unbind(wire, mac, WRONG);
    expect([bare.get('Result'), bare.get('RetryTimes')]).toEqual(['PasswordError', null]);
    device.set({ noCounter: false, counterName: 'RetryModifyTime' });
    expect((await unbind(wire, mac, WRONG)).get('RetryModifyTime')).toBe('3');
    device.set({ noCounter: true, lockedUntil: Date.now() + 60_000 });
    const locked = await unbind(wire, mac, WRONG);
    expect([locked.get('Result'), locked.get('SurplusLockTime')]).toEqual(['locked', null]);
  });

  it('let the status follow later, and count a second unbind as not executed', async () => {
    let now = 0;
    const { wire, mac, device } = await cameraWith({ quirks: { settleAfterMs: 20_000 } }, { now: () => now });
    expect((await unbind(wire, mac, DEMO_PASSWORD)).get('Result')).toBe('success');
    expect(await status(wire, mac)).toBe('success');
    expect((await unbind(wire, mac, DEMO_PASSWORD)).get('Result')).toBe('failed');
    now = 20_000;
    expect(await status(wire, mac)).toBe('notBind');
    expect(device.snapshot()).toMatchObject({ unbindsReceived: 2, unbindsExecuted: 1 });
  });

  it('tell listeners when an unbind has settled', async () => {
    const { wire, mac, device } = await cameraWith({ quirks: { settleAfterMs: 20 } });
    await unbind(wire, mac, DEMO_PASSWORD);
    expect((await snapshotWhen(device, ({ bound }) => !bound)).unbindsExecuted).toBe(1);
  });

  it.each([true, false])('restart the device, the unbind carried out: %s', async (executed) => {
    const { wire, mac, device } = await cameraWith({ quirks: { rebootDuringUnbind: { ms: 40, executed } } });
    const random = await exchange(wire, mac);
    const before = wire.heard.length;
    const id = uuid();
    wire.send(command(id, mac, 'ezvizUnbind', seal(random, DEMO_PASSWORD)));
    await snapshotWhen(device, ({ restarting }) => restarting);
    wire.send(inquiry(uuid()));
    await wire.until((one) => one.text.includes('<Hello>'), before);
    expect(wire.heard.some((one) => answers(id)(one) && one.text.includes('ProbeMatch'))).toBe(false);
    expect(await status(wire, mac)).toBe(executed ? 'notBind' : 'success');
    expect(device.snapshot()).toMatchObject({ inquiries: 0, unbindsExecuted: executed ? 1 : 0 });
  });

  it('restart the device once: the next unbind is carried out', async () => {
    const { wire, mac, device } = await cameraWith({
      quirks: { rebootDuringUnbind: { ms: 40, executed: false } },
    });
    const random = await exchange(wire, mac);
    const before = wire.heard.length;
    wire.send(command(uuid(), mac, 'ezvizUnbind', seal(random, DEMO_PASSWORD)));
    await wire.until((one) => one.text.includes('<Hello>'), before);
    expect((await unbind(wire, mac, DEMO_PASSWORD)).get('Result')).toBe('success');
    expect(device.snapshot()).toMatchObject({ bound: false, unbindsReceived: 2, unbindsExecuted: 1 });
  });
});

describe('a device whose cable is pulled', () => {
  it('hears and says nothing, and says Hello when it is back', async () => {
    const { wire, mac, device } = await cameraWith({ state: { plugged: false } });
    wire.send(inquiry(uuid()));
    const id = uuid();
    wire.send(command(id, mac, 'getUnbindStatus'));
    const { httpPort, address } = device.snapshot();
    await expect(fetch(`http://${address}:${httpPort}/SDK/activateStatus`)).rejects.toThrow();
    const before = wire.heard.length;
    device.set({ plugged: true });
    await wire.until((one) => one.text.includes('<Hello>'), before);
    expect(wire.heard.slice(0, before).filter((one) => one.text.includes('ProbeMatch'))).toEqual([]);
    expect(device.snapshot()).toMatchObject({ inquiries: 0, statusAsked: 0, httpRequests: 0 });
    expect(await status(wire, mac)).toBe('success');
  });
});

describe('a laptop beside another program on the port', () => {
  it('hears the same multicast replies as the other program', async () => {
    const { lan, wire } = await cameraWith();
    const other = await openWire(lan.port);
    const id = uuid();
    wire.send(inquiry(id));
    await Promise.all([wire.until(answers(id)), other.until(answers(id))]);
    await other.close();
  });
});
