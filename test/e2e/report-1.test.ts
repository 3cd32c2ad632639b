import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES, type Language } from '../../locales/language.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import { anyText } from '../support/any-text.ts';
import { openStage } from '../support/stage.ts';
import { expectWalked } from './walks/expect.ts';
import { BY_HAND_TO_THE_END, MAC, SERIAL, WITH_LAPTOP_TO_THE_END } from './walks/report-1.ts';
import { walkOn } from './walks/walker.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ devices: [] });
}, 90_000);
afterAll(() => stage.close(), 60_000);

/** Words of the verdicts' headlines, in the order they were told. */
const headlines = (transcript: string) =>
  [...transcript.matchAll(/^ *(?:bot: )?(?:What to do|Что делать): (.*)$/gm)].map(([, way]) => way);

/** What the letter says was tried, a line each. */
const triedIn = (transcript: string) =>
  [
    ...((transcript.split('.eml')[0] ?? '')
      .split(/tried:\n|пробовали:\n/)
      .at(-1)
      ?.matchAll(/^ *- (.*)$/gm) ?? []),
  ].map(([, line]) => line);

/** The same line as the letter has it. */
const line = (language: Language, way: string, firmware: string, said: string) => {
  const t = anyText(language);
  return t('policy:tried.lineOn', {
    way: t(`policy:tried.way.${way}`),
    firmware,
    said: t(`policy:tried.said.${said}`),
  });
};

describe.each(LANGUAGES)('report 1 of the field in %s', (language) => {
  it('ends at the service centre by hand, and no way is headlined twice on one firmware', async () => {
    const walked = await walkOn(stage, BY_HAND_TO_THE_END, language);
    expectWalked(walked);
    const said = (way: string, firmware: string, word: string) => line(language, way, firmware, word);
    expect(triedIn(walked.transcript)).toEqual([
      said('firmware-first', 'V3.4.99', 'updated'),
      said('vendor-tool', 'V4.30.080', 'failed'),
      said('app', 'V4.30.080', 'not-supported'),
      said('recorder-menu', 'V4.30.080', 'no-button'),
      said('firmware-first', 'V4.30.080', 'updated'),
      said('recorder-menu', 'V4.30.091', 'no-button'),
      said('vendor-tool', 'V4.30.091', 'failed'),
      said('app', 'V4.30.091', 'not-supported'),
      said('firmware-first', 'V4.30.091', 'no-file'),
      anyText(language)('policy:tried.owner'),
    ]);
    const onEachFirmware = walked.transcript.split(/technician: 4\.30\.0\d+\n/).map(headlines);
    expect(onEachFirmware.map(({ length }) => length)).toEqual([1, 2, 5]);
    for (const told of onEachFirmware) expect(new Set(told).size).toBe(told.length);
    // A laptop would ask the device what the vendor's tool has asked it.
    const afterTool = walked.messages.filter(({ text }) =>
      text.includes(line(language, 'vendor-tool', 'V4.30.091', 'failed')),
    );
    expect(afterTool.length).toBeGreaterThan(1);
    for (const { text } of afterTool) expect(text).not.toContain('/pair');
  }, 180_000);

  it('ends there with the laptop: one unbind, one login to prove the password, and never a second unbind', async () => {
    let counters = {};
    const walked = await walkOn(stage, WITH_LAPTOP_TO_THE_END, language, {
      atEnd: () => {
        const device = stage.lan.device(SERIAL).snapshot();
        const { passwordsTried, passwordsWrong, unbindsReceived, unbindsExecuted } = device;
        counters = { passwordsTried, passwordsWrong, unbindsReceived, unbindsExecuted };
      },
    });
    expectWalked(walked);
    // The unbind, and the six documents of one inspection.
    expect(counters).toEqual({
      passwordsTried: 7,
      passwordsWrong: 0,
      unbindsReceived: 1,
      unbindsExecuted: 0,
    });
    const letter = walked.transcript.split('\n').map((line) => line.trim());
    expect(letter).toContain(anyText(language)('policy:rma.mac', { mac: MAC }));
    const firmware = 'V4.30.091 build 201202';
    expect(triedIn(walked.transcript)).toEqual([
      line(language, 'sadp', firmware, 'denied-proved'),
      line(language, 'app', firmware, 'not-supported'),
      line(language, 'recorder-menu', firmware, 'no-button'),
      line(language, 'firmware-first', firmware, 'no-file'),
      anyText(language)('policy:tried.owner'),
    ]);
    expect(new Set(headlines(walked.transcript)).size).toBe(headlines(walked.transcript).length);
  }, 180_000);
});
