import { expect, it } from 'vitest';
import { demoDevices } from '../../src/sandbox/device/profiles.ts';
import { play } from '../../src/sandbox/play.ts';

it('the demo plays its four stories, and the devices count what was asked for', async () => {
  const lines: string[] = [];
  expect(await play({ devices: demoDevices, language: 'en', say: (line) => lines.push(line) })).toBe(true);
  expect(lines.filter((line) => line.includes('unbinds done 1'))).toHaveLength(2);
}, 240_000);
