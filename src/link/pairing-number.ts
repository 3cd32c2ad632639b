/**
 * The two-digit number that ties the laptop to the chat: the laptop shows one, the chat offers three. Somebody who
 * talks a technician into confirming a stranger's laptop has to be right at the first try.
 */

/** A whole number from `min` (included) to `max` (excluded), as `crypto.randomInt` gives it. */
export type RandomInt = (min: number, max: number) => number;

const CHOICES = 3;

/** The number for the laptop and what the chat offers, in random order and with the number among them. */
export function drawPairingNumber(randomInt: RandomInt): { number: string; choices: string[] } {
  const drawn = new Set<string>();
  while (drawn.size < CHOICES) drawn.add(String(randomInt(10, 100)));
  const choices = [...drawn];
  return { number: choices[randomInt(0, CHOICES)] ?? '', choices };
}
