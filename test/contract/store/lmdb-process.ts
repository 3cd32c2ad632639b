/**
 * A second process on an lmdb store, for tests: does what its arguments say, prints `ready` or the results as lines
 * and stays alive until it is killed.
 */
import { openStore } from '../../../src/store/open.ts';
import { anyKind } from '../../support/store.ts';

const [directory = '', task = ''] = process.argv.slice(2);
const opened = await openStore(`lmdb:${directory}`);
if (!opened.ok) throw new Error(opened.failure.reason);
const store = opened.value;
const POST = anyKind('post');
const HOUR = 3_600_000;
const say = (line: string) => process.stdout.write(`${line}\n`);

switch (task) {
  case 'write-and-say':
    // Each line is printed only after the write behind it has resolved.
    for (let n = 0; ; n++) {
      const done = await Promise.all([
        store.values(anyKind('written')).set(String(n), n),
        store.claims.once(`written:${n}`, HOUR),
        store.mailboxes(POST).append('written', n, HOUR),
      ]);
      if (done.some(({ ok }) => !ok)) break;
      // A full mailbox would end the loop.
      if (n % 500 === 499) await store.mailboxes(POST).clear('written');
      say(String(n));
    }
    break;
  case 'fill': {
    const values = store.values(anyKind<string>('filled'));
    for (let n = 0; ; n++) {
      const done = await values.set(String(n), 'x'.repeat(20_000));
      if (done.ok) continue;
      const first = await values.get('0');
      // A rejection that nobody handles would end the process here.
      await new Promise((resolve) => setImmediate(resolve));
      say(`${n > 0} ${done.failure.reason} ${first.ok}`);
      break;
    }
    break;
  }
  case 'append':
    process.stdin.once('data', async () => {
      await store.mailboxes(POST).append('box', 'from another process', HOUR);
    });
    say('ready');
    break;
  case 'once':
    process.stdin.once('data', async () => {
      const names = Array.from({ length: 100 }, (_, n) => `raced:${n}`);
      const answers = await Promise.all(names.map((name) => store.claims.once(name, HOUR)));
      say(answers.map((answer) => (answer.ok ? Number(answer.value) : 'x')).join(''));
    });
    say('ready');
    break;
}
setInterval(() => undefined, HOUR);
