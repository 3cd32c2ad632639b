import { InvalidArgumentError } from 'commander';
import { fold } from '../../device/lookalikes.ts';
import { parseSerial } from '../../device/serial.ts';
import { chooseInterfaces } from '../network/network.ts';
import type { Texts } from '../texts.ts';
import type { CliContext } from './context.ts';

const MAX_WAIT_MS = 600_000;

/**
 * Reads a serial number, short or full, into the short one. A Cyrillic letter that looks like a Latin one is meant as
 * that, and what is copied along without being seen is nothing.
 */
export function serialArgument(texts: Texts): (text: string) => string {
  return (text) => {
    const serial = parseSerial(spelled(text));
    if (serial.ok) return serial.value.short;
    throw new InvalidArgumentError(texts('agent:cli.usage.serial', { text: printable(text) }));
  };
}

/** A serial number as it was meant: in capitals, with Latin letters, without what nobody sees. */
export function spelled(text: string): string {
  return fold(text.replace(/\p{Cf}/gu, '')).trim();
}

/** Reads a time in ms, 1 to 600000. */
export function waitArgument(texts: Texts): (text: string) => number {
  return (text) => {
    const ms = /^\d{1,6}$/.test(text) ? Number(text) : 0;
    if (ms >= 1 && ms <= MAX_WAIT_MS) return ms;
    throw new InvalidArgumentError(texts('agent:cli.usage.wait', { text: printable(text) }));
  };
}

/** Collects a repeatable option. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** A sentence about an interface that does not exist, with those that do; null when all exist. */
export function complainAboutInterfaces(context: CliContext, wanted: readonly string[]): string | null {
  if (wanted.length === 0) return null;
  const chosen = chooseInterfaces(context.network.survey(), wanted);
  if (chosen.ok) return null;
  const exists = chosen.failure.exists.map(({ name, address }) => `${name} (${address})`).join(', ');
  return context.texts('agent:cli.usage.interface', {
    wanted: printable(chosen.failure.wanted),
    exists: exists || context.texts('agent:cli.usage.noInterfaces'),
  });
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 64);
}
