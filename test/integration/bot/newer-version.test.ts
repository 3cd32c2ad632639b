import { EventEmitter, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { askVersion, watchNewerVersion } from '../../../src/bot/server/newer-version.ts';
import { BOT_VERSION } from '../../../src/bot/version.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { openFortress } from '../../security/fortress.ts';
import { eventually } from '../../support/eventually.ts';
import { STEP } from '../../support/stage.ts';

/** A server that tells the newest version, its way. */
async function teller(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/unbind-bot.json`;
}

const never = new AbortController().signal;
const saying = (text: string) => teller((_, response) => response.end(text));

describe('the newest version', () => {
  it('is what stands at the address', async () => {
    const url = await saying('{"version": "12.0.3", "notes": "https://example.org"}');
    expect(await askVersion(url, never)).toEqual({ ok: true, value: '12.0.3' });
  });

  it.each([
    '',
    '<html>',
    '{}',
    '{"version": 2}',
    '{"version": "<b>1.2.3</b>"}',
    '{"version": "1.2"}',
    'null',
  ])('is not believed of %j', async (text) => {
    expect(await askVersion(await saying(text), never)).toEqual({ ok: false, failure: 'no-version' });
  });

  it('is not looked for in an answer without end', async () => {
    const url = await teller((_, response) => {
      const more = () => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    expect(await askVersion(url, never)).toEqual({ ok: false, failure: 'too-long' });
  });

  it('is not waited for for ever', async () => {
    const url = await teller((_, response) => response.write('{"version":'));
    expect(await askVersion(url, never, 50)).toEqual({ ok: false, failure: 'unreached' });
  });

  it('is not looked for elsewhere', async () => {
    const elsewhere = await saying('{"version": "12.0.3"}');
    const url = await teller((_, response) => response.writeHead(302, { location: elsewhere }).end());
    expect(await askVersion(url, never)).toEqual({ ok: false, failure: 'refused' });
  });
});

describe('what the bot makes of it', () => {
  const log = createLog('silent', 'unbind-bot');

  it.each([
    ['0.2.0', { version: '0.2.0', own: '0.1.0' }],
    ['0.1.0', null],
    ['0.0.9', null],
  ])('of 0.1.0, where %s is told, is %j', async (version, newer) => {
    const watch = watchNewerVersion(await saying(JSON.stringify({ version })), '0.1.0', log);
    onTestFinished(watch.stop);
    await watch.looked();
    expect(watch.seen()).toEqual(newer);
  });

  it('does not keep it from ending', async () => {
    const asked = new EventEmitter();
    const isAsked = once(asked, 'asked');
    const url = await teller(() => void asked.emit('asked'));
    const watch = watchNewerVersion(url, '0.1.0', log);
    await isAsked;
    await watch.stop();
    expect(watch.seen()).toBeNull();
  });

  it('is a line of /admin, in the words of its reader; without an address there is none', async () => {
    const house = await openFortress({ updateUrl: await saying('{"version": "99.0.0"}') });
    onTestFinished(() => house.close());
    const { admin, russianAdmin } = house;
    const line = `Version 99.0.0 of the bot is out; this is ${BOT_VERSION}.`;
    await admin.send('/admin');
    await admin.waitFor(/How things stand/, STEP);
    await eventually(async () => {
      await admin.press(/^admin:refresh$/);
      expect(admin.messages.map(({ text }) => text).join('\n')).toContain(line);
    });
    await russianAdmin.send('/admin');
    await russianAdmin.waitFor(/Вышла версия бота 99\.0\.0/, STEP);

    const silent = await openFortress();
    onTestFinished(() => silent.close());
    await silent.admin.send('/admin');
    expect((await silent.admin.waitFor(/How things stand/, STEP)).text).not.toMatch(/is out/);
  });
});
