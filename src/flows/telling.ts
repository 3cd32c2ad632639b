/** Facts, contradictions, verdicts and their trail in words: what assess says, /explain repeats and docs/methods.md lists. */
import type { Language } from '../../locales/language.ts';
import type { CaseRecord } from '../cases/case.ts';
import type { SaidInWords } from '../device/words.ts';
import { hasText } from '../kernel/all-texts.ts';
import type { PlainKey, Texts } from '../kernel/texts.ts';
import type { FirmwareRow } from '../policy/catalogue.ts';
import { decide, type Verdict } from '../policy/decide.ts';
import { QUESTION_ORDER } from '../policy/explain.ts';
import type { Contradiction, FactName, Facts } from '../policy/facts.ts';
import type { RegionPack } from '../policy/region.ts';
import { RULES, type RuleId, type Way, wayId } from '../policy/rules.ts';
import type { Try } from '../policy/tried.ts';
import { dateIn } from './dates.ts';

/** Facts worth showing, in the order people read them; a property of the site comes last. */
const SHOWN: readonly FactName[] = [
  'model',
  'kind',
  'ezvizBrand',
  'firmware',
  'updateTo4x',
  'activated',
  'bindStatus',
  'canUnbindNow',
  'lanUnbind',
  'cloud',
  'everInEzviz',
  'adminPassword',
  'passwordProved',
  'agentSees',
  'onSite',
  'previousOwner',
];

/** A fact's value in words: `NVR`, `V3.4.98`, `yes`. */
export function valueText(t: Texts, fact: FactName, value: string | boolean): string {
  if (fact === 'model' || fact === 'firmware') return String(value);
  const word = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
  const isAnswer = fact === 'onSite' || fact === 'cloud' || fact === 'updateTo4x';
  const key = isAnswer
    ? (`policy:question.${fact}.answer.${word}` as const)
    : (`policy:value.${word}` as const);
  // That every value has a word is in the types (test/types/texts.ts).
  return hasText(key) ? t(key) : word;
}

/** What is known, one line a fact, each with its source; `only` of these. */
export function factLines(t: Texts, facts: Facts, only: readonly string[] = SHOWN): string[] {
  return SHOWN.filter((name) => only.includes(name)).flatMap((name) => {
    const fact = facts[name];
    if (fact.state === 'unknown') return [];
    const value = valueText(t, name, fact.value);
    // That nobody sees it, the device can not have said.
    const source = t(`policy:source.${name === 'agentSees' ? 'laptop' : fact.source}`);
    return [`• ${t('bot:explain.fact', { fact: t(`policy:fact.${name}`), value, source })}`];
  });
}

/** What was understood of a technician's own words, to be read over; null when none of it counts. */
export function understoodText(t: Texts, facts: Facts, { model, answers }: SaidInWords): string | null {
  const lines = factLines(t, facts, [
    ...Object.keys(answers),
    ...(model === undefined ? [] : ['model', 'kind']),
  ]);
  return lines.length === 0 ? null : [t('bot:identify.understood'), ...lines].join('\n');
}

/** Where a case stands, in a word or two: closed, waiting for the service centre, or open. */
export function standingOf(record: Pick<CaseRecord, 'closedAt' | 'awaitsAnswer' | 'outcome'>): PlainKey {
  if (record.closedAt !== null) return `bot:cases.outcome.${record.outcome ?? 'cancelled'}`;
  return record.awaitsAnswer ? 'bot:cases.waiting' : 'bot:cases.open';
}

/** Two sources that disagree, and whom we believe. */
export function contradictionText(t: Texts, { fact, kept, refused }: Contradiction): string {
  const said = {
    fact: t(`policy:fact.${fact}`),
    kept: valueText(t, fact, kept.value),
    refused: valueText(t, fact, refused.value),
  };
  const sources = {
    keptBy: t(`policy:source.${kept.source}`),
    refusedBy: t(`policy:source.${refused.source}`),
  };
  const why =
    fact === 'firmware' && kept.source === 'lan'
      ? t('bot:explain.updated')
      : t('bot:explain.believed', { source: sources.keptBy });
  return [t('bot:explain.contradiction', { ...said, ...sources }), why].join('\n');
}

/** What a verdict says to do: the way to try first, if any, then the way itself, if there is one yet. */
function saidWays({ tryFirst, method, by }: Verdict): Way[] {
  return [...(tryFirst ? [tryFirst] : []), ...(method === null ? [] : [{ method, by } as Way])];
}

/** The ways a verdict offers, best first. */
export function waysOf(verdict: Verdict): Way[] {
  const all = [...saidWays(verdict), ...verdict.alternatives];
  return all.filter((way, index) => all.findIndex((other) => wayId(other) === wayId(way)) === index);
}

/** The way of a verdict in words; null while something has to be done first or asked. */
export function methodText(t: Texts, verdict: Verdict): string | null {
  const way = saidWays({ ...verdict, tryFirst: null })[0];
  return way ? t(`policy:method.${wayId(way)}`) : null;
}

/** Key of a way's button. */
export function wayButton(way: Way): PlainKey {
  const id = wayId(way);
  if (id === 'nothing-to-do') return `policy:method.${id}`;
  return id === 'vendor-tool' ? 'bot:assess.button.vendorTool' : `bot:assess.button.${id}`;
}

/** Rules after which a laptop with an agent would do in two minutes what is now done by hand, or not at all. */
const BY_HAND: readonly RuleId[] = [
  'windows-pc-on-lan',
  'phone-on-lan',
  'monitor-at-recorder',
  'monitor-at-newer-recorder',
  'nobody-on-lan',
];

/** A laptop asks the device the same as the vendor's tool: where that has failed, it is no advice. */
function wouldLaptopHelp({ rule }: Verdict, tried: readonly Try[]): boolean {
  const isTried = tried.some(({ way }) => way === 'sadp' || way === 'vendor-tool');
  return rule !== null && BY_HAND.includes(rule) && !isTried;
}

/** Ways that were tried, a line each: which one, on which firmware, and what it said. */
export function triedLines(t: Texts, tried: readonly Try[]): string[] {
  const lines = tried.map(({ way, word, firmware }) => {
    const values = { way: t(`policy:tried.way.${way}`), said: saidText(t, word) };
    return firmware === null
      ? t('policy:tried.line', values)
      : t('policy:tried.lineOn', { ...values, firmware });
  });
  return [...new Set(lines)];
}

/** What a way said: one of our words, or the title of the article that its message has. */
function saidText(t: Texts, word: string): string {
  const key = `policy:tried.said.${word}` as const;
  if (hasText(key)) return t(key);
  const article = `help:article.${word}.title` as const;
  return hasText(article) ? `“${t(article)}”` : t('policy:tried.said.other');
}

/** The verdict as the chat tells it. `site`: what beside the facts changes the words. */
export function verdictText(
  t: Texts,
  verdict: Verdict,
  site: { readonly laptopSees: boolean; readonly named: boolean; readonly tried?: readonly Try[] },
): string {
  const reasons = verdict.reasons.map(({ rule, values }) => `• ${t(`policy:rule.${rule}`, values)}`);
  const others = waysOf(verdict).slice(saidWays(verdict).length);
  const method = methodText(t, verdict);
  const tried = triedLines(t, site.tried ?? []);
  const lines = [
    verdict.tryFirst ? t('bot:assess.tryFirst') : '',
    method === null ? '' : t('bot:assess.verdict', { method }),
    verdict.blockers.length === 0
      ? ''
      : [t('bot:assess.blocked'), ...verdict.blockers.map((id) => `• ${t(`policy:blocker.${id}`)}`)].join(
          '\n',
        ),
    reasons.length === 0 ? '' : [t('bot:assess.why'), ...reasons].join('\n'),
    tried.length === 0 ? '' : [t('bot:assess.tried'), ...tried.map((line) => `• ${line}`)].join('\n'),
    others.length === 0
      ? ''
      : t('bot:assess.also', { methods: others.map((way) => t(wayButton(way))).join(', ') }),
    verdict.unknowns.length === 0
      ? ''
      : [
          t('bot:assess.unknowns'),
          ...verdict.unknowns.map(
            (fact) => `• <b>${t(`policy:fact.${fact}`)}.</b> ${t(`policy:question.${fact}.where`)}`,
          ),
        ].join('\n'),
    !site.laptopSees && wouldLaptopHelp(verdict, site.tried ?? []) ? t('bot:assess.noLaptop') : '',
    site.named ? '' : t('bot:assess.notNamed'),
  ];
  return lines.filter(Boolean).join('\n\n');
}

/**
 * Where something is from: source, the date printed on it as it stands there or the day somebody looked, and how sure it is.
 */
export function sourceText(
  t: Texts,
  { source, checkedAt, dated, confidence }: Pick<RegionPack, 'source' | 'checkedAt' | 'dated' | 'confidence'>,
  language: Language,
): string {
  const from =
    dated === null
      ? t('bot:rma.source', { source, date: dateIn(language, checkedAt) })
      : t('bot:rma.sourceDated', { source, dated });
  return [from, confidence === null ? '' : t(`policy:rma.confidence.${confidence}`)]
    .filter(Boolean)
    .join('\n');
}

/** What the firmware catalogue has of a model, the newest build it knows and the day somebody looked. */
export function catalogueText(t: Texts, row: FirmwareRow, language: Language): string {
  const { model, updateTo4x, newest, source, checkedAt } = row;
  return [
    t(`bot:catalogue.${updateTo4x}`, { model }),
    updateTo4x === 'exists' && newest
      ? t('bot:catalogue.newest', { version: newest.version, date: dateIn(language, newest.date) })
      : '',
    t('bot:catalogue.checked', { date: dateIn(language, checkedAt), source }),
  ]
    .filter(Boolean)
    .join('\n');
}

/** Whether what the technician reads rests on the catalogue: then it is told what that is. */
export function restsOnCatalogue({ updateTo4x }: Facts): boolean {
  return updateTo4x.state === 'known' && updateTo4x.source === 'catalogue';
}

const MARKS = { fires: '✓', tried: '↻', 'ruled-out': '✗', open: '?', undecidable: '?' } as const;

/**
 * The trail behind a verdict: what is known and from whom, then the rules up to the one that decides, each with how it
 * stands. Rules after it could not have changed the verdict and are left out, but for those that stop every way.
 */
export function trailText(t: Texts, facts: Facts, ways: readonly Try[]): string {
  const verdict = decide(facts, ways);
  const known = factLines(t, facts);
  const { trail } = verdict;
  const deciding = trail.findIndex((entry) => entry.decides);
  const told = trail.filter(
    (entry, index) =>
      deciding === -1 || index <= deciding || (entry.state === 'fires' && 'stopsAll' in (RULES[index] ?? {})),
  );
  const lines = told.map((entry) => {
    const rule = t('bot:explain.rule', {
      row: entry.row,
      rule: t(`policy:when.${entry.rule}`),
      source: t(`policy:ruleSource.${entry.source}`),
    });
    const asked = QUESTION_ORDER.filter((name) => entry.missing.includes(name)).map((name) =>
      t(`policy:fact.${name}`),
    );
    const missing = asked.length === 0 ? '' : ` — ${t('bot:explain.missing', { facts: asked.join(', ') })}`;
    return `${entry.decides ? '▸' : MARKS[entry.state]} ${entry.decides ? `<b>${rule}</b>` : rule}${missing}`;
  });
  const result =
    verdict.rule === null
      ? t('bot:explain.undecided')
      : t('bot:explain.verdict', {
          verdict:
            methodText(t, verdict) ?? verdict.blockers.map((id) => t(`policy:blocker.${id}`)).join(' '),
        });
  return [
    [t('bot:explain.known'), ...(known.length === 0 ? [t('bot:explain.nothing')] : known)].join('\n'),
    [t('bot:explain.rules'), ...lines].join('\n'),
    ways.length === 0
      ? ''
      : [t('bot:assess.tried'), ...triedLines(t, ways).map((line) => `• ${line}`)].join('\n'),
    result,
    t('bot:explain.legend'),
  ]
    .filter(Boolean)
    .join('\n\n');
}
