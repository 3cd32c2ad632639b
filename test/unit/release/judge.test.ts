import { describe, expect, it } from 'vitest';
import {
  billOf,
  contentFaults,
  licenceFaults,
  type Shipped,
  tellsOfMachine,
  versionFaults,
} from '../../../scripts/release/judge.ts';

const one: Shipped = { name: 'one', version: '1.0.0', licence: 'MIT', hasText: true };

describe('the bill of what is handed out', () => {
  const list = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: 'urn:uuid:1',
    metadata: { timestamp: '2026-11-29', component: { 'bom-ref': 'root', name: 'folder', version: '0.0.0' } },
    components: ['one', 'two'].map((name) => ({ name, version: '1.0.0', 'bom-ref': `${name}@1.0.0` })),
    dependencies: [
      { ref: 'root', dependsOn: ['one@1.0.0', 'two@1.0.0'] },
      { ref: 'two@1.0.0', dependsOn: [] },
    ],
  };
  const named = { name: 'unbind-bot', version: '1.1.0' };

  it('has these packages and no others, and says nothing of when and where it was made', () => {
    expect(billOf(list, [one], named)).toEqual({
      bill: {
        bomFormat: 'CycloneDX',
        specVersion: '1.5',
        metadata: { component: { 'bom-ref': 'root', ...named } },
        components: list.components.slice(0, 1),
        dependencies: [{ ref: 'root', dependsOn: ['one@1.0.0'] }],
      },
      unknown: [],
    });
  });

  it('names packages that the lockfile does not have, or has in another version', () => {
    const other = [one, { ...one, version: '1.0.1' }, { ...one, name: 'three' }];
    expect(billOf(list, other, named).unknown).toEqual(['one@1.0.1', 'three@1.0.0']);
  });
});

describe('licences of what is handed out', () => {
  it.each(['MIT', '(MIT OR GPL-3.0-only)', 'MIT AND OFL-1.1'])('%s can be kept', (licence) => {
    expect(licenceFaults([{ ...one, licence }], [])).toEqual([]);
  });

  it.each([
    'GPL-3.0-only',
    'MIT AND GPL-3.0-only',
    'LGPL-3.0-or-later',
    '(MIT OR (ISC AND X))',
    'SEE LICENSE',
  ])('%s is looked at by somebody first', (licence) => {
    expect(licenceFaults([{ ...one, licence }], [])).toEqual([`one@1.0.0: ${licence}`]);
  });

  it('are said, and their texts are there, in the package or beside it', () => {
    expect(licenceFaults([{ ...one, licence: null }], [])).toEqual(['one@1.0.0 says no licence']);
    const bare = { ...one, hasText: false };
    expect(licenceFaults([bare], ['ISC'])).toEqual(['one@1.0.0 (MIT) brings no text of it']);
    expect(licenceFaults([bare], ['MIT'])).toEqual([]);
  });

  it('hold for the version somebody has looked at, and as they were then', () => {
    const seen = { name: 'png-js', version: '2.0.0', licence: null, hasText: true };
    expect(licenceFaults([seen], [])).toEqual([]);
    expect(licenceFaults([{ ...seen, version: '2.0.1' }], [])).toEqual(['png-js@2.0.1 says no licence']);
    expect(licenceFaults([{ ...seen, licence: 'GPL-3.0-only' }], [])).toEqual(['png-js@2.0.0: GPL-3.0-only']);
  });
});

describe('the contents of the bot’s package', () => {
  const own = ['unbind-bot.mjs', 'deploy/compose.yaml'];
  const packages = ['node_modules/one', 'node_modules/one/node_modules/@a/b'];
  const files = [...own, ...packages.map((folder) => `${folder}/package.json`), 'node_modules/one/lib/x.js'];

  it('are what is expected', () => {
    expect(contentFaults({ files, own, packages })).toEqual([]);
  });

  it.each([
    ['deploy/.env', 'deploy/.env is not expected'],
    ['node_modules/two/package.json', 'node_modules/two/package.json is not expected'],
    ['node_modules/one/node_modules/c/x.js', 'node_modules/one/node_modules/c/x.js is not expected'],
    ['node_modules/one/x.js.map', 'node_modules/one/x.js.map is for developers'],
    ['node_modules/one/test/x.js', 'node_modules/one/test/x.js is for developers'],
    ['node_modules/one/x.test.ts', 'node_modules/one/x.test.ts is for developers'],
    ['node_modules/one/.cache/x', 'node_modules/one/.cache/x is for developers'],
  ])('are refused with %s', (file, fault) => {
    expect(contentFaults({ files: [...files, file], own, packages })).toEqual([fault]);
  });

  it.each(files.filter((file) => !file.endsWith('x.js')))('are refused without %s', (file) => {
    const fewer = files.filter((other) => other !== file);
    expect(contentFaults({ files: fewer, own, packages })).toEqual([
      `${file.replace('/package.json', '')} is missing`,
    ]);
  });

  it('tell nothing of the machine', () => {
    expect(tellsOfMachine(Buffer.from('at /srv/build/src/x.ts'), ['/srv/build'])).toBe(true);
    expect(tellsOfMachine(Buffer.from('at src/x.ts'), ['/srv/build'])).toBe(false);
  });
});

describe('the version and the changelog', () => {
  const log =
    '# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-11-29\n\n- new\n\n## [1.0.0] - 2026-10-01\n\n- first\n';

  it('agree', () => {
    expect(versionFaults('1.1.0', log)).toEqual([]);
    expect(versionFaults('1.1.0', log.replace('## [Unreleased]\n\n', ''))).toEqual([]);
  });

  it.each([
    ['1.2.0', log, 'package.json has 1.2.0, the newest heading is 1.1.0'],
    ['1.1.0', '# Changelog\n', 'package.json has 1.1.0, the newest heading is none'],
    ['1.1.0', log.replace('[Unreleased]\n', '[Unreleased]\n\n- more\n'), 'something stands below Unreleased'],
    ['1.1.0', log.replace(' - 2026-11-29', ''), '1.1.0 has no day'],
    ['1.1.0', log.replace('2026-11-29', '2026-13-29'), '1.1.0 has no day'],
    ['1.1.0', log.replace('2026-10-01', '2026-12-01'), '1.0.0 is later than the one above it'],
  ])('do not: %s', (version, changelog, fault) => {
    expect(versionFaults(version, changelog)).toEqual([fault]);
  });
});
