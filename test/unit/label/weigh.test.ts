import { describe, expect, it } from 'vitest';
import type { PrintedSerial } from '../../../src/device/printed.ts';
import type { FoundLabel, LabelReading, TextReading } from '../../../src/label/reading.ts';
import { better, isOpen, withPrint } from '../../../src/label/weigh.ts';

const facts = {
  host: null,
  fullSerial: null,
  shortSerial: '301234567',
  model: null,
  hasVerificationCode: false,
};
const label = (isCertain: boolean): LabelReading => ({ kind: 'label', facts, sources: ['qr'], isCertain });
/** From what says least to what says most. */
const ORDER: LabelReading[] = [
  { kind: 'unreadable', tip: 'glare' },
  { kind: 'refused', reason: 'no-serial' },
  label(false),
  { kind: 'refused', reason: 'exported-credentials' },
  label(true),
];

describe('what two readers say of one photo', () => {
  it.each(ORDER.map((reading, at) => [at, reading] as const))('is what says more: %i', (at, reading) => {
    for (const [other, said] of ORDER.entries())
      expect(better(reading, said)).toBe(other > at ? said : reading);
    // A process that failed over the photo took nothing back.
    expect(better(reading, { kind: 'rejected', reason: 'timeout' })).toBe(reading);
  });
});

describe('what codes and print say together', () => {
  const bars = (shortSerial: string): FoundLabel => ({
    facts: { ...facts, shortSerial },
    sources: ['bar-code'],
    isCertain: false,
  });
  const picture = new Uint8Array([0xff, 0xd8]);
  const several = (...labels: FoundLabel[]): LabelReading => ({ kind: 'several', labels, more: [], picture });
  const serial = (shortSerial: string, more: Partial<PrintedSerial> = {}): PrintedSerial => ({
    shortSerial,
    fullSerial: null,
    model: null,
    certainty: 'single',
    isNamed: true,
    lines: [0],
    ...more,
  });
  const printed = (...serials: PrintedSerial[]): TextReading => ({
    serials,
    picture: null,
    isWhole: true,
    isOne: false,
  });
  const [DEVICE, PART] = ['594199051', '300808561'];

  it('is asked where bars of nine digits are all there is', () => {
    expect(isOpen(several(bars(PART), bars(DEVICE)))).toBe(true);
    expect(isOpen(several(bars(PART), { ...bars('J50000062'), isCertain: true }))).toBe(false);
  });

  it.each([
    ['of one bar', { kind: 'label' as const, ...bars(DEVICE) }],
    ['of several', several(bars(PART), bars(DEVICE))],
  ])('is sure where print calls the same number the serial number: %s', (_, reading) => {
    const model = 'DS-2CD2142FWD-IS';
    expect(withPrint(reading, printed(serial(DEVICE, { model })))).toEqual({
      kind: 'label',
      facts: { ...facts, shortSerial: DEVICE, model },
      sources: ['bar-code', 'print'],
      isCertain: true,
    });
  });

  it('is each of several devices where print names all of them', () => {
    const reading = several(bars(DEVICE), bars('594199052'));
    const both = withPrint(reading, printed(serial(DEVICE), serial('594199052')));
    expect(both).toMatchObject({ kind: 'several', labels: [{ isCertain: true }, { isCertain: true }] });
  });

  it.each<[string, PrintedSerial]>([
    ['print names another', serial('760062807')],
    ['print had to be repaired', serial(DEVICE, { certainty: 'repaired' })],
  ])('is chosen by a person, what is printed first, where %s', (_, said) => {
    const reading = withPrint(several(bars(PART), bars(DEVICE)), printed(said));
    const named = said.shortSerial;
    expect(reading).toMatchObject({ kind: 'printed', certainty: said.certainty });
    expect(reading.kind === 'printed' && reading.labels.map(({ shortSerial }) => shortSerial)).toEqual([
      ...new Set([named, PART, DEVICE]),
    ]);
  });

  it('is guesses at one number where looks at its line differ, and sure where print and bars say the same', () => {
    const guesses = {
      ...printed(serial('594199851', { certainty: 'repaired' }), serial(DEVICE)),
      isOne: true,
    };
    expect(withPrint({ kind: 'unreadable', tip: null }, guesses)).toMatchObject({
      kind: 'printed',
      certainty: 'repaired',
      labels: [{ shortSerial: '594199851' }, { shortSerial: DEVICE }],
    });
    expect(withPrint({ kind: 'label', ...bars(DEVICE) }, guesses)).toMatchObject({
      kind: 'label',
      isCertain: true,
    });
  });

  it('stays what the codes say where print shows the same digits without a name, or nothing', () => {
    for (const reading of [several(bars(PART), bars(DEVICE)), { kind: 'label' as const, ...bars(DEVICE) }]) {
      expect(withPrint(reading, printed(serial(DEVICE, { isNamed: false })))).toBe(reading);
      expect(withPrint(reading, printed())).toBe(reading);
    }
  });

  it('says that there was no time for print only where no code said anything', () => {
    const late = { ...printed(), isWhole: false };
    expect(withPrint({ kind: 'unreadable', tip: 'glare' }, late)).toEqual({
      kind: 'unreadable',
      tip: 'no-time',
    });
    const reading = several(bars(PART), bars(DEVICE));
    expect(withPrint(reading, late)).toBe(reading);
    // What was read until then counts.
    expect(
      withPrint({ kind: 'unreadable', tip: null }, { ...late, serials: [serial(DEVICE)] }),
    ).toMatchObject({
      kind: 'printed',
      certainty: 'single',
    });
  });
});
