import { once } from 'node:events';
import { createServer } from 'node:net';

/** A TCP port of loopback that is free now: for a server whose address others must know before it is there. */
export async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port is free');
  return address.port;
}
