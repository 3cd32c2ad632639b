import { expect, it } from 'vitest';
import { createForms } from '../../../../src/lan-agent/window/forms.ts';

const form = (value: string) => Buffer.from(`form=${value}`);

it('takes a form once', () => {
  const forms = createForms();
  const pair = form(forms.values.pair);
  expect(forms.use('pair', pair)).toBe(true);
  expect(forms.use('pair', pair)).toBe(false);
  expect(forms.use('pair', form(forms.values.pair))).toBe(true);
});

it('takes no form for another action, or none', () => {
  const forms = createForms();
  expect(forms.use('stop', form(forms.values.pair))).toBe(false);
  for (const body of ['', 'form=', `form=${'x'.repeat(22)}`, 'form=%']) {
    expect(forms.use('pair', Buffer.from(body))).toBe(false);
  }
  expect(forms.use('pair', form(forms.values.pair))).toBe(true);
});

it('makes what an earlier page has of an action nothing', () => {
  const forms = createForms();
  const answer = form(forms.values.answer);
  forms.renew('answer');
  expect(forms.use('answer', answer)).toBe(false);
});
