import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../locales/language.ts';
import { GUIDES, guideNamed } from '../../../src/flows/guides.ts';
import { letterFile } from '../../../src/flows/letter.ts';
import { menuPaths } from '../../../src/flows/menus.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { noFacts } from '../../../src/policy/facts.ts';
import { anyText } from '../../support/any-text.ts';

const run = promisify(execFile);
/** Longest caption of a photo, characters (https://core.telegram.org/bots/api#sendphoto), with room for the head. */
const CAPTION = 800;

describe.each(LANGUAGES)('guides in %s', (language) => {
  const t = anyText(language);
  const steps = Object.entries(GUIDES).flatMap(([guide, { steps }]) =>
    steps.map((step) => `${guide}.${step}`),
  );

  it.each(steps)(
    'step %s says what to do and what else it may look like, short enough for a caption',
    (step) => {
      for (const part of ['text', 'differs']) {
        const key = `guide:step.${step}.${part}`;
        const text = t(key, { serial: 'S', address: 'A', ...menuPaths(textsFor(language), noFacts()) });
        expect(text).not.toBe(key.replace('guide:', ''));
        expect(text.length).toBeLessThan(CAPTION);
        expect(text).not.toContain('{{');
      }
    },
  );

  it('name the exact words of success', () => {
    for (const guide of Object.keys(GUIDES)) expect(t(`guide:success.${guide}`)).not.toBe(`success.${guide}`);
  });
});

it('finds guides by name and nothing else', () => {
  expect(guideNamed('app')).toMatchObject({ id: 'app' });
  for (const name of ['', 'constructor', '__proto__', null, 7]) expect(guideNamed(name)).toBeNull();
});

it('keeps docs/methods.md up to date with the policy and the texts', async () => {
  await expect(
    run(process.execPath, ['--import', 'tsx', 'scripts/methods.ts', '--check']),
  ).resolves.toBeDefined();
}, 60_000);

it('keeps docs/help-cases.md up to date with the help and its texts', async () => {
  await expect(
    run(process.execPath, ['--import', 'tsx', 'scripts/help-cases.ts', '--check']),
  ).resolves.toBeDefined();
}, 60_000);

describe('the letter as a file', () => {
  const letter = {
    to: 'support@example.org',
    subject: 'Отвязка устройства: DS-7608NI-K2/8P, серийный номер G70000102',
    body: 'Здравствуйте!\n\n&lt;DS&gt;',
  };
  const file = letterFile(letter);
  const [head = '', body = ''] = file.split('\r\n\r\n');

  it('is a draft to the region’s address, in lines mail programs take', () => {
    expect(head).toContain('To: support@example.org');
    expect(head).toContain('X-Unsent: 1');
    for (const line of file.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  it('reads as it was written', () => {
    const words = [...head.matchAll(/=\?UTF-8\?B\?([^?]+)\?=/g)].map(([, word = '']) =>
      Buffer.from(word, 'base64').toString(),
    );
    expect(words.join('')).toBe(letter.subject);
    expect(Buffer.from(body, 'base64').toString()).toBe('Здравствуйте!\r\n\r\n<DS>');
  });

  it('lets no subject add a header, and leaves the address out where none is known', () => {
    const sly = letterFile({ to: null, subject: 'a\r\nBcc: x@example.org', body: '' });
    expect(sly).not.toMatch(/^Bcc:/m);
    expect(sly).not.toMatch(/^To:/m);
  });
});
