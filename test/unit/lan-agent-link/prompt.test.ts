import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../locales/language.ts';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import {
  type ConsentTo,
  createPasswordCheck,
  describeConsent,
  describePlan,
} from '../../../src/lan-agent/prompt/prompt.ts';
import type { UnbindPlan } from '../../../src/lan-agent/unbind/contract.ts';
import { PLAN as BARE } from '../../support/plan.ts';

const PLAN = { ...BARE, fullSerial: 'DS-2CD2143G0-I20190101AAWRE12345678' };
const check = (text: string) => createPasswordCheck()(Buffer.from(text));

describe.each(LANGUAGES)('the prompt of an inspection in %s', (language) => {
  it('says that nothing is unbound, and which password is meant all the same', () => {
    const texts = textsFor(language);
    const model = describePlan({ ...PLAN, driver: null, technician: null, attemptsLeft: 4 }, texts);
    const unbind = describePlan({ ...PLAN, technician: null, attemptsLeft: 4 }, texts);
    expect(model.hints.slice(0, -1)).toEqual(unbind.hints.slice(0, -1));
    // What somebody on the network can get is not the same.
    expect(model.hints.at(-1)).not.toBe(unbind.hints.at(-1));
    expect(model.rows).toEqual(unbind.rows.filter(({ label }) => label !== texts('agent:prompt.row.method')));
    for (const part of ['title', 'button', 'taken'] as const) expect(model[part]).not.toBe(unbind[part]);
    expect(model.button.length).toBeLessThanOrEqual(24);
  });
});

describe.each(LANGUAGES)('an odd address in %s', (language) => {
  const texts = textsFor(language);
  const shownAs = (plan: UnbindPlan, row: 'address' | 'announcedAddress' | 'wireMac') =>
    describePlan(plan, texts).rows.find(({ label }) => label === texts(`agent:prompt.row.${row}`))?.value;

  it('is shown beside the one the password goes to, and what it may mean before the password', () => {
    const elsewhere = { ...PLAN, announcedAddress: '10.0.0.64' };
    expect(shownAs(elsewhere, 'address')).toBe('192.168.1.64 (eth0)');
    expect(shownAs(elsewhere, 'announcedAddress')).toBe('10.0.0.64');
    const values = { address: '192.168.1.64', announced: '10.0.0.64' };
    expect(describePlan(elsewhere, texts).hints[0]).toBe(texts('agent:note.announced-elsewhere', values));
    expect(shownAs(PLAN, 'announcedAddress')).toBeUndefined();
    expect(describePlan(PLAN, texts).hints[0]).toBe(texts('agent:prompt.which'));
  });

  it('is shown with the whole sentence about a MAC that is not the announced one', () => {
    const mac = '00005e0053ff';
    expect(shownAs({ ...PLAN, wireMac: mac }, 'wireMac')).toBe(texts('agent:prompt.wireMac', { mac }));
  });
});

describe('the check of a typed password', () => {
  it('takes 1 to 16 bytes', () => {
    expect(check('a')).toBeNull();
    expect(check('a'.repeat(16))).toBeNull();
    expect(check('')).toBe('empty');
    expect(check('a'.repeat(17))).toBe('too-long');
  });

  it('counts bytes, not characters', () => {
    expect(check('п'.repeat(9))).toBe('too-long');
  });

  it('objects once to letters of another keyboard layout, and believes the second time', () => {
    const again = createPasswordCheck();
    expect(again(Buffer.from('пароль'))).toBe('not-ascii');
    expect(again(Buffer.from('пароль'))).toBeNull();
  });

  it('refuses control characters each time', () => {
    const again = createPasswordCheck();
    for (const text of ['ab\0', 'a\tb', 'a\nb', '\x7f'])
      expect(again(Buffer.from(text))).toBe('control-characters');
  });
});

describe('what the prompt shows', () => {
  it.each(LANGUAGES)('has a sentence for everything in %s', (language) => {
    const model = describePlan({ ...PLAN, attemptsLeft: 5 }, textsFor(language));
    const shown = JSON.stringify(model);
    expect(shown).not.toMatch(/agent:|prompt\.|\{\{/);
    for (const value of [PLAN.shortSerial, PLAN.fullSerial, PLAN.model, PLAN.address, PLAN.technician]) {
      expect(shown).toContain(value);
    }
  });

  it('says how many attempts are left, or that the device has not said', () => {
    const attempts = (attemptsLeft: number | null) =>
      describePlan({ ...PLAN, attemptsLeft }, textsFor('en')).rows.at(-1)?.value;
    expect(attempts(1)).toBe('1 attempt');
    expect(attempts(4)).toBe('4 attempts');
    expect(attempts(null)).toBe('the device has not said');
  });

  it('leaves out what nobody knows', () => {
    const { rows } = describePlan(
      { ...PLAN, technician: null, model: null, fullSerial: null },
      textsFor('en'),
    );
    expect(rows.map(({ label }) => label)).toEqual([
      'Serial number',
      'Address',
      'MAC',
      'Method',
      'Attempts left',
    ]);
  });

  it('lets no device or name steer the terminal', () => {
    const hostile = 'A\x1b[2J\u009b1m\u202eB\u2028C';
    const { rows } = describePlan({ ...PLAN, model: hostile, technician: hostile }, textsFor('en'));
    expect(rows.filter(({ value }) => value === 'A[2J1mBC')).toHaveLength(2);
  });
});

describe.each(LANGUAGES)('what one key says yes to, in %s', (language) => {
  const texts = textsFor(language);
  const group = { number: 3, of: 12 };
  const confirm = (plan: Partial<UnbindPlan> = {}): ConsentTo => ({
    kind: 'unbind',
    plan: { ...PLAN, attemptsLeft: 5, ...plan },
    group,
  });

  it('is shown as fully as where the password is typed, with its place in the group before it', () => {
    const { rows, hints, cable } = describeConsent(confirm(), texts);
    expect(rows[0]?.value).toBe(texts('agent:prompt.group.place', group));
    expect(rows.slice(1)).toEqual(describePlan({ ...PLAN, attemptsLeft: 5 }, texts).rows);
    expect(describePlan({ ...PLAN, attemptsLeft: 5 }, texts, group).rows).toEqual(rows);
    expect([hints.at(-1), cable]).toEqual([texts('agent:prompt.group.risk'), null]);
  });

  it('comes with what is odd about the way, and with the question about the cable', () => {
    const odd = describeConsent(confirm({ announcedAddress: '10.0.0.64', askCable: true }), texts);
    const typed = describePlan({ ...PLAN, announcedAddress: '10.0.0.64', askCable: true }, texts);
    expect(odd.hints[0]).toBe(typed.hints[0]);
    expect(odd.cable).toEqual(typed.cable);
    expect(odd.hints).not.toContain(texts('agent:prompt.group.risk'));
  });

  it.each<[string, ConsentTo]>([
    ['an unbind', confirm()],
    ['the list of devices', { kind: 'survey', technician: 'Anna' }],
  ])('has a sentence for everything, and short buttons: %s', (_, to) => {
    const model = describeConsent(to, texts);
    expect(JSON.stringify(model)).not.toMatch(/agent:|prompt\.|\{\{/);
    for (const button of [model.button, model.otherButton]) expect(button.length).toBeLessThanOrEqual(24);
    expect(model.taken).not.toBe(model.cancelled);
  });

  it('lets no name steer the terminal', () => {
    const { rows } = describeConsent({ kind: 'survey', technician: 'A\x1b[2J\u202eB' }, texts);
    expect(rows.map(({ value }) => value)).toEqual(['A[2JB']);
  });
});

describe('what is said of a group where the password is typed', () => {
  it.each(LANGUAGES)('is whether it is kept, or that this device needs its own, in %s', (language) => {
    const texts = textsFor(language);
    const group = { number: 1, of: 2 };
    for (const password of ['kept', 'refused'] as const) {
      const { hints } = describePlan(PLAN, texts, { ...group, password });
      expect(hints).toContain(texts(`agent:prompt.group.${password}`));
    }
    expect(describePlan(PLAN, texts, group).hints).toEqual(describePlan(PLAN, texts).hints);
  });
});
