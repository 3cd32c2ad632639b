import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { openLan } from '../../../src/lan-agent/network/lan.ts';
import { kernelLosses } from '../../../src/lan-agent/network/losses.ts';
import { testNetwork } from '../../../src/lan-agent/network/test-network.ts';
import { freePort } from '../../../src/sandbox/device/network.ts';

describe('what was lost', () => {
  it.for([
    ['told by the kernel, or counted where it does not tell', undefined],
    ['counted by the rate of strangers', () => null],
  ] as const)('is %s, from the opening on', async ([, losses], t) => {
    const port = await freePort();
    const network = testNetwork(`127.0.0.1/8:${port}`, false);
    if (!network.ok) throw new Error(network.failure);
    const lan = await openLan(network.value, network.value.survey().used, undefined, losses);
    const stranger = createSocket('udp4');
    t.onTestFinished(() => void stranger.close());
    t.onTestFinished(() => lan.close());
    await new Promise<void>((done) => stranger.bind(0, '127.3.3.3', done));
    const before = lan.lost();
    // In one go, so that nobody reads meanwhile: many times what a buffer of 4 MiB holds.
    for (let i = 0; i < 8000; i++) stranger.send(Buffer.alloc(4096), port, '127.0.0.1');
    expect(await lan.quiet()).toBe(true);
    const lost = lan.lost() - before;
    expect(lost).toBeGreaterThan(0);
    // What the same sockets, and the machine, had lost before is nobody's loss who begins to count now.
    const later = kernelLosses([{ address: '0.0.0.0', port }], ['lo']);
    expect(later?.() ?? 0).toBeLessThan(lost);
  });
});
