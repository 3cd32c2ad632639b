import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { expect, it, type TestContext } from 'vitest';
import { createHub, type Hub } from '../../../src/hub/hub.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { value } from '../../contract/store/contract.ts';
import { folderInMemory, openTestStore } from '../../support/store.ts';

/** A hub that does not listen yet. */
async function hubOf(t: TestContext): Promise<Hub> {
  const folder = await folderInMemory();
  const store = await openTestStore(folder.path);
  const hub = createHub({
    store,
    log: createLog('silent', 'test'),
    onEvent: async () => false,
    onPairing: async () => undefined,
  });
  t.onTestFinished(async () => {
    await hub.close();
    await store.close();
    await folder.remove();
  });
  return hub;
}

const ASKED = 'GET /nowhere HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n';

/** A hub that has its place and does not answer yet, and somebody who asks there. */
async function askedTooEarly(t: TestContext) {
  const hub = await hubOf(t);
  const { host, port } = await value(hub.bind({ host: '127.0.0.1', port: 0 }));
  const asking = connect(port, host);
  await once(asking, 'connect');
  asking.write(ASKED);
  return { hub, asking, port };
}

it('has who asks wait until the hub answers, and answers then', async (t) => {
  const { hub, asking } = await askedTooEarly(t);
  const said = text(asking);
  await hub.serve();
  expect(await said).toMatch(/^HTTP\/1\.1 400 [\s\S]*bad-request/);
});

it('ends those that wait when it is closed before it has answered', async (t) => {
  const { hub, asking, port } = await askedTooEarly(t);
  // Reset, as whoever is not heard.
  const ended = new Promise((resolve) => asking.once('close', resolve).once('error', resolve));
  await hub.close();
  await ended;
  expect(asking.bytesRead).toBe(0);
  await hub.serve();
  await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

it('listens at every address of localhost', async (t) => {
  const hub = await hubOf(t);
  const { port } = await value(hub.listen({ host: 'localhost', port: 0 }));
  // Where IPv6 is off, as in many containers, the name may stand for an address that the machine does not have.
  const own = new Set(Object.values(networkInterfaces()).flatMap((all) => all?.map((one) => one.address)));
  const named = (await lookup('localhost', { all: true })).filter(({ address }) => own.has(address));
  expect(named).not.toEqual([]);
  for (const { address } of named) {
    const asking = connect(port, address);
    await once(asking, 'connect');
    asking.write(ASKED);
    expect(await text(asking), address).toMatch(/^HTTP\/1\.1 400 /);
  }
});
