import { describe, expect, it } from 'vitest';
import type { finding } from '../../../../src/lan-agent/doctor/check.ts';
import { type Scene, sceneAfter, silenceOf } from '../../../../src/lan-agent/window/scene.ts';
import { CAMERA, NEW_LAPTOP, SERIAL, SERVER, scenes, withNews } from '../../../support/window-scenes.ts';

const JOB = {
  id: 'J1',
  task: 'unbind',
  origin: 'bot',
  shortSerial: SERIAL,
  technician: 'P',
  place: null,
  settles: false,
} as const;
const SEARCH = { ...JOB, id: 'S1', task: 'discover', origin: 'local', shortSerial: null } as const;
const REPORT = {
  devices: [CAMERA],
  interfaces: [{ name: 'eth0', address: '192.168.1.2', used: true }],
  seen: true,
  omitted: 0,
  dropped: 0,
  lost: 0,
  notes: [],
  hindrances: [],
} as const;

describe('sceneAfter', () => {
  it('is plain data in every state', () => {
    for (const scene of Object.values(scenes('ru'))) {
      expect(JSON.parse(JSON.stringify(scene))).toEqual(scene);
    }
  });

  it('goes on from a pairing to its server, and keeps the code form after one that failed', () => {
    const number = withNews(NEW_LAPTOP, { kind: 'pairing-number', number: '123 456', expiresAt: 1 });
    const paired = withNews(
      number,
      { kind: 'pairing-confirmed' },
      { kind: 'pairing-ended', end: 'paired', server: SERVER, spent: true },
    );
    expect(paired).toMatchObject({ pairing: null, line: { is: 'connecting', server: SERVER } });
    const failed = withNews(number, { kind: 'pairing-ended', end: 'expired', server: SERVER, spent: true });
    expect(failed).toMatchObject({ pairing: { step: 'failed', end: 'expired' }, line: { is: 'unpaired' } });
  });

  it('knows whose laptop it is and that there is a newer version, and forgets the first when it is unpaired', () => {
    const whose = { bot: 'demo_bot', owners: ['Anna'] };
    const newer = { version: '9.9.9', address: 'https://bot.example.org/agent' };
    const told = withNews(
      NEW_LAPTOP,
      { kind: 'whose', laptop: 'Van 7', ...whose },
      { kind: 'newer', ...newer },
    );
    expect(told).toMatchObject({ laptop: 'Van 7', whose, newer });
    expect(withNews(told, { kind: 'unpaired' })).toMatchObject({ whose: null, newer });
  });

  it('takes news of the job at work alone', () => {
    const working = withNews(NEW_LAPTOP, { kind: 'job-begun', job: JOB });
    const stage = (jobId: string) =>
      withNews(working, { kind: 'stage', jobId, stage: 'password' }).work?.stage;
    expect(stage('J1')).toBe('password');
    expect(stage('J0')).toBeNull();
  });

  it('leaves the job at work where another one could not even be begun', () => {
    const working = withNews(NEW_LAPTOP, { kind: 'job-begun', job: JOB });
    const end = { kind: 'failed', reason: 'busy' } as const;
    const scene = withNews(working, { kind: 'job-ended', job: { ...JOB, id: 'J2' }, end });
    expect(scene.work?.job.id).toBe('J1');
    expect(scene.ended).toMatchObject({ job: { id: 'J2' }, end });
  });

  it('says the same about a job once', () => {
    const note = { kind: 'interface-skipped', name: 'tun0' } as const;
    const noted = { kind: 'noted', jobId: 'J1', note } as const;
    const scene = withNews(NEW_LAPTOP, { kind: 'job-begun', job: JOB }, noted, noted);
    expect(scene.work?.notes).toEqual([note]);
  });

  it('keeps who was seen before when one device alone is looked for', () => {
    const other = { ...CAMERA, shortSerial: 'K20000011', address: '192.168.1.65' };
    const all = withNews(
      NEW_LAPTOP,
      { kind: 'job-begun', job: SEARCH },
      { kind: 'seen', jobId: 'S1', report: { ...REPORT, devices: [CAMERA, other] } },
    );
    const moved = { ...CAMERA, address: '192.168.1.99' };
    const one = (shortSerial: string | null) =>
      withNews(
        all,
        { kind: 'job-begun', job: { ...SEARCH, id: 'S2', shortSerial } },
        { kind: 'seen', jobId: 'S2', report: { ...REPORT, devices: [moved] } },
      ).seen?.devices.map(({ address }) => address);
    expect(one(SERIAL)).toEqual(['192.168.1.99', '192.168.1.65']);
    expect(one(null)).toEqual(['192.168.1.99']);
  });

  it('knows a device as unbound only where the device has said so', () => {
    const seen = withNews(
      NEW_LAPTOP,
      { kind: 'job-begun', job: SEARCH },
      { kind: 'seen', jobId: 'S1', report: REPORT },
      { kind: 'job-begun', job: JOB },
    );
    const bindingAfter = (outcome: 'unbound' | 'unknown', verified: boolean) =>
      withNews(seen, {
        kind: 'job-ended',
        job: JOB,
        end: { kind: 'unbind', report: { shortSerial: SERIAL, outcome, verified } },
      }).seen?.devices[0]?.bindStatus;
    expect(bindingAfter('unbound', true)).toBe('not-bound');
    expect(bindingAfter('unbound', false)).toBe('bound');
    expect(bindingAfter('unknown', false)).toBe('bound');
  });

  it('says once why a question ended by itself, and nothing where a person has ended it by an answer', () => {
    const asked = scenes('en').password as Scene;
    const end = (how: 'timeout' | 'taken') => withNews(asked, { kind: 'asking', question: null, end: how });
    expect(end('timeout')).toMatchObject({ question: null, notice: 'timeout' });
    expect(end('taken')).toMatchObject({ question: null, notice: null });
    expect(withNews(end('timeout'), { kind: 'job-begun', job: JOB }).notice).toBeNull();
  });
});

describe('why nobody is listed', () => {
  const nobody = (...found: Parameters<typeof finding>[1][]) => {
    const searched = withNews(
      NEW_LAPTOP,
      { kind: 'job-begun', job: SEARCH },
      { kind: 'seen', jobId: 'S1', report: { ...REPORT, devices: [] } },
      { kind: 'job-ended', job: SEARCH, end: { kind: 'searched', found: true } },
    );
    const findings = found.map((key) => {
      const [, check = '', detail = ''] = key.split('.');
      return { check, detail, result: 'failed' as const, values: {}, says: { en: '', ru: '' } };
    });
    return sceneAfter(searched, { kind: 'checked', findings, firewall: [] }, 0);
  };

  it.each([
    ['agent:doctor.multicast.not-heard', 'blocked'],
    ['agent:doctor.rules.blocked', 'blocked'],
    ['agent:doctor.rules.partly', 'blocked'],
    ['agent:doctor.rules.none', 'silent'],
    ['agent:doctor.multicast.not-permitted', 'not-permitted'],
    ['agent:doctor.multicast.send-failed', 'cannot-send'],
    ['agent:doctor.port.taken', 'port-taken'],
  ] as const)('%s: %s', (found, silence) => {
    expect(silenceOf(nobody(found))).toBe(silence);
  });

  it('is found out anew after the next search', () => {
    const blocked = nobody('agent:doctor.multicast.not-heard');
    const again = withNews(
      blocked,
      { kind: 'job-begun', job: SEARCH },
      { kind: 'seen', jobId: 'S1', report: { ...REPORT, devices: [] } },
      { kind: 'job-ended', job: SEARCH, end: { kind: 'searched', found: true } },
    );
    expect(silenceOf(again)).toBe('checking');
  });

  it('is not said before it was looked for, and never that nobody is there', () => {
    expect(silenceOf(NEW_LAPTOP)).toBeNull();
    expect(silenceOf(withNews(NEW_LAPTOP, { kind: 'job-begun', job: SEARCH }))).toBe('looking');
    expect(silenceOf(nobody())).toBe('silent');
    expect(silenceOf({ ...nobody(), checkup: NEW_LAPTOP.checkup })).toBe('checking');
    expect(silenceOf(scenes('en').devices as Scene)).toBeNull();
  });
});
