import { describe, expect, it } from 'vitest';
import { ACTION_NAMES, readAction } from '../../../../src/lan-agent/window/actions.ts';

const form = (fields: Readonly<Record<string, string>>) =>
  Buffer.from(new URLSearchParams(fields).toString());

describe('forms of the window', () => {
  it('reads what its action needs and nothing else', () => {
    const body = { form: 'x', code: ' abcde-fghij ', server: 'https://bot.example', serial: 'J50000062' };
    expect(readAction('pair', form(body))).toEqual({
      name: 'pair',
      code: 'abcde-fghij',
      server: 'https://bot.example',
    });
    expect(readAction('pair', form({ code: 'abc' }))).toEqual({ name: 'pair', code: 'abc', server: '' });
    expect(readAction('unbind', form({ serial: 'J50000062', confirm: 'J5', 'after-lock': 'yes' }))).toEqual({
      name: 'unbind',
      serial: 'J50000062',
      confirm: 'J5',
      afterLock: true,
    });
    expect(readAction('unpair', form({}))).toEqual({ name: 'unpair', sure: false });
  });

  it('takes no choice that was not offered', () => {
    expect(readAction('agree', form({ says: 'maybe' }))).toBeNull();
    expect(readAction('language', form({ to: 'xx' }))).toBeNull();
    expect(readAction('language', form({ to: 'ru' }))).toEqual({ name: 'language', to: 'ru' });
  });

  it('leaves the fields of a question to its judge', () => {
    const body = form({ action: 'send', password: 'Windowed-1' });
    expect(readAction('answer', body)).toEqual({ name: 'answer' });
    expect(body.toString()).toContain('Windowed-1');
  });

  it.each(ACTION_NAMES)('reads %s out of anything', (name) => {
    for (const body of ['', '&&&', '%', 'code=%zz', 'serial', `code=${'x'.repeat(5000)}`]) {
      const action = readAction(name, Buffer.from(body));
      expect(JSON.stringify(action).length).toBeLessThan(1000);
    }
  });
});
