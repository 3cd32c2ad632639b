/** What a laptop loses without its sockets knowing. */
import { beforeEach, describe, expect, it } from 'vitest';
import { bundled } from '../../support/programs.ts';
import { createWorld, NO_NAMESPACES } from './world.ts';

const PORT = 37_020;
beforeEach(({ skip }) => skip(NO_NAMESPACES !== null, NO_NAMESPACES ?? ''));

describe('a large answer that arrives in pieces', () => {
  it('is counted as lost where its pieces find no room, because somebody else’s have taken it', async (t) => {
    const program = await bundled('test/integration/netns/losses-process.ts');
    const world = createWorld(t);
    const wire = world.wire();
    const [laptop, camera] = [world.host(), world.host()];
    laptop.plug(wire, 'lan0', '10.20.0.10/24');
    camera.plug(wire, 'eth0', '10.20.0.64/24');
    await world.settled();
    // Room for none is what remains beside a flood of pieces; the lower bound stands in the way of the upper.
    laptop.run(
      'sh',
      '-c',
      'cd /proc/sys/net/ipv4 && echo 0 > ipfrag_low_thresh && echo 0 > ipfrag_high_thresh',
    );

    const counting = await laptop.start(process.execPath, program, '10.20.0.10', String(PORT));
    const say = `const s = require('node:dgram').createSocket('udp4');
      s.send(Buffer.alloc(4096), ${PORT}, '10.20.0.10', () => s.send('x', ${PORT}, '10.20.0.10', () => s.close()));`;
    camera.run(process.execPath, '-e', say);
    expect(Number(await counting.next())).toBeGreaterThan(0);
  });
});
