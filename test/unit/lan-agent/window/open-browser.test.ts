import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { openerFor, openInBrowser } from '../../../../src/lan-agent/window/open-browser.ts';

it.each([
  ['linux', { DISPLAY: ':0' }, 'xdg-open'],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'],
  ['linux', {}, undefined],
  ['linux', { DISPLAY: ':10', SSH_CONNECTION: '192.0.2.1 5 192.0.2.2 22' }, undefined],
  ['linux', { DISPLAY: ':0', CI: 'true' }, undefined],
  ['darwin', {}, 'open'],
  ['darwin', { SSH_TTY: '/dev/ttys001' }, undefined],
  ['win32', {}, 'cmd.exe'],
  ['win32', { CI: '1' }, undefined],
  ['freebsd', { DISPLAY: ':0' }, undefined],
] as const)('on %s with %j it is %s that opens', (platform, env, opener) => {
  expect(openerFor(platform, env)?.words[0]).toBe(opener);
});

it('has the shell of Windows read no name of a folder as a command', () => {
  const opener = openerFor('win32', {});
  expect(opener?.gets).toBe('variable');
  expect(opener?.words.join(' ')).toBe('cmd.exe /d /c start "" "%UNBIND_OPEN%"');
});

it.each(['word', 'variable'] as const)(
  'hands on what to open as a %s, and to nothing where there is no opener',
  async (gets) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const said = new Promise<string>((resolve) => {
      server.once('connection', (socket) => socket.once('data', (bytes) => resolve(bytes.toString())));
    });
    const tell = `require('node:net').connect(${port}, '127.0.0.1').end(process.env.UNBIND_OPEN ?? process.argv[1])`;
    openInBrowser('http://127.0.0.1:1/', null);
    openInBrowser('http://127.0.0.1:2/', { words: [process.execPath, '-e', tell, '--'], gets });
    expect(await said).toBe('http://127.0.0.1:2/');
    server.close();
  },
);

it('is no failure where the opener is missing', async () => {
  const failures: unknown[] = [];
  const note = (error: unknown) => failures.push(error);
  process.on('uncaughtException', note);
  openInBrowser('http://127.0.0.1:3/', { words: ['/nonexistent/opener'], gets: 'word' });
  openInBrowser('http://127.0.0.1:4/', { words: [process.execPath, '-e', ''], gets: 'word' });
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  process.off('uncaughtException', note);
  expect(failures).toEqual([]);
});
