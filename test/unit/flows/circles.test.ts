/**
 * No stage asks in circles by itself: a conversation is replayed from where its stage began, so each round would make every
 * later answer dearer. Questions come back by `Dialogue.repeat`, or the stage passes on to itself.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const FLOWS = fileURLToPath(new URL('../../../src/flows', import.meta.url));

interface Piece {
  /** Functions it calls, by file and name. */
  readonly calls: Set<string>;
  asks: boolean;
  loops: boolean;
}

/** The functions of a file's top level that ask, loop, or call others. */
function piecesOf(file: string, text: string, pieces: Map<string, Piece>): void {
  const visit = (node: ts.Node, piece: Piece | null): void => {
    let inside = piece;
    if (ts.isFunctionDeclaration(node) && node.name && ts.isSourceFile(node.parent)) {
      inside = { calls: new Set(), asks: false, loops: false };
      pieces.set(`${file}:${node.name.text}`, inside);
    }
    if (inside && ts.isCallExpression(node)) {
      const { expression: called } = node;
      if (ts.isIdentifier(called)) inside.calls.add(called.text);
      // A question that is handed in, as to askBesideLaptop.
      const isQuestion = ts.isIdentifier(called) && called.text === 'ask';
      const isMethod = ts.isPropertyAccessExpression(called) && /^(ask|listen)$/.test(called.name.text);
      if (isQuestion || isMethod) inside.asks = true;
    }
    const isLoop = ts.isForStatement(node) || ts.isWhileStatement(node) || ts.isForOfStatement(node);
    if (inside && (isLoop || ts.isDoStatement(node))) inside.loops = true;
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true), null);
}

/** What a function calls, itself and through others; a name means its own file's function first. */
function reached(name: string, pieces: ReadonlyMap<string, Piece>): Set<string> {
  const found = new Set<string>();
  const open = [name];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const file = at.slice(0, at.indexOf(':'));
    for (const called of pieces.get(at)?.calls ?? []) {
      const own = `${file}:${called}`;
      const there = pieces.has(own)
        ? [own]
        : [...pieces.keys()].filter((key) => key.slice(key.indexOf(':') + 1) === called);
      for (const key of there) if (!found.has(key)) open.push(found.add(key) && key);
    }
  }
  return found;
}

/** Functions that come back to a question of their own. */
function circles(pieces: ReadonlyMap<string, Piece>): string[] {
  return [...pieces].flatMap(([name, piece]) => {
    const others = reached(name, pieces);
    const asks = piece.asks || [...others].some((other) => pieces.get(other)?.asks);
    return asks && (others.has(name) || piece.loops) ? [name] : [];
  });
}

describe('no stage asks in circles', () => {
  it('by calling itself, or by a loop around a question', async () => {
    const pieces = new Map<string, Piece>();
    const files = (await readdir(FLOWS)).filter((name) => name.endsWith('.ts'));
    for (const file of files) piecesOf(file, await readFile(join(FLOWS, file), 'utf8'), pieces);
    expect([...pieces.values()].filter(({ asks }) => asks).length).toBeGreaterThan(30);
    expect(circles(pieces)).toEqual([]);
  });

  it('and the two forms of it are seen', () => {
    const pieces = new Map<string, Piece>();
    piecesOf(
      'a.ts',
      'async function one(d) { const x = await d.ask(""); return x ? two(d) : x; } async function two(d) { return one(d); }',
      pieces,
    );
    piecesOf(
      'b.ts',
      'async function three(d) { for (;;) await d.ask(""); } async function four(d) { for (const x of []) d.say(x); }',
      pieces,
    );
    expect(circles(pieces)).toEqual(['a.ts:one', 'a.ts:two', 'b.ts:three']);
  });
});
