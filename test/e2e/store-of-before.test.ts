import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DEMO_PASSWORD, unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { createStage, type Stage } from '../../src/sandbox/stage.ts';
import { offeringUnbind, online, STEP, unbindNow } from '../support/stage.ts';
import { aboutFixture, fixtureStores, writeFixture } from '../support/store-fixture.ts';

let stage: Stage;
afterEach(() => stage.close(), 60_000);

describe.each(await fixtureStores())('a store the program of %s has left', (name) => {
  it('opens, and a case that was being asked a question goes on to its end', async () => {
    const { token, technician: id, asked, identity } = await aboutFixture(name);
    const lines: string[] = [];
    stage = await createStage({
      telegram: { token, firstUpdateId: 200_000_000 },
      devices: [{ ...unbindableCamera, profile: asked }],
      onBotLine: (line) => lines.push(line),
    });
    await writeFixture(name, stage.storeFolder);
    const home = join(dirname(stage.storeFolder), 'laptop');
    await mkdir(home, { mode: 0o700 });
    const server = { url: stage.hubUrl, loopback: true, insecure: false };
    await writeFile(join(home, 'identity.json'), JSON.stringify({ ...identity, server }), { mode: 0o600 });

    const technician = stage.technician('en');
    expect(technician.id).toBe(id);
    await stage.bot.start();
    const laptop = await stage.laptop('laptop', 'en', () => undefined);
    laptop.start();
    await online(technician);
    // The question was whether it was ever in an EZVIZ account: its message is of before, its answer is typed.
    await technician.send('no');
    // By its words: the question of before offers a yes as well, until it is answered.
    await technician.waitFor(/Do you have the admin password/, STEP);
    await technician.press(/:yes$/);
    await technician.waitFor(offeringUnbind, STEP);
    await unbindNow(technician);
    await technician.waitFor((message) => message.kind === 'photo', STEP);
    await technician.send(laptop.lastPicture());
    await laptop.typePassword(DEMO_PASSWORD);
    await technician.waitFor(/Unbound, verified/, STEP);
    expect(stage.lan.device(asked.shortSerial).snapshot()).toMatchObject({
      bound: false,
      unbindsExecuted: 1,
    });
    expect(lines.join('\n')).not.toContain('set aside');
  }, 120_000);
});
