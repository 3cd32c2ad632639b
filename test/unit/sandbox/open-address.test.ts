import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { openAddress, openerFor } from '../../../src/sandbox/open-address.ts';

it.each([
  ['linux', { DISPLAY: ':0' }, ['xdg-open']],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, ['xdg-open']],
  ['linux', {}, null],
  ['linux', { DISPLAY: ':10', SSH_CONNECTION: '192.0.2.1 5 192.0.2.2 22' }, null],
  ['linux', { DISPLAY: ':0', CI: 'true' }, null],
  ['darwin', {}, ['open']],
  ['darwin', { SSH_TTY: '/dev/ttys001' }, null],
  ['win32', {}, ['cmd', '/c', 'start', '']],
  ['win32', { CI: '1' }, null],
  ['freebsd', { DISPLAY: ':0' }, null],
] as const)('on %s with %j an address is opened by %j', (platform, env, opener) => {
  expect(openerFor(platform, env)).toEqual(opener);
});

it('hands the address to the opener, and to nothing where there is none', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const said = new Promise<string>((resolve) => {
    server.once('connection', (socket) => socket.once('data', (bytes) => resolve(bytes.toString())));
  });
  const tell = `require('node:net').connect(${port}, '127.0.0.1').end(process.argv[1])`;
  openAddress('http://127.0.0.1:1/', null);
  openAddress('http://127.0.0.1:2/', [process.execPath, '-e', tell, '--']);
  expect(await said).toBe('http://127.0.0.1:2/');
  server.close();
});

it('is no failure where the opener is missing', async () => {
  const failures: unknown[] = [];
  const note = (error: unknown) => failures.push(error);
  process.on('uncaughtException', note);
  openAddress('http://127.0.0.1:3/', ['/nonexistent/opener']);
  openAddress('http://127.0.0.1:4/', [process.execPath, '-e', '']);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  process.off('uncaughtException', note);
  expect(failures).toEqual([]);
});
