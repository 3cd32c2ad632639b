/** A laptop that counts what it has lost: prints `ready`, then the number at the first datagram that reaches it. */
import { createSocket } from 'node:dgram';
import { kernelLosses } from '../../../src/lan-agent/network/losses.ts';

const [address = '', port = ''] = process.argv.slice(2);
const socket = createSocket('udp4');
await new Promise<void>((done) => socket.bind(Number(port), address, done));
const lost = kernelLosses([{ address, port: Number(port) }], ['lan0']);
if (!lost) throw new Error('this system does not tell');
const before = lost();
socket.once('message', () => {
  process.stdout.write(`${lost() - before}\n`, () => process.exit());
});
process.stdout.write('ready\n');
