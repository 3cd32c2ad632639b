import { expect } from 'vitest';
import type { Walked } from './walker.ts';

/** Limits of Telegram, characters and bytes (https://core.telegram.org/bots/api), and what a phone shows of a button. */
const LIMITS = { message: 4096, caption: 1024, data: 64, label: 24 };

/** What every walk has to show beside its end. */
export function expectWalked({ transcript, wrongTurns, messages }: Walked): void {
  expect(wrongTurns).toBeGreaterThanOrEqual(3);
  // Every sentence was there, with all its values.
  expect(transcript).not.toMatch(/\{\{|\b(?:bot|card|guide|help|policy|report):[a-z]/);
  for (const { from, kind, text, buttons } of messages) {
    if (from !== 'bot') continue;
    expect(text.length).toBeLessThanOrEqual(kind === 'text' ? LIMITS.message : LIMITS.caption);
    for (const { text: label, data } of buttons.flat()) {
      expect([...label].length, label).toBeLessThanOrEqual(LIMITS.label);
      expect(Buffer.byteLength(data ?? '')).toBeLessThanOrEqual(LIMITS.data);
    }
  }
}
