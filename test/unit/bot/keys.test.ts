import { describe, expect, it } from 'vitest';
import { keyFor } from '../../../src/bot/keys.ts';
import { Secret } from '../../../src/kernel/secret.ts';

const hex = (token: string, purpose: 'invitations' | 'buttons') =>
  Buffer.from(keyFor(new Secret(token), purpose).reveal()).toString('hex');

describe('a derived key', () => {
  it('is the same after a restart and different for every token and purpose', () => {
    const keys = [hex('1:a', 'invitations'), hex('1:a', 'buttons'), hex('1:b', 'invitations')];
    expect(new Set(keys).size).toBe(3);
    expect(hex('1:a', 'invitations')).toBe(keys[0]);
    expect(keys[0]).toHaveLength(64);
  });
});
