import type { Language } from '../../locales/language.ts';
import { type CaseOutcome, type CaseRecord, type CaseReport, wasTold } from '../cases/case.ts';
import type { GroupRecord } from '../groups/group.ts';
import { hasText } from '../kernel/all-texts.ts';
import { ok, type Result } from '../kernel/result.ts';
import type { PlainKey, Texts, WordAfter } from '../kernel/texts.ts';
import { articleAbout } from '../policy/help.ts';
import type { Button } from './engine/buttons.ts';
import type { Dialogue } from './engine/dialogue.ts';
import type { UnbindEnd } from './engine/events.ts';
import { htmlTextsFor } from './engine/html.ts';
import { changeGroup, groupOf, memberOf, TO_GROUP } from './group.ts';
import { hindranceText, isHindered } from './hindrances.ts';
import { cancelled } from './identify.ts';
import { knownFailure } from './lan-unbind.ts';
import { orderLine } from './order.ts';
import { ended } from './others.ts';
import type { CaseFailure, House } from './ports.ts';
import { reportButton } from './report.ts';
import { sayEnd } from './site-member.ts';
import { restGroup } from './site-rest.ts';
import { type Next, stage } from './stages.ts';
import { articleText } from './trouble.ts';
import { takeWords } from './words.ts';

/** A lock without a readable time lasts 30 minutes (protocol/sadp.md 10.2). */
const ASSUMED_LOCK_MINUTES = 30;

/** Outcomes after which nothing is left to do on the site. */
const SETTLED: Readonly<Record<string, CaseOutcome>> = { unbound: 'unbound', 'not-bound': 'nothing-to-do' };

/** How a case ends by a report after which nothing is left to do on the site; null: something is. */
export function settledBy({ outcome }: CaseReport): CaseOutcome | null {
  return SETTLED[outcome] ?? null;
}

/** The end of an unbind in the words of a case. */
export function endOf(event: UnbindEnd): { outcome: string; reason: string | null } {
  if (event.type === 'job-failed') return { outcome: event.type, reason: event.reason };
  return { outcome: event.report.outcome, reason: event.report.reason ?? null };
}

/** Stage close: what happened, in words, once, and what to do next. */
export const close = stage('close', {
  version: 7,
  async run(dialogue, args) {
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (!record) return { end: true };
    const { report } = record;
    if (!report) return record.closedAt === null ? { go: 'assess' } : { end: true };
    const settled = settledBy(report);
    if (settled) return done(dialogue, record, report, settled);
    const group = args.with.alone ? null : await groupOf(dialogue, record);
    return (
      (group && (await unsettledIn(dialogue, group, record, report))) ?? unsettled(dialogue, record, report)
    );
  },
});

async function done(
  dialogue: Dialogue,
  record: CaseRecord,
  report: CaseReport,
  settled: CaseOutcome,
): Promise<Next> {
  const isOpen = record.closedAt === null;
  if (isOpen) await dialogue.change(record.id, { type: 'closed', outcome: settled });
  const group = await groupOf(dialogue, record);
  if (group?.state === 'running') {
    await dialogue.house((house) => markTold(house, record, report));
    return sayEnd(dialogue, record);
  }
  const also = [reportButton(dialogue.t, record.id)];
  if (!isTold(record)) {
    const next = await ended(dialogue, record.id, textOf(dialogue, record, report), also);
    await dialogue.house((house) => markTold(house, record, report));
    return next;
  }
  return isOpen ? ended(dialogue, record.id, dialogue.t('bot:close.done'), also) : { end: true };
}

/**
 * Refusals after which the next one would end alike: nobody was at the laptop, or somebody there did not want it; the laptop
 * cannot read or write what it needs; its network is too loud.
 */
const ALL_ALIKE: readonly string[] = [
  'abandoned',
  'no-terminal',
  'cancelled',
  'journal-unwritable',
  'ledger-unreadable',
  'flooded',
  'internal',
];

/**
 * An end in a group that leaves something to do: what stopped it is told, and nothing goes on by itself; a refusal before the
 * password was sent is a line, and the next device has its turn. Null: it is worked on by itself.
 */
async function unsettledIn(
  dialogue: Dialogue,
  group: GroupRecord,
  record: CaseRecord,
  report: CaseReport,
): Promise<Next | null> {
  const serial = record.device?.shortSerial ?? '';
  const isUntold = !isTold(record);
  const told = {
    sent: (house: House) => markTold(house, record, report),
    text: textOf(dialogue, record, report),
  };
  if (group.state === 'stopped' && group.stop?.shortSerial === serial)
    return restGroup(dialogue, group, isUntold ? told : {});
  if (group.state !== 'running' || memberOf(group, record.id)?.state !== 'refused') return null;
  if (ALL_ALIKE.includes(report.reason ?? '')) {
    const resting = await changeGroup(dialogue, group, { type: 'paused' });
    return restGroup(dialogue, resting, isUntold ? told : {});
  }
  if (isUntold) {
    await dialogue.house(told.sent);
    await sayEnd(dialogue, record);
    await dialogue.say(told.text);
  }
  return TO_GROUP;
}

function isTold(record: CaseRecord): boolean {
  return wasTold(record, record.reportedBy);
}

/** Notes that the report of a case was told; one of a time before has no job to note it of. */
async function markTold(
  house: House,
  record: CaseRecord,
  report: CaseReport,
): Promise<Result<unknown, CaseFailure>> {
  const { outcome, reason = null } = report;
  const jobId = record.reportedBy;
  if (jobId == null) return ok(null);
  // Refused where it was told already: then nothing is left to note.
  return house.cases.apply(record.id, { type: 'end-told', jobId, outcome, reason });
}

function textOf(dialogue: Dialogue, record: CaseRecord, report: CaseReport): string {
  return reportText(dialogue.t, record, record.device?.shortSerial ?? '', report);
}

/** The sentence for a report: by outcome, for refusals by reason, with the device's own counters. */
function reportText(t: Texts, record: CaseRecord, serial: string, report: CaseReport): string {
  // The case may be about another device by now.
  const known = record.device?.shortSerial === serial ? record : null;
  const values = {
    serial,
    model: known?.sighting?.model ?? known?.device?.model ?? t('bot:identify.modelUnknown'),
    minutes: report.lockMinutes ?? ASSUMED_LOCK_MINUTES,
    why: report.outcome === 'unproven' ? unprovenText(t, report.reason) : '',
  };
  const why = hindranceText(t, report.hindrances, serial);
  const lines =
    why === null ? [t(`bot:outcome.${sentenceOf(report)}`, values)] : [t('bot:hindrance.notHeard'), why];
  if (report.attemptsLeft !== undefined) {
    lines.push(t('bot:outcome.attemptsLeft', { count: report.attemptsLeft }));
  } else if (report.outcome === 'wrong-password') {
    lines.push(t('bot:outcome.attemptsUnknown'));
  }
  return [...lines, known ? orderLine(t, known) : ''].filter(Boolean).join('\n\n');
}

function unprovenText(t: Texts, reason: string | undefined): string {
  const key = `bot:unproven.${reason}` as const;
  return hasText(key) ? t(key) : '';
}

/** Word of an end that no conversation waits for, whatever has become of the case: it happened, so it is told. */
export function lateNotice(record: CaseRecord, event: UnbindEnd, language: Language): string {
  const t = htmlTextsFor(language);
  const { serial } = event;
  const text =
    event.type === 'outcome'
      ? reportText(t, record, serial, event.report)
      : t(`bot:job.failed.${knownFailure(event.reason)}`);
  const lines = [t('bot:outcome.late', { serial }), text];
  if (isUnboundSince(record, event)) lines.push(t('bot:outcome.unboundSince', { serial }));
  return lines.join('\n\n');
}

/** Whether another unbind of the case has unbound the device meanwhile: then what its end leaves open is settled. */
function isUnboundSince(record: CaseRecord, event: UnbindEnd): boolean {
  if (record.device?.shortSerial !== event.serial) return false;
  if (event.type === 'outcome' && settledBy(event.report) !== null) return false;
  return (
    record.outcome === 'unbound' ||
    (record.report?.outcome === 'unbound' && record.reportedBy !== event.jobId)
  );
}

/**
 * What may follow a refusal: the same again, the same once the lock has run out, or a fresh look at the device; `check`:
 * that look comes first whatever follows, because it costs no attempt.
 */
type NextStep = 'again' | 'after-lock' | 'recheck' | 'check';

type Refusal = WordAfter<'bot:outcome.refused.'>;

type RefusalEnd = readonly [sentence: Refusal, next: NextStep];

/**
 * Reasons of a refusal: the sentence they share (`bot:outcome.refused.<sentence>`) and what may follow. That none of the
 * laptop's is missing is in the types (test/types/refusals.ts).
 */
export const REFUSALS = {
  'password-empty': ['password-empty', 'again'],
  'password-unread': ['password-empty', 'again'],
  'password-too-long': ['password-too-long', 'again'],
  'password-not-utf8': ['password-too-long', 'again'],
  'password-has-control-character': ['password-too-long', 'again'],
  abandoned: ['password-abandoned', 'again'],
  'no-terminal': ['password-abandoned', 'again'],
  'few-attempts': ['few-attempts', 'recheck'],
  'try-used': ['try-used', 'recheck'],
  'lock-assumed': ['lock-assumed', 'after-lock'],
  'ledger-unreadable': ['ledger-unreadable', 'recheck'],
  'after-lock': ['after-lock', 'after-lock'],
  'journal-unwritable': ['journal-unwritable', 'again'],
  busy: ['busy', 'again'],
  'ambiguous-device': ['ambiguous-device', 'recheck'],
  flooded: ['flooded', 'recheck'],
  'slow-device': ['slow-device', 'again'],
  'no-direct-cable': ['no-direct-cable', 'again'],
  'no-mac': ['no-driver', 'recheck'],
  'no-driver': ['no-driver', 'recheck'],
  'not-activated': ['not-activated', 'recheck'],
  'cloud-offline': ['cloud-offline', 'recheck'],
  'cloud-disabled': ['cloud-disabled', 'recheck'],
  unanswered: ['unanswered', 'recheck'],
  'status-refused': ['status-refused', 'recheck'],
  'status-unexpected': ['status-refused', 'recheck'],
  'challenge-failed': ['challenge-failed', 'again'],
  'challenge-expired': ['challenge-expired', 'again'],
  'challenge-abandoned': ['cancelled', 'again'],
  'permit-refused': ['permit-refused', 'again'],
  cancelled: ['cancelled', 'again'],
  'busy-elsewhere': ['busy', 'again'],
  'spoofed-exchange': ['spoofed-exchange', 'again'],
  'exchange-unanswered': ['handshake-failed', 'again'],
  'exchange-refused': ['handshake-failed', 'again'],
  'exchange-unreadable': ['handshake-failed', 'again'],
  'ambiguous-digest': ['no-driver', 'recheck'],
  internal: ['plain', 'again'],
} as const satisfies Readonly<Record<string, RefusalEnd>>;

/** A reason that this version does not know is told as a plain refusal. */
function refusalOf({ reason = '' }: CaseReport): RefusalEnd {
  const known = new Map<string, RefusalEnd>(Object.entries(REFUSALS));
  return known.get(reason) ?? ['plain', 'recheck'];
}

/** What may follow an outcome that is no refusal. A further password is a person's decision and the ledger's. */
const AFTER: Readonly<Record<string, NextStep>> = {
  'wrong-password': 'again',
  denied: 'check',
  'not-found': 'again',
  locked: 'after-lock',
};

/** Outcomes of their own sentence. One that this version does not know is one whose end is not known. */
const OUTCOMES = [
  'unbound',
  'not-bound',
  'unproven',
  'accepted-unconfirmed',
  'wrong-password',
  'denied',
  'locked',
  'not-found',
] as const;

function sentenceOf(
  report: CaseReport,
): (typeof OUTCOMES)[number] | 'unknown' | 'lockedUnsaid' | `refused.${Refusal}` {
  if (report.outcome === 'locked' && report.lockMinutes === undefined) return 'lockedUnsaid';
  if (report.outcome !== 'refused') return OUTCOMES.find((word) => word === report.outcome) ?? 'unknown';
  return `refused.${refusalOf(report)[0]}`;
}

function nextStep(report: CaseReport): NextStep {
  if (report.outcome !== 'refused') return AFTER[report.outcome] ?? 'recheck';
  return refusalOf(report)[1];
}

async function unsettled(dialogue: Dialogue, record: CaseRecord, report: CaseReport): Promise<Next> {
  const text = textOf(dialogue, record, report);
  const told = isTold(record);
  const answer = await dialogue.ask(told ? dialogue.t('bot:close.told') : text, {
    buttons: nextSteps(dialogue, report, told),
    wants: ['words'],
    ...(told ? {} : { news: true, sent: (house) => markTold(house, record, report) }),
  });
  if (answer.kind === 'words') await takeWords(dialogue, record.id, answer);
  if (answer.kind !== 'button') return { go: 'close' };
  switch (answer.id) {
    case 'again':
    case 'after-lock':
      await dialogue.change(record.id, { type: 'report-read' });
      return { go: 'lan-unbind', with: answer.id === 'after-lock' ? { afterLock: true } : {} };
    case 'recheck':
    case 'check':
      await dialogue.change(record.id, { type: 'recheck' });
      return { go: 'assess' };
    case 'repeat':
      await dialogue.say(text);
      return { go: 'close' };
    case 'meaning': {
      const article = articleFor(report);
      if (article) await dialogue.say(articleText(dialogue.t, article));
      return { go: 'close' };
    }
    case 'back':
    case 'other':
      await dialogue.change(record.id, { type: 'report-read' });
      return { go: 'assess', with: { other: answer.id === 'other' } };
    case 'cancel':
      return cancelled(dialogue, record.id);
    default:
      return { go: 'close' };
  }
}

const NEXT_BUTTONS: Readonly<Record<NextStep, PlainKey>> = {
  again: 'bot:button.again',
  'after-lock': 'bot:close.button.afterLock',
  recheck: 'bot:close.button.recheck',
  check: 'bot:close.button.check',
};

/** Only a look at the device may be typed: the others start an unbind. */
const NEXT_SAID: Readonly<Record<NextStep, Pick<Button, 'said' | 'pressOnly' | 'style'>>> = {
  again: { pressOnly: true, style: 'danger' },
  'after-lock': { pressOnly: true, style: 'danger' },
  recheck: { said: ['again'], style: 'success' },
  check: { said: ['yes', 'again'], style: 'success' },
};

function nextSteps(dialogue: Dialogue, report: CaseReport, told: boolean): Button[][] {
  const next = nextStep(report);
  return [
    [{ id: next, text: dialogue.t(NEXT_BUTTONS[next]), ...NEXT_SAID[next] }],
    ...(articleFor(report) ? [[{ id: 'meaning', text: dialogue.t('bot:close.button.meaning') }]] : []),
    ...(told ? [[{ id: 'repeat', text: dialogue.t('bot:close.button.repeat') }]] : []),
    ...(next === 'check' ? [] : [[{ id: 'other', text: dialogue.t('bot:button.otherWays') }]]),
  ];
}

/** The article about how it ended: by its reason where it has one. None where what stood in the way is said already. */
function articleFor(report: CaseReport) {
  if (isHindered(report.hindrances)) return null;
  return articleAbout(report.reason ?? '') ?? articleAbout(report.outcome);
}
