import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askAgreement } from '../../../src/lan-agent/prompt/agreement.ts';

describe('a question of yes or no on the laptop', () => {
  const asked = () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const stop = new AbortController();
    const answer = () => askAgreement('Is it so? ', input, output, stop.signal);
    return { input, output, stop, answer };
  };

  it.each([
    ['yes\n', true],
    ['Y\r\n', true],
    [' да \n', true],
    ['no\n', false],
    ['нет\n', false],
    ['\nwhat\nyes\n', true],
    ['yes, but\nn\n', false],
  ])('takes %j for %s', async (typed, expected) => {
    const { input, output, answer } = asked();
    input.write(typed);
    expect(await answer()).toBe(expected);
    expect(String(output.read())).toMatch(/^(Is it so\? )+$/);
  });

  it('is no when the person leaves, or nobody can answer', async () => {
    const left = asked();
    const answer = left.answer();
    left.stop.abort();
    expect(await answer).toBe(false);
    const closed = asked();
    closed.input.end();
    expect(await closed.answer()).toBe(false);
    const before = asked();
    before.stop.abort();
    expect(await before.answer()).toBe(false);
  });
});
