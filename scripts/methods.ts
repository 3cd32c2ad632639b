/**
 * docs/methods.md, from the running policy: what the vendor's note names, which verdict follows, and what the chat says
 * first. `npx tsx scripts/methods.ts` writes it, `--check` says whether it is up to date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { LANGUAGES } from '../locales/language.ts';
import { verdictText } from '../src/flows/telling.ts';
import { textsFor } from '../src/kernel/all-texts.ts';
import { decide, type Verdict } from '../src/policy/decide.ts';
import { dontKnow, type FactName, type Facts, type FactValues, learn, noFacts } from '../src/policy/facts.ts';
import { noteRows, noteSentences } from './methods/note.ts';

const FILE = new URL('../docs/methods.md', import.meta.url);

/** What a device of the note can be: each with its facts. */
const DEVICES: readonly (readonly [name: string, facts: Partial<FactValues>, unknown?: FactName])[] = [
  ['camera', { kind: 'camera' }],
  ['intercom', { kind: 'intercom' }],
  ['recorder 3.x, no 4.x for it', { kind: 'recorder', firmware: 'V3.4.98', updateTo4x: 'none' }],
  ['recorder 3.x, 4.x exists', { kind: 'recorder', firmware: 'V3.4.98', updateTo4x: 'exists' }],
  ['recorder 3.x, 4.x unknown', { kind: 'recorder', firmware: 'V3.4.98' }, 'updateTo4x'],
  ['recorder 3.x, update refused', { kind: 'recorder', firmware: 'V3.4.98', updateTo4x: 'refused' }],
  ['recorder 4.x', { kind: 'recorder', firmware: 'V4.30.085' }],
];
/** What can be wrong with it. */
const STATES: readonly (readonly [name: string, facts: Partial<FactValues>])[] = [
  ['all in order', { adminPassword: true, cloud: 'online' }],
  ['no password', { adminPassword: false, cloud: 'online' }],
  ['cloud disabled', { adminPassword: true, cloud: 'disabled' }],
  ['cloud offline', { adminPassword: true, cloud: 'offline' }],
];
/** Who or what is in its network. */
const PLACES: readonly (readonly [name: string, facts: Partial<FactValues>])[] = [
  ['our laptop', { agentSees: true, lanUnbind: 'yes' }],
  [
    'our laptop, “can be unbound now”',
    { agentSees: true, lanUnbind: 'yes', canUnbindNow: true, activated: true },
  ],
  ['our laptop, no LAN unbind, phone', { agentSees: true, lanUnbind: 'no', onSite: 'phone' }],
  ['our laptop, no LAN unbind, nobody else', { agentSees: true, lanUnbind: 'no', onSite: 'nothing' }],
  ['Windows PC', { onSite: 'windows-pc' }],
  ['phone', { onSite: 'phone' }],
  ['monitor', { onSite: 'monitor' }],
  ['nobody', { onSite: 'nothing' }],
];
/** What stands apart from these. */
const APART: readonly (readonly [name: string, facts: Partial<FactValues>])[] = [
  ['the device says: not bound', { bindStatus: 'not-bound' }],
  ['recorder 4.x, ever in an EZVIZ account', { kind: 'recorder', firmware: 'V4.30.085', everInEzviz: true }],
  ['camera, ever in an EZVIZ account', { kind: 'camera', everInEzviz: true }],
  [
    'camera, ever in EZVIZ, and the device says "can be unbound now"',
    {
      kind: 'camera',
      everInEzviz: true,
      agentSees: true,
      lanUnbind: 'yes',
      canUnbindNow: true,
      activated: true,
      adminPassword: true,
      cloud: 'online',
    },
  ],
  ['EZVIZ brand', { kind: 'ezviz', ezvizBrand: true }],
  ['alarm panel', { kind: 'alarm-panel' }],
  ['not activated', { kind: 'camera', activated: false }],
  [
    'recorder older than 3.x',
    { kind: 'recorder', firmware: 'V2.2.65', adminPassword: true, cloud: 'online', onSite: 'windows-pc' },
  ],
  [
    'recorder 3.x, update refused, the supplier has no file',
    { kind: 'recorder', firmware: 'V3.4.98', updateTo4x: 'no-file' },
  ],
  [
    'recorder older than 3.x, the supplier has no file',
    { kind: 'recorder', firmware: 'V2.2.65', updateTo4x: 'no-file' },
  ],
  [
    'recorder 5.x, monitor',
    { kind: 'recorder', firmware: 'V5.03.020', adminPassword: true, cloud: 'online', onSite: 'monitor' },
  ],
];

function factsOf(values: Partial<FactValues>, unknown?: FactName): Facts {
  const known = (
    Object.entries({ everInEzviz: false, ezvizBrand: false, ...values }) as [FactName, never][]
  ).reduce((facts, [name, value]) => learn(facts, name, value, 'technician').facts, noFacts());
  return unknown ? dontKnow(known, unknown) : known;
}

/** A verdict in one cell: what to do, and the rule that says so. */
function cell(verdict: Verdict): string {
  const first = verdict.tryFirst ? 'try sadp first, then ' : '';
  const way = verdict.by === 'vendor-tool' ? 'sadp (vendor’s tool)' : verdict.method;
  const blockers = verdict.blockers.map((id) => `**first: ${id}**`).join(', ');
  return `${first}${[way, blockers].filter(Boolean).join(', ')} (${verdict.trail.find(({ decides }) => decides)?.row})`;
}

/** The first message in every language, as plain text in a quote. */
function messages(facts: Facts): string[] {
  return LANGUAGES.flatMap((language) => {
    const site = { laptopSees: facts.agentSees.state === 'known', named: true };
    const t = textsFor(language);
    const verdict = decide(facts);
    // A device that is not bound closes its case with a sentence of its own.
    const told =
      verdict.method === 'nothing-to-do'
        ? t('bot:assess.nothingToDo', { serial: 'G70000102' })
        : verdictText(t, verdict, site);
    const text = told.replace(/<[^>]+>/g, '');
    return ['', `${language}:`, '', ...text.split('\n').map((line) => `> ${line}`.trimEnd())];
  });
}

/** Verdict, reasons and the first message in every language. */
function section(name: string, facts: Facts): string[] {
  const verdict = decide(facts);
  const reasons = verdict.reasons.map(({ rule }) => `\`${rule}\``).join(', ');
  return [`### ${name}`, '', `Verdict: ${cell(verdict)}. Reasons: ${reasons}.`, ...messages(facts), ''];
}

/** A table with columns as wide as their widest cell, so that formatters leave it alone. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (cells: readonly string[], fill: string) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  return [line(head, ' '), line([], '-'), ...rows.map((row) => line(row, ' '))];
}

/** A first message: its number in the grid, and the facts of the first combination that leads to it. */
interface Words {
  readonly number: number;
  readonly facts: Facts;
}

function document(): string {
  const told = new Map<string, Words>();
  const grid = DEVICES.flatMap(([device, values, unknown]) =>
    STATES.map(([state, more]) => [
      device,
      state,
      ...PLACES.map(([, place]) => {
        const facts = factsOf({ ...values, ...more, ...place }, unknown);
        const key = messages(facts).join('\n');
        const words = told.get(key) ?? { number: told.size + 1, facts };
        told.set(key, words);
        return `${cell(decide(facts))} [${words.number}]`;
      }),
    ]),
  );
  return `${[
    '# Methods: every combination and its verdict',
    '',
    'Generated by `npx tsx scripts/methods.ts` from the policy that runs; a test fails when it is out of date. The number in',
    'round brackets is the row of the rule table (`src/policy/rules.ts`), the first that fits decides; the number in square',
    'brackets is the first message, below. Nothing here was EZVIZ unless it says so.',
    '',
    '## The vendor’s note, sentence by sentence',
    '',
    'The note (`docs/vendor-note.md`) beside the texts, cards and rules that say it (`scripts/methods/note.ts`), and what the',
    'Russian texts among them say, with `{{values}}` as they stand in them. That nothing is missing is a test (`unit/docs/note`).',
    '',
    ...table(['note', 'its words', 'where the product says it', 'in Russian'], noteRows(noteSentences())),
    '',
    '## All combinations',
    '',
    ...table(['device', 'state', ...PLACES.map(([place]) => place)], grid),
    '',
    '## First messages',
    '',
    ...[...told.values()].flatMap(({ number, facts }) => section(`[${number}]`, facts)),
    '## What stands apart',
    '',
    ...APART.flatMap(([title, facts]) => section(title, factsOf(facts))),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

const text = document();
if (process.argv.includes('--check')) {
  const written = await readFile(FILE, 'utf8').catch(() => '');
  if (written !== text) {
    console.error('docs/methods.md is out of date: run npx tsx scripts/methods.ts');
    process.exitCode = 1;
  }
} else {
  await writeFile(FILE, text);
}
