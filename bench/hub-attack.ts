/**
 * What strangers cost the hub, which runs in a process of its own with the product's limits: memory while twenty
 * addresses send it 512 KiB a connection, and afterwards; and how many polls of an honest laptop, each over a new
 * connection, are answered while ten addresses hold ten thousand idle ones. The baseline is the hub at rest in the same
 * run. Loopback alone; ends by itself within two minutes. `npx tsx bench/hub-attack.ts`
 */
import { fork } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Agent } from 'undici';
import { openHouse, pairedAgent, TestAgent } from '../test/integration/hub/house.ts';
import { against, asked, plain, report } from './bench.ts';

const BODY_BYTES = 512 * 1024;
const SENDERS = 20;
const CONNECTIONS_EACH = 20;
const HOLDERS = 10;
const HELD_EACH = 1_000;
const POLLS = 20;
const PATIENCE_MS = 3_000;

interface Ready {
  readonly url: string;
  readonly agentId: string;
  readonly privateKey: string;
}

/** The process of the hub: tells where it is, then its memory, bytes, whenever it is asked. */
async function hub(): Promise<void> {
  const house = await openHouse({ limits: {} });
  const agent = await pairedAgent(house);
  const privateKey = agent.privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url');
  process.on('message', () => process.send?.(process.memoryUsage().rss));
  process.on('disconnect', () => process.exit());
  process.send?.({ url: house.url, agentId: agent.agentId, privateKey } satisfies Ready);
}

async function attack(): Promise<void> {
  asked({});
  const child = fork(fileURLToPath(import.meta.url), ['hub'], { execArgv: ['--import', 'tsx'] });
  const [ready] = (await once(child, 'message')) as [Ready];
  const port = Number(new URL(ready.url).port);
  const memory = async () => {
    child.send('memory');
    const [bytes] = (await once(child, 'message')) as [number];
    return bytes / 2 ** 20;
  };
  const sockets: Socket[] = [];
  const dial = (localAddress: string) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    sockets.push(socket.on('error', () => undefined).resume());
    return socket;
  };
  const leave = () => {
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  const honest = async () => {
    const dispatcher = new Agent({
      localAddress: '127.0.200.1',
      bodyTimeout: PATIENCE_MS,
      headersTimeout: PATIENCE_MS,
    });
    const privateKey = createPrivateKey({
      key: Buffer.from(ready.privateKey, 'base64url'),
      format: 'der',
      type: 'pkcs8',
    });
    const keys = { privateKey, publicKey: createPublicKey(privateKey) };
    const laptop = new TestAgent({ url: ready.url, now: Date.now, dispatcher }, keys);
    laptop.agentId = ready.agentId;
    const answered = await laptop.poll({ signal: AbortSignal.timeout(PATIENCE_MS) }).then(
      ({ status }) => status === 200,
      () => false,
    );
    await dispatcher.destroy();
    return answered;
  };
  const polls = async () => {
    let answered = 0;
    for (let n = 0; n < POLLS; n++) if (await honest()) answered += 1;
    return answered;
  };

  await pause(1_000);
  const rest = await memory();
  const atRest = await polls();

  // All but the last byte: whoever waits for a whole body holds what has come so far.
  const body = Buffer.alloc(BODY_BYTES - 1, 'x');
  const head = `POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${BODY_BYTES}\r\n\r\n`;
  for (let n = 0; n < SENDERS * CONNECTIONS_EACH; n++) {
    const socket = dial(`127.0.${1 + (n % SENDERS)}.1`);
    socket.write(head);
    socket.write(body);
  }
  let peak = rest;
  for (let n = 0; n < 25; n++) {
    await pause(200);
    peak = Math.max(peak, await memory());
  }
  const besideBodies = await polls();
  leave();
  await pause(15_000);
  const after = await memory();

  for (let n = 0; n < HOLDERS * HELD_EACH; n++) {
    dial(`127.0.${100 + (n % HOLDERS)}.1`);
    if (n % 200 === 0) await pause(20);
  }
  await pause(2_000);
  const held = sockets.filter(({ destroyed }) => !destroyed).length;
  const grown = await memory();
  const besideIdle = await polls();
  leave();
  child.disconnect();
  const resting = { name: 'at rest', value: rest };
  const honestly = { name: 'at rest', value: atRest };
  const answered = (what: string, count: number) =>
    against(`honest polls answered, ${what}`, 'count', count, honestly, {
      better: 'more',
      reach: { atLeast: 1 },
    });
  report([
    against('memory, bodies of 512 KiB that do not end', 'MB', peak, resting),
    against('memory, 15 s after those', 'MB', after, resting),
    answered('bodies that do not end', besideBodies),
    against('memory, idle connections', 'MB', grown, resting),
    plain('idle connections held of 10000', 'count', held),
    answered('idle connections', besideIdle),
  ]);
}

await (process.argv[2] === 'hub' ? hub() : attack());
