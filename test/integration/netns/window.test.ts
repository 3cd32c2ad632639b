/** What the laptop's window says of the devices on real interfaces. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bundled } from '../../support/programs.ts';
import { createLaptop, createWorld, PATIENT, plugCamera } from './site.ts';

const NO_FIREWALL: string | null = spawnSync('iptables', ['--version']).error
  ? 'a firewall needs the command "iptables"'
  : null;

describe('the window on real interfaces', PATIENT, () => {
  it('tells a firewall that blocks, with the cure, and never that nobody is there; then who is heard', async (t) => {
    t.skip(NO_FIREWALL !== null, NO_FIREWALL ?? '');
    const program = await bundled('test/integration/netns/window-process.ts');
    const world = createWorld(t);
    const wire = world.wire();
    const laptop = await createLaptop(t, world);
    laptop.plug(wire, 'lan0', '10.20.0.10/24');
    const camera = await plugCamera(t, world, wire, '10.20.0.64/24', 1);
    laptop.run('iptables', '-A', 'INPUT', '-p', 'udp', '-j', 'DROP');

    const window = await laptop.start(process.execPath, program, laptop.home);
    const lines = [window.first];
    const until = async (words: string) => {
      while (!lines.at(-1)?.includes(words)) lines.push(await window.next());
    };
    const search = () => window.child.stdin?.write('\n');

    await until('Blocked by the firewall');
    expect(lines.at(-1)).toMatch(/Without an administrator there is no cure on this laptop.*Hik-Connect app/);
    search();
    await until('Checking whether this laptop could hear');
    await until('Blocked by the firewall');
    laptop.run('iptables', '-F', 'INPUT');
    search();
    await until(camera.shortSerial);
    expect(lines.at(-1)).toContain('1 device');
    await camera.off();
    search();
    await until('No answer has come');
    for (const line of lines) expect(line).not.toMatch(/no device/i);
  });
});
