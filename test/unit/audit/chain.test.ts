import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuditContent,
  CHAIN_START,
  createChainCheck,
  nextLine,
  readLine,
} from '../../../src/audit/chain.ts';

const note = (word: string, detail: AuditContent['detail'] = {}): AuditContent => ({
  what: `case.${word}`,
  case: '01J00000000000000000000000',
  by: 7,
  detail,
});

/** A chain of so many entries, and where it ends. */
function chain(length: number) {
  const lines: string[] = [];
  let place = CHAIN_START;
  for (let n = 1; n <= length; n++) {
    const next = nextLine(place, note('stage', { n, text: `step "${n}" \\ Ж` }), 1_000 + n);
    lines.push(next.line);
    place = next.place;
  }
  return { lines, head: place };
}

function faultsOf(lines: readonly (string | undefined)[], head = chain(lines.length).head) {
  const check = createChainCheck(CHAIN_START);
  for (const line of lines) check.add(line);
  check.end(head);
  return check.faults;
}

describe('the audit chain', () => {
  it('has no fault as it was written', () => {
    expect(faultsOf(chain(5).lines)).toEqual([]);
    expect(faultsOf([])).toEqual([]);
  });

  it('names the entry of every single byte that was changed, whatever it was changed to', () => {
    const { lines } = chain(3);
    let changed = 0;
    for (const [at, line] of lines.entries()) {
      const bytes = Buffer.from(line);
      for (let position = 0; position < bytes.length; position++) {
        for (const mask of [0x01, 0x20, 0x80]) {
          const other = Buffer.from(bytes);
          other[position] = (bytes[position] ?? 0) ^ mask;
          const tampered = lines.with(at, other.toString());
          expect(faultsOf(tampered), `entry ${at + 1}, byte ${position}`).toEqual([
            { seq: at + 1, fault: 'altered' },
          ]);
          changed += 1;
        }
      }
    }
    expect(changed).toBeGreaterThan(2_000);
  });

  it('names the entry behind one that was rewritten with a good hash of its own', () => {
    const { lines } = chain(3);
    const entry = JSON.parse(lines[1] ?? '') as Record<string, unknown>;
    const { hash: _, ...rest } = entry;
    const content = { ...rest, by: 8 };
    const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
    const forged = JSON.stringify({ ...content, hash });
    expect(readLine(forged)).not.toBeNull();
    expect(faultsOf(lines.with(1, forged))).toEqual([{ seq: 3, fault: 'unlinked' }]);
  });

  it('names entries that are gone, swapped or cut off at the end', () => {
    const { lines, head } = chain(4);
    const [first, second, third, fourth] = lines;
    expect(faultsOf([first, undefined, third, fourth], head)).toEqual([{ seq: 2, fault: 'missing' }]);
    expect(faultsOf([first, third, second, fourth], head)).toEqual([
      { seq: 2, fault: 'altered' },
      { seq: 3, fault: 'altered' },
    ]);
    expect(faultsOf([first, second, third], head)).toEqual([{ seq: 3, fault: 'cut' }]);
  });

  it('reads back whatever may be noted, and only in its one spelling', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))),
        (detail) => {
          const { line, place } = nextLine(CHAIN_START, note('x', detail), 5);
          expect(readLine(line)).toMatchObject({ seq: 1, hash: place.hash });
          expect(readLine(` ${line}`)).toBeNull();
          expect(readLine(line.replace('"seq":1', '"seq":1.0'))).toBeNull();
        },
      ),
    );
  });

  it('keeps details short and free of control characters', () => {
    const { line } = nextLine(CHAIN_START, note('x', { model: `a\u202eb\n${'x'.repeat(500)}` }), 5);
    const { model } = readLine(line)?.detail ?? {};
    expect(model).toBe(`ab${'x'.repeat(126)}`);
  });
});
