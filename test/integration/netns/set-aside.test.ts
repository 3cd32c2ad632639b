import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PASSWORD } from '../lan-agent/agent.ts';
import { createLaptop, createWorld, PATIENT, plugCamera, type Seen } from './site.ts';

/** Of both languages: the advice that is wrong where the reason is known. */
const POWER = /power and cable|питание и кабель/;

describe('an interface whose name speaks against it', PATIENT, () => {
  it.for(['bridge100', 'ap0'])(
    'is asked when nothing else has answered, and unbound through: %s',
    async (name, t) => {
      const world = createWorld(t);
      const [office, shared] = [world.wire(), world.wire()];
      const laptop = await createLaptop(t, world);
      laptop.plug(office, 'lan0', '10.20.0.10/24');
      laptop.plug(shared, name, '192.168.2.1/24');
      const camera = await plugCamera(t, world, shared, '192.168.2.64/24', 1);
      const bystander = await plugCamera(t, world, office, '10.20.0.64/24', 2);

      // Whoever asks for nobody in particular has found what the other interface has.
      const found = await laptop.agent(['discover', '--json', '--wait', '4000']);
      expect(found.json<Seen[]>().map(({ shortSerial }) => shortSerial)).toEqual([bystander.shortSerial]);
      expect(await camera.snapshot()).toMatchObject({ inquiries: 0 });

      const status = await laptop.agent(['status', camera.shortSerial]);
      expect(status.code).toBe(0);
      expect(status.stderr).toContain(`Found through ${name}`);
      const ended = await laptop.unbind(camera.shortSerial);
      expect(ended.json()).toEqual({ shortSerial: camera.shortSerial, outcome: 'unbound', verified: true });
      expect(ended.stderr).toContain(`Found through ${name}`);
      expect(await camera.snapshot()).toMatchObject({ exchanges: 1, unbindsExecuted: 1 });
    },
  );

  it('is asked at once where there is no other', async (t) => {
    const world = createWorld(t);
    const shared = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(shared, 'bridge100', '192.168.2.1/24');
    await plugCamera(t, world, shared, '192.168.2.64/24', 1);
    const { stdout, stderr } = await laptop.agent(['discover', '--wait', '1500']);
    expect(stdout).toContain('AC7100001');
    expect(stdout).toContain('bridge100 192.168.2.1: searched');
    expect(stderr).toContain('Found through bridge100');
  });

  it('is not asked by itself where it is a tunnel, but named as the reason in both languages', async (t) => {
    const world = createWorld(t);
    const [office, far] = [world.wire(), world.wire()];
    const laptop = await createLaptop(t, world);
    laptop.plug(office, 'lan0', '10.20.0.10/24');
    laptop.plug(far, 'tun0', '10.8.0.2/24');
    const camera = await plugCamera(t, world, far, '10.8.0.64/24', 1);
    const { shortSerial } = camera;
    const folder = join(laptop.home, 'recording');
    const commands = [
      ['status', shortSerial],
      ['unbind', shortSerial, '--confirm', shortSerial, '--password-stdin'],
      ['inspect', shortSerial, '--password-stdin'],
      ['record', shortSerial, '--folder', folder],
    ];
    const ends = await Promise.all(
      ['en', 'ru'].flatMap((language) =>
        commands.map((words) =>
          laptop.agent(
            words.map((word) => (word === folder ? `${folder}-${language}` : word)),
            {
              input: `${PASSWORD}\n`,
              // One device at a time: each run has a state folder of its own.
              env: { LC_ALL: language, UNBIND_AGENT_HOME: join(laptop.home, `${language}-${words[0]}`) },
            },
          ),
        ),
      ),
    );
    for (const { code, stdout, stderr } of ends) {
      expect([code, stderr]).toEqual([1, expect.stringContaining('--interface tun0')]);
      expect(stdout + stderr).not.toMatch(POWER);
      expect(stdout).toMatch(/could not search everywhere|искал не везде/);
    }
    expect(await camera.snapshot()).toMatchObject({ inquiries: 0 });
    const named = await laptop.unbind(shortSerial, { words: ['--interface', 'tun0'] });
    expect(named.json()).toMatchObject({ outcome: 'unbound', verified: true });
  });
});
