import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOlderVersion } from '../../../src/link/agent-version.ts';

const numbers = fc.tuple(fc.nat(99_999), fc.nat(99_999), fc.nat(99_999));
const text = (parts: readonly number[]) => parts.join('.');

describe('versions of an agent', () => {
  it.each([
    ['0.9.9', '0.10.0', true],
    ['0.10.0', '0.9.9', false],
    ['1.2.3', '1.2.3', false],
    ['1.2.3-beta.1', '1.2.3', true],
    ['1.2.3', '1.2.3-beta.1', false],
    ['1.2.3-beta.1', '1.2.3-beta.2', false],
    ['1.2.3-beta.1', '1.2.2', false],
    ['', '1.0.0', false],
    ['unknown', '1.0.0', false],
    ['1.0.0', '2', false],
    ['1.0.0', '999999.0.0', false],
  ])('%s is older than %s: %s', (version, than, isOlder) => {
    expect(isOlderVersion(version, than)).toBe(isOlder);
  });

  it('are in an order: of two, one is older, or they are the same', () => {
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        const [first, second] = [
          isOlderVersion(text(one), text(other)),
          isOlderVersion(text(other), text(one)),
        ];
        return text(one) === text(other) ? !first && !second : first !== second;
      }),
    );
  });

  it('never throw, whatever a hub calls its newest', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => typeof isOlderVersion(one, other) === 'boolean'),
    );
  });
});
