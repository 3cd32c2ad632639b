/** Which model of a message was said for which of its serial numbers. */
import { parseSerial } from './serial.ts';
import type { Hit, Shapes } from './typed-shapes.ts';

/** A serial number or a model, in the order of the message. */
interface Token {
  readonly at: number;
  readonly hit?: Hit;
  readonly model?: string;
}

/**
 * Gives each serial number the model said for it: beside it between commas, else in its line, else in the lines around,
 * where models and serial numbers take turns. A model that may be of several belongs to nobody, and so does one of two.
 * @param hits those of the message that are devices
 * @returns models by hit; a full serial number has its own, and is not in it
 */
export function modelsOf(hits: readonly Hit[], { models, items }: Shapes): ReadonlyMap<Hit, string> {
  const itemAt = (at: number) => items.find(({ from, to }) => from <= at && at < to);
  const owns = new Map(hits.map((hit) => [hit, ownModel(hit)]));
  const all = [
    ...hits.map((hit): Token => ({ at: hit.from, hit })),
    ...models
      .filter(({ from }) => !hits.some((hit) => hit.from <= from && from < hit.to))
      .map(({ model, from }): Token => ({ at: from, model })),
  ].sort((a, b) => a.at - b.at);
  // A full serial number has its model in it; the same one beside it says nothing of others.
  const isTold = (token: Token, index: number) =>
    [all[index - 1], all[index + 1]].some((other) => {
      const own = other?.hit && owns.get(other.hit);
      return token.model !== undefined && own?.startsWith(token.model.slice(0, own.length));
    });
  const tokens = all.filter((token, index) => !isTold(token, index) && !(token.hit && owns.get(token.hit)));

  const pairs: [Hit, string][] = [];
  let run: Token[] = [];
  const endRun = () => {
    pairs.push(...pairsIn(run));
    run = [];
  };
  for (const line of groupsOf(tokens, ({ at }) => itemAt(at)?.line)) {
    if (!isMixed(line)) {
      run.push(...line);
      continue;
    }
    endRun();
    const parts = groupsOf(line, ({ at }) => itemAt(at));
    if (!parts.some(isMixed)) pairs.push(...pairsIn(line));
    else if (parts.every((part) => part.some(({ hit }) => hit))) pairs.push(...parts.flatMap(pairsIn));
  }
  endRun();
  return new Map(pairs);
}

/** The model inside a full serial number. */
function ownModel({ readings: [first = ''] }: Hit): string | null {
  const parsed = parseSerial(first);
  return parsed.ok ? parsed.value.model : null;
}

/** Neighbours with the same key together. */
function groupsOf(tokens: readonly Token[], keyOf: (token: Token) => unknown): Token[][] {
  const groups: Token[][] = [];
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    if (before !== undefined && keyOf(before) === keyOf(token)) groups.at(-1)?.push(token);
    else groups.push([token]);
  });
  return groups;
}

function isMixed(tokens: readonly Token[]): boolean {
  return tokens.some(({ hit }) => hit) && tokens.some(({ model }) => model !== undefined);
}

/** Models and serial numbers that take turns; what may be a telephone is left out where they do not with it. */
function pairsIn(tokens: readonly Token[]): [Hit, string][] {
  const sure = tokens.filter(({ hit }) => !hit?.isDigits || hit.isAnnounced);
  return turnsIn(withoutRepeats(tokens)) ?? turnsIn(withoutRepeats(sure)) ?? [];
}

/** Without what is said twice in a row. */
function withoutRepeats(tokens: readonly Token[]): Token[] {
  const nameOf = (token: Token | undefined) => token?.model ?? token?.hit?.readings[0];
  return tokens.filter((token, index) => index === 0 || nameOf(token) !== nameOf(tokens[index - 1]));
}

function turnsIn(tokens: readonly Token[]): [Hit, string][] | null {
  const pairs: [Hit, string][] = [];
  for (let at = 0; at < tokens.length; at += 2) {
    const [one, other] = [tokens[at], tokens[at + 1]];
    const isTurn = (one?.model === undefined) === (tokens[0]?.model === undefined);
    const hit = one?.hit ?? other?.hit;
    const model = one?.model ?? other?.model;
    if (!isTurn || !hit || model === undefined) return null;
    pairs.push([hit, model]);
  }
  return pairs;
}
