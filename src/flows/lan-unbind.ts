import type { CaseChallenge, CaseRecord } from '../cases/case.ts';
import type { GroupRecord } from '../groups/group.ts';
import { PROMPT_LIMIT_MS } from '../link/times.ts';
import type { Button } from './engine/buttons.ts';
import {
  type Answer,
  type Ask,
  type Dialogue,
  orThrow,
  type Standing as Waiting,
} from './engine/dialogue.ts';
import type { HouseEvent } from './engine/events.ts';
import type { Heard } from './engine/heard.ts';
import { exitsIn, groupAtWork, groupOf, skipButton, skipMember, TO_GROUP } from './group.ts';
import { cancelled } from './identify.ts';
import { lateText, sayBack, waitText } from './laptop.ts';
import { goWay } from './order.ts';
import type { House, JobStart } from './ports.ts';
import { type Next, type Stages, stage } from './stages.ts';
import { askTakingWords, takeWords } from './words.ts';

/** Where the stage stands, handed to itself from step to step so that no conversation grows. */
type Standing = Stages['lan-unbind'];

const EVENTS: HouseEvent['type'][] = [
  'challenge',
  'challenge-result',
  'prompt',
  'typed',
  'outcome',
  'job-failed',
  'job-overdue',
  'agent-online',
];

/** Under the choice that a long wait ends in, its laptop's word is still heard. */
const UNDER_CHOICE = EVENTS.filter((type) => type !== 'job-overdue');
/** Once the technician was sent to the laptop, its prompt is no news. */
const AFTER_PROMPT = EVENTS.filter((type) => type !== 'prompt');

/** Stage lan-unbind: the agent on the laptop does it; the chat shows the picture and tells what happens. */
export const lanUnbind = stage('lan-unbind', {
  version: 7,
  anewAfter,
  atOnce,
  goesOnElsewhere: true,
  async run(dialogue, args) {
    const state = args.with;
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (!record || record.closedAt !== null) return { end: true };
    if (record.report) return { go: 'close' };
    if (state.overdue) return choose(dialogue, record, state);
    if (record.job?.kind !== 'unbind') return start(dialogue, record, state);
    // A crash may have come between the job and its laptop: asked again, the house makes sure of both.
    const job = await askLaptop(dialogue, record, state);
    if (!job.started) return refused(dialogue, record, job);
    if (state.working) return listen(dialogue, record, state, 'bot:unbind.working');
    if (state.prompt || record.challenge?.passed) return besidePrompt(dialogue, record, state);
    if (
      record.challenge &&
      record.challenge.jobId === record.job.id &&
      state.picture !== 'answered' &&
      state.picture !== 'refreshing'
    ) {
      return showPicture(dialogue, record, record.challenge, state);
    }
    return listen(
      dialogue,
      record,
      state,
      state.picture === undefined ? 'bot:unbind.asking' : `bot:unbind.${state.picture}`,
    );
  },
});

/** What the laptop says of picture and password: wherever the stage waits, it begins anew from its case. */
function anewAfter(event: HouseEvent): Standing | null {
  switch (event.type) {
    case 'challenge':
      return {};
    case 'challenge-result':
      return event.result === 'passed' ? { prompt: true } : { picture: event.result };
    case 'prompt': {
      const asks = event.asks === 'confirm' ? 'confirm' : 'password';
      return event.state === 'shown' ? { prompt: true, asks } : {};
    }
    case 'typed':
      return { working: true };
    default:
      return null;
  }
}

/**
 * The laptop waits for what the chat says of its picture. Of another picture it is the stage's: that shows what the case shows now.
 */
async function atOnce(answer: Heard, { caseId, wait }: Waiting, { agents }: House): Promise<Standing | null> {
  if (answer.kind === 'picture-code') {
    const { nonce, proof } = answer;
    return orThrow(await agents.answerChallenge(caseId, nonce, proof)) ? { picture: 'answered' } : null;
  }
  if (answer.kind !== 'button' || answer.id !== 'refresh' || wait.nonce === undefined) return null;
  return orThrow(await agents.refreshChallenge(caseId, wait.nonce)) ? { picture: 'refreshing' } : null;
}

async function start(dialogue: Dialogue, record: CaseRecord, state: Standing): Promise<Next> {
  // A case of a time before orders, or one that was taken up in the middle: nothing unbinds without.
  if (!record.order) return goWay(dialogue, record, 'sadp');
  await dialogue.change(record.id, { type: 'stage', stage: 'lan-unbind' });
  const job = await askLaptop(dialogue, record, state);
  return job.started ? { go: 'lan-unbind', with: {} } : refused(dialogue, record, job);
}

function askLaptop(dialogue: Dialogue, record: CaseRecord, { afterLock = false }: Standing) {
  return dialogue.house((house) => house.agents.unbind(record.id, { afterLock }));
}

function refused(
  dialogue: Dialogue,
  record: CaseRecord,
  { reason }: Extract<JobStart, { started: false }>,
): Promise<Next> {
  return stuck(dialogue, record, dialogue.t(`bot:job.refused.${reason}`));
}

/** Says where things stand and waits for the laptop. */
async function listen(
  dialogue: Dialogue,
  record: CaseRecord,
  state: Standing,
  key: `bot:unbind.${'asking' | 'working' | NonNullable<Standing['picture']>}`,
): Promise<Next> {
  const group = await groupAtWork(dialogue, record);
  const answer = await dialogue.ask(waitText(dialogue, dialogue.t(key, valuesOf(record))), {
    ...exitsIn(dialogue, group),
    quiet: true,
    events: EVENTS,
    ...(record.job ? { jobId: record.job.id } : {}),
    wants: ['words'],
    help: 'bot:unbind.help',
  });
  return react(dialogue, record, state, answer);
}

/** The laptop asks for the password, or in a group for one key: what is typed here now is most likely a password. */
async function besidePrompt(dialogue: Dialogue, record: CaseRecord, state: Standing): Promise<Next> {
  const group = await groupAtWork(dialogue, record);
  const isOne = group?.samePassword === true;
  const answer = await dialogue.ask(promptText(dialogue, isOne ? (state.asks ?? 'either') : 'alone'), {
    ...exitsIn(dialogue, group),
    events: isOne && state.asks === undefined ? EVENTS : AFTER_PROMPT,
    ...(record.job ? { jobId: record.job.id } : {}),
    help: state.asks === 'confirm' ? 'site:confirm.help' : 'bot:unbind.helpPassword',
    besideSecret: true,
  });
  return react(dialogue, record, state, answer);
}

function promptText({ t }: Dialogue, asks: 'alone' | 'either' | 'password' | 'confirm'): string {
  const minutes = PROMPT_LIMIT_MS / 60_000;
  return asks === 'alone'
    ? t('bot:unbind.typePassword', { minutes })
    : t(`site:confirm.${asks}`, { minutes });
}

async function showPicture(
  dialogue: Dialogue,
  record: CaseRecord,
  challenge: CaseChallenge,
  state: Standing,
): Promise<Next> {
  const minutes = Math.max(1, Math.round((challenge.expiresAt - (await dialogue.now())) / 60_000));
  const caption = [
    state.picture === 'wrong' ? dialogue.t('bot:unbind.wrong') : '',
    dialogue.t('bot:unbind.picture'),
    dialogue.t('bot:unbind.pictureTerms', { count: challenge.triesLeft, minutes }),
  ];
  const group = await groupAtWork(dialogue, record);
  const answer = await dialogue.ask(caption.filter(Boolean).join('\n'), {
    ...exitsIn(dialogue, group),
    photo: challenge.blob,
    withoutPhoto: dialogue.t('bot:unbind.noPicture'),
    wants: ['picture-code', 'words'],
    nonce: challenge.nonce,
    buttons: [
      [{ id: 'refresh', text: dialogue.t('bot:unbind.button.refresh') }],
      ...skipButton(dialogue, group),
    ],
    events: EVENTS,
    jobId: challenge.jobId,
    help: 'bot:unbind.helpPicture',
  });
  if (answer.kind === 'button' && answer.id === 'refresh') return { go: 'lan-unbind' };
  return react(dialogue, record, state, answer);
}

async function react(dialogue: Dialogue, record: CaseRecord, state: Standing, answer: Answer): Promise<Next> {
  if (answer.kind !== 'event' || answer.event.type !== 'job-overdue')
    return heard(dialogue, record, state, answer);
  const { late } = answer.event;
  // Begun anew: what the laptop said before it fell silent, and nobody waited for, must not answer the choice.
  return { go: 'lan-unbind', with: { ...state, overdue: late ? { late } : {} } };
}

async function heard(dialogue: Dialogue, record: CaseRecord, state: Standing, answer: Answer): Promise<Next> {
  if (answer.kind === 'button') {
    if (answer.id === 'cancel') return cancelled(dialogue, record.id);
    const group = await groupAtWork(dialogue, record);
    if (group) return skipMember(dialogue, record, group);
    await dialogue.house((house) => house.agents.cancel(record.id));
    return { go: 'assess' };
  }
  if (answer.kind === 'words') {
    await takeWords(dialogue, record.id, answer);
    return { go: 'lan-unbind', with: state };
  }
  if (answer.kind !== 'event') return { go: 'lan-unbind' };
  const { event } = answer;
  switch (event.type) {
    case 'agent-online':
      await sayBack(dialogue, answer);
      return { go: 'lan-unbind', with: state };
    case 'outcome':
      return { go: 'close' };
    case 'job-failed':
      return failed(dialogue, record, event);
    default:
      return { go: 'lan-unbind', with: {} };
  }
}

/** What a wait that got long leads to: the technician decides, and the laptop's word is still heard. */
async function choose(
  dialogue: Dialogue,
  record: CaseRecord,
  { overdue, ...state }: Standing,
): Promise<Next> {
  const late = overdue?.late;
  const waiting = late?.waiting ?? 'unbind';
  const isOver = waiting === 'picture' || waiting === 'password';
  // Once a password was typed, nobody knows what another try would be the second of.
  const isAtWork = waiting === 'work' || waiting === 'password';
  const group = await groupAtWork(dialogue, record);
  // Nor may the next device of a group be begun before it is known.
  const others = isAtWork && group ? [] : otherButtons(dialogue, group);
  const text = lateText(dialogue, late);
  const ask: Ask = {
    ...exitsIn(dialogue, group),
    buttons: [
      ...(isOver ? [] : [[{ id: 'on', text: dialogue.t('bot:wait.button.on') }]]),
      ...(isAtWork ? [] : [[againButton(dialogue)]]),
      ...others,
    ],
    events: UNDER_CHOICE,
    ...(record.job ? { jobId: record.job.id } : {}),
  };
  const answer = isAtWork
    ? await dialogue.ask(text, { ...ask, besideSecret: true })
    : await askTakingWords(dialogue, record.id, text, ask);
  if (answer.kind !== 'button') return heard(dialogue, record, state, answer);
  if (answer.id !== 'on') return leaveStuck(dialogue, record, answer.id);
  if (!isOver) await dialogue.house((house) => house.agents.waitOn(record.id, waiting));
  return { go: 'lan-unbind', with: state };
}

/** Reasons of job-failed we have a sentence for; any other is told as a plain failure. */
const FAILURES = [
  'challenge-failed',
  'challenge-expired',
  'expired',
  'cancelled',
  'busy',
  'interrupted',
  'unproven',
] as const;

/** The word a sentence exists for. */
export function knownFailure(reason: string): (typeof FAILURES)[number] | 'plain' {
  return FAILURES.find((word) => word === reason) ?? 'plain';
}

/** The laptop could not do it: told once, as every end of an unbind. */
async function failed(
  dialogue: Dialogue,
  record: CaseRecord,
  { jobId, reason }: Extract<HouseEvent, { type: 'job-failed' }>,
): Promise<Next> {
  const group = await groupOf(dialogue, record);
  const isCutOff = group?.state === 'running' && reason === 'interrupted';
  if (group?.state === 'stopped' || isCutOff) {
    await dialogue.house((house) =>
      house.cases.apply(record.id, { type: 'end-told', jobId, outcome: 'job-failed', reason }),
    );
    if (!isCutOff) return TO_GROUP;
    // The agent was started anew, and nothing was sent: a group goes on by itself.
    await dialogue.say(dialogue.t('site:goesOn'));
    return { go: 'lan-unbind' };
  }
  const sent: Ask['sent'] = (house) =>
    // Refused where it was told already: then nothing is left to note.
    house.cases.apply(record.id, { type: 'end-told', jobId, outcome: 'job-failed', reason });
  return stuck(dialogue, record, dialogue.t(`bot:job.failed.${knownFailure(reason)}`), sent);
}

/** Nothing dangerous happened, and nothing goes on by itself: the technician decides. */
async function stuck(
  dialogue: Dialogue,
  record: CaseRecord,
  text: string,
  sent?: Ask['sent'],
): Promise<Next> {
  const group = await groupAtWork(dialogue, record);
  const answer = await dialogue.repeat<string | null, Answer>(null, async (instead) => {
    const came = await dialogue.ask(instead ?? text, {
      ...exitsIn(dialogue, group),
      ...(sent && instead === null ? { sent, news: true } : {}),
      buttons: [[againButton(dialogue)], ...otherButtons(dialogue, group)],
      // The laptop may come back after all: its late word is heard here.
      events: ['outcome', 'challenge', 'agent-online'],
      wants: ['words'],
    });
    if (came.kind === 'words') {
      await takeWords(dialogue, record.id, came);
      return { again: instead ?? text };
    }
    return came.kind === 'event' && came.event.type === 'agent-online' && !group
      ? { again: dialogue.t('bot:laptop.back', { agent: came.event.name }) }
      : { done: came };
  });
  if (answer.kind === 'event' && answer.event.type === 'agent-online') {
    await sayBack(dialogue, answer);
    return { go: 'lan-unbind' };
  }
  if (answer.kind === 'event') return { go: answer.event.type === 'outcome' ? 'close' : 'lan-unbind' };
  if (answer.kind !== 'button') return { go: 'lan-unbind' };
  return leaveStuck(dialogue, record, answer.id);
}

/** What may be done instead of the same once more: another way, or in a group the next device. */
function otherButtons(dialogue: Dialogue, group: GroupRecord | null): Button[][] {
  return group ? skipButton(dialogue, group) : [[{ id: 'other', text: dialogue.t('bot:button.otherWays') }]];
}

/** Has the laptop begin once more: by a press alone. */
function againButton(dialogue: Dialogue): Button {
  return { id: 'again', text: dialogue.t('bot:button.again'), pressOnly: true, style: 'danger' };
}

async function leaveStuck(dialogue: Dialogue, record: CaseRecord, pressed: string): Promise<Next> {
  switch (pressed) {
    case 'again':
      // A job that went silent loses its permit before another one gets one.
      await dialogue.house((house) => house.agents.cancel(record.id));
      return { go: 'lan-unbind' };
    case 'cancel':
      return cancelled(dialogue, record.id);
    case 'skip': {
      const group = await groupAtWork(dialogue, record);
      return group ? skipMember(dialogue, record, group) : { go: 'assess' };
    }
    default:
      await dialogue.house((house) => house.agents.cancel(record.id));
      return { go: 'assess', with: { other: true } };
  }
}

function valuesOf(record: CaseRecord) {
  return {
    serial: record.device?.shortSerial ?? '',
    model: record.sighting?.model ?? record.device?.model ?? '',
  };
}
