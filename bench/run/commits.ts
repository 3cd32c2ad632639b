/** Two commits beside each other: a folder for each, with the benches of this one, so that both are asked the same. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CheckedOut {
  readonly root: string;
  remove(): void;
}

/**
 * Throws where git knows no such commit, or its packages cannot be installed. A commit with the packages of this folder shares them;
 * another one gets its own (`npm ci`, a minute).
 * @param root this repository
 */
export function checkOut(root: string, commit: string): CheckedOut {
  const folder = mkdtempSync(join(tmpdir(), 'unbind-bench-commit-'));
  const there = join(folder, 'tree');
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const remove = () => {
    if (existsSync(there)) git('worktree', 'remove', '--force', there);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    git('worktree', 'add', '--detach', there, commit);
    const lock = (of: string) => readFileSync(join(of, 'package-lock.json'), 'utf8');
    if (lock(there) === lock(root)) symlinkSync(join(root, 'node_modules'), join(there, 'node_modules'));
    else
      execFileSync('npm', ['ci', '--loglevel=error'], { cwd: there, stdio: ['ignore', 'ignore', 'inherit'] });
    rmSync(join(there, 'bench'), { recursive: true, force: true });
    cpSync(join(root, 'bench'), join(there, 'bench'), { recursive: true });
    return { root: there, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
