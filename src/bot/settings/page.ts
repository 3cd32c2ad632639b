/** The list of settings for people: `.env.example`, and the page of the docs. */
import type { Texts } from '../../kernel/texts.ts';
import { type SettingName, settingOf, settingsByGroup } from './registry.ts';

/** Characters of a line of `.env.example`. */
const WIDTH = 118;

/** `.env.example`: every setting with its sentence; what has a default, or need not be set, is commented out. */
export function envExample(t: Texts): string {
  const head = [t('setting:file.head'), t('setting:file.blank'), t('setting:file.more')];
  const groups = settingsByGroup().map(({ group, names }) => {
    const heading = `# --- ${t(`setting:group.${group}`)} `;
    return [heading.padEnd(WIDTH, '-'), ...names.map((name) => envEntry(t, name))].join('\n\n');
  });
  return `${[head.map((sentence) => comment(sentence)).join('\n'), ...groups].join('\n\n')}\n`;
}

function envEntry(t: Texts, name: SettingName): string {
  const { example, usual, required, secret, words = {} } = settingOf(name);
  const about = t(`setting:about.${name}`);
  return [
    comment(required ? `${t('setting:file.required')} ${about}` : about),
    ...Object.entries(words).map(([word, kinds]) => comment(`${word}: ${kinds.join(', ')}`, '#   ')),
    ...(secret ? [comment(t('setting:file.secret')), `#${name}_FILE=${EXAMPLE_FILE}${name}`] : []),
    required ? `${name}=` : `#${name}=${usual ?? (secret ? '' : example)}`,
  ].join('\n');
}

/** Where the file of a secret may lie: the folder in which containers find theirs. */
const EXAMPLE_FILE = '/run/secrets/';

/** The page of the docs, in Markdown: a section for each setting. */
export function settingsPage(t: Texts): string {
  const groups = settingsByGroup().flatMap(({ group, names }) => [
    `## ${t(`setting:group.${group}`)}`,
    ...names.map((name) => pageEntry(t, name)),
  ]);
  const head = ['made', 'where', 'files'] as const;
  return `${[
    `# ${t('setting:page.title')}`,
    ...head.map((word) => t(`setting:page.${word}`)),
    escaped(t('setting:file.blank')),
    t('setting:file.more'),
    ...groups,
  ].join('\n\n')}\n`;
}

function pageEntry(t: Texts, name: SettingName): string {
  const { example, usual, required, secret, words = {} } = settingOf(name);
  const facts = [
    ...(required ? [t('setting:page.required')] : []),
    ...(usual === undefined ? [] : [`${t('setting:page.usual')}: \`${usual}\``]),
    ...(usual === example ? [] : [`${t('setting:page.example')}: \`${example}\``]),
    ...(secret ? [`${t('setting:page.secret')}: \`${name}_FILE\``] : []),
  ];
  const listed = Object.entries(words).map(([word, kinds]) => `\n- \`${word}\`: ${kinds.join(', ')}`);
  return `### ${name}\n\n${escaped(t(`setting:about.${name}`))}${listed.length > 0 ? `\n${listed.join('')}` : ''}\n\n${facts.join(' · ')}`;
}

/** `<folder>` is no tag. */
function escaped(sentence: string): string {
  return sentence.replaceAll('<', '\\<');
}

/** A sentence as comment lines that fit the page. */
function comment(sentence: string, begin = '# '): string {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (begin.length + longer.length > WIDTH && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((one) => begin + one).join('\n');
}
