import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { licencesOf } from '../../../scripts/package/licences.ts';

const MIT = 'MIT License\n\nCopyright (c) 2026 somebody\n\nPermission is hereby granted\n';

/** A tree of packages: what each says of itself, and its other files. */
function packages(t: TestContext, all: Readonly<Record<string, [object, Record<string, string>]>>): string {
  const root = mkdtempSync(join(tmpdir(), 'unbind-licences-'));
  t.onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [folder, [said, files]] of Object.entries(all)) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'package.json'), JSON.stringify(said));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, folder, name), text);
  }
  return root;
}

describe('the licences of what is bundled', () => {
  it('are those of each package once, in the order of names, with all their texts', async (t) => {
    const root = packages(t, {
      'node_modules/zed': [{ name: 'zed', version: '1.0.0', license: 'ISC' }, { 'licence.md': 'of zed' }],
      'node_modules/@a/b': [
        { name: '@a/b', version: '2.0.0', license: 'Apache-2.0' },
        { LICENSE: 'of b', NOTICE: 'b was made by many' },
      ],
      'node_modules/zed/node_modules/inner': [
        { name: 'inner', version: '3.0.0', license: 'MIT' },
        { COPYING: 'of inner' },
      ],
    });
    const inputs = [
      'src/own.ts',
      'node_modules/zed/index.js',
      'node_modules/zed/lib/more.js',
      'node_modules/@a/b/index.js',
      'node_modules/zed/node_modules/inner/index.js',
    ];
    const text = await licencesOf(inputs, root, MIT);
    expect(text.match(/^\S+ \d\.0\.0 .*$/gm)).toEqual([
      '@a/b 2.0.0 (Apache-2.0)',
      'inner 3.0.0 (MIT)',
      'zed 1.0.0 (ISC)',
    ]);
    for (const said of ['of zed', 'of b', 'b was made by many', 'of inner']) expect(text).toContain(said);
  });

  it('are the words of the MIT licence for a package that names it and its holder, and brings no text', async (t) => {
    const said = { name: 'bare', version: '1.0.0', license: 'MIT', author: { name: 'A. Holder' } };
    const text = await licencesOf(
      ['node_modules/bare/x.js'],
      packages(t, { 'node_modules/bare': [said, {}] }),
      MIT,
    );
    expect(text).toContain('Copyright (c) A. Holder');
    expect(text).toContain('Permission is hereby granted');
    expect(text).not.toContain('somebody');
  });

  it('are asked for: a package without any is not handed out', async (t) => {
    for (const said of [
      { name: 'bare', version: '1.0.0', license: 'MIT' },
      { name: 'bare', version: '1.0.0', license: 'GPL-3.0', author: 'A. Holder' },
    ]) {
      const root = packages(t, { 'node_modules/bare': [said, {}] });
      await expect(licencesOf(['node_modules/bare/x.js'], root, MIT)).rejects.toThrow(
        /bare 1\.0\.0.*no licence/,
      );
    }
  });
});
