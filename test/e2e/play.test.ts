import { expect, it } from 'vitest';
import { textsFor } from '../../src/kernel/all-texts.ts';
import { demoDevices } from '../../src/sandbox/device/profiles.ts';
import { play } from '../../src/sandbox/play.ts';

it('the demo plays its three scenes, and the devices count what was asked for', async () => {
  const lines: string[] = [];
  expect(await play({ devices: demoDevices, say: (line) => lines.push(line), t: textsFor('en') })).toBe(true);
  expect(lines.filter((line) => line.includes('unbinds done 1'))).toHaveLength(2);
}, 240_000);
