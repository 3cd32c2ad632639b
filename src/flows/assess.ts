import { type CaseHindrance, type CaseOther, type CaseRecord, verdictOf } from '../cases/case.ts';
import { formatFirmware, parseFirmware } from '../device/firmware.ts';
import { hasText } from '../kernel/all-texts.ts';
import { canStillBeAsked, decidingRule, QUESTION_ORDER } from '../policy/explain.ts';
import { type Contradiction, knownValue } from '../policy/facts.ts';
import { isAnswer, nextQuestion, type Question, questionAbout, repliesMeaning } from '../policy/questions.ts';
import { type RuleId, type Way, wayId } from '../policy/rules.ts';
import { triedToday } from '../policy/tried.ts';
import type { Button } from './engine/buttons.ts';
import { type Answer, type Dialogue, orThrow, type Standing, taken } from './engine/dialogue.ts';
import type { Heard } from './engine/heard.ts';
import { allButton, exitsIn, groupAtWork, leaveGroup, skipButton, skipMember } from './group.ts';
import { guideNamed, WAYS_THAT_UNBIND } from './guides.ts';
import { hindranceText, oddWayText } from './hindrances.ts';
import { cancelled } from './identify.ts';
import { knownFailure } from './lan-unbind.ts';
import { type HeardLaptop, hearLaptop, laptopBeside, sayBack } from './laptop.ts';
import { ownAddress } from './network.ts';
import { goOrdered, goWay, orderButtons, orderIn, orderOf } from './order.ts';
import { ended } from './others.ts';
import type { AgentView, House, JobStart } from './ports.ts';
import { reportButton } from './report.ts';
import { goAlong } from './site-member.ts';
import { type Next, type Stages, stage } from './stages.ts';
import {
  catalogueText,
  contradictionText,
  factLines,
  restsOnCatalogue,
  triedLines,
  valueText,
  verdictText,
  wayButton,
  waysOf,
} from './telling.ts';
import { askTakingWords, takeWords } from './words.ts';

/** Stage assess: what the LAN knows is read, what is missing is asked, and the verdict is told with its reasons. */
export const assess = stage('assess', {
  version: 12,
  atOnce,
  async run(dialogue, args) {
    const { other, withoutLaptop, change, parcel, again: onceMore } = args.with;
    let record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (!record || record.closedAt !== null) return { end: true };
    const described = record.answers.length > 0 || record.facts.model.state === 'known';
    if (!record.device && !described) return { go: 'identify' };
    if (record.stage !== 'assess') {
      record = await dialogue.change(record.id, { type: 'stage', stage: 'assess' });
    }
    if (record.job?.kind === 'discover') return lookAround(dialogue, record, record.job.agentId);
    const group = await groupAtWork(dialogue, record);
    if (group && record.lookedBy === null) return lookAround(dialogue, record, group.agentId);
    if (record.device && record.lookedBy === null && !withoutLaptop) {
      const came = await withLaptop(dialogue, record);
      if (!('revision' in came)) return came;
      record = came;
    }
    if (record.sighting !== null && record.status === null) return readStatus(dialogue, record);

    if (group) return goAlong(dialogue, record, group);
    await tellContradictions(dialogue, record);
    if (change === true) return chooseChange(dialogue, record);
    if (change !== undefined) return askFact(dialogue, record, aboutFact(record, change), CHANGE);
    if (onceMore) return chooseAgain(dialogue, record);
    const { facts } = record;
    if (parcel && canStillBeAsked(facts, 'previousOwner'))
      return askFact(dialogue, record, aboutFact(record, 'previousOwner'), undefined, PARCEL);
    if (parcel)
      return byOwner(record) ? { go: 'guide', with: { way: 'previous-owner' } } : { go: 'service-centre' };
    const wanted = other && isOpen(record) && canStillBeAsked(facts, 'onSite');
    const question = nextQuestion(facts, record.tried) ?? (wanted ? aboutFact(record, 'onSite') : null);
    return question ? askFact(dialogue, record, question) : showVerdict(dialogue, record);
  },
});

/** One of its answers, pressed: it is learnt whatever the stage has said before, and what is still to be asked comes next. */
async function atOnce(
  answer: Heard,
  { caseId, handed, wait: { about, buttons } }: Standing<Stages['assess']>,
  { cases }: House,
): Promise<Stages['assess'] | null> {
  const fact = QUESTION_ORDER.find((name) => name === about);
  if (answer.kind !== 'button' || fact === undefined) return null;
  const { id: given } = answer;
  if (!isAnswer(fact, given) || !buttons.some(({ id }) => id === given)) return null;
  const action = { type: 'answered', fact, given } as const;
  taken(action, orThrow(await cases.apply(caseId, action)));
  return (handed.parcel ? PARCEL : again()).with;
}

/** Whether what else is at hand could still lead to another way. */
function isOpen(record: CaseRecord): boolean {
  return decidingRule(verdictOf(record).trail)?.final !== true;
}

function aboutFact({ facts, tried }: CaseRecord, fact: Question['fact']): Question {
  return questionAbout(facts, fact, tried);
}

/** Chooses the laptop that looks for the device. Where there is none, the case as it goes on without. */
async function withLaptop(dialogue: Dialogue, record: CaseRecord): Promise<Next | CaseRecord> {
  const agents = await dialogue.house((house) => house.agents.list(record.chatId));
  const online = agents.filter((agent) => agent.online);
  const [only, ...others] = online;
  if (!only) return dialogue.change(record.id, { type: 'no-laptop' });
  if (others.length === 0) return lookAround(dialogue, record, only.id, only);
  const answer = await dialogue.ask(dialogue.t('bot:assess.whichLaptop'), {
    buttons: [
      ...online.slice(0, 8).map((agent) => [{ id: agent.id, text: agent.name }]),
      [{ id: 'without', text: dialogue.t('bot:assess.button.withoutLaptop') }],
    ],
    wants: ['words'],
  });
  if (answer.kind === 'words') await takeWords(dialogue, record.id, answer);
  if (answer.kind !== 'button') return { go: 'assess' };
  const chosen = online.find((agent) => agent.id === answer.id);
  if (chosen) return lookAround(dialogue, record, chosen.id, chosen);
  return (await leave(dialogue, record, answer)) ?? again();
}

/** Has the laptop look for the device and tells what it saw. */
async function lookAround(
  dialogue: Dialogue,
  record: CaseRecord,
  agentId: string,
  known?: AgentView,
): Promise<Next> {
  const agent =
    known ??
    (await dialogue.house((house) => house.agents.list(record.chatId))).find(({ id }) => id === agentId);
  const name = agent?.name ?? '';
  const group = await groupAtWork(dialogue, record);
  const job = await dialogue.house((house) => house.agents.discover(record.id, agentId));
  if (!job.started) return jobRefused(dialogue, record, job);
  const answer = await hearLaptop(
    dialogue,
    dialogue.t('bot:assess.looking', { serial: record.device?.shortSerial ?? '', agent: name }),
    { jobId: job.jobId, caseId: record.id, wanted: 'discovered', group },
  );
  if (answer.kind === 'event' && answer.event.type === 'discovered') {
    const { device, total, hindrances } = answer.event;
    const why = device === null ? 'not-seen' : device.reachability === 'other-subnet' ? 'other-subnet' : null;
    // A laptop that hears none at all would not hear the others either.
    const isDeaf = device === null && total === 0;
    if (group && why && !isDeaf) return leaveGroup(dialogue, record, group, { end: 'own-way', word: why });
    if (!device) {
      const text = [
        dialogue.t('bot:assess.notSeen', { agent: name, count: total }),
        standsInTheWay(dialogue, record, hindrances) ?? dialogue.t('bot:assess.notSeenHint'),
      ].join('\n\n');
      return lookAgain(dialogue, record, text, group ? undefined : 'get-onto-lan');
    }
    const { address, announcedAddress } = device;
    const version = parseFirmware(device.firmware ?? '');
    const firmware = version === null ? device.firmware : formatFirmware(version);
    const seen = dialogue.t('bot:assess.seen', {
      model: device.model ?? record.device?.model ?? dialogue.t('bot:identify.modelUnknown'),
      address,
      firmware: firmware ?? dialogue.t('bot:rma.firmwareUnknown'),
    });
    const announced =
      announcedAddress === undefined
        ? ''
        : dialogue.t('bot:assess.announcedElsewhere', { address, announced: announcedAddress });
    const elsewhere =
      device.reachability === 'other-subnet'
        ? dialogue.t('bot:assess.otherSubnet', { address: ownAddress(device) })
        : '';
    const oddly = oddWayText(dialogue.t, hindrances);
    // That a member was found as it should be is no news.
    const said = group ? [announced, oddly] : [seen, announced, elsewhere, oddly];
    await dialogue.say(said.filter(Boolean).join('\n'));
    return { go: 'assess' };
  }
  return jobStopped(dialogue, record, answer);
}

/** Asks the device itself whether it can be unbound: read-only, without a password. */
async function readStatus(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  const job = await dialogue.house((house) => house.agents.status(record.id));
  if (!job.started) return jobRefused(dialogue, record, job);
  const answer = await hearLaptop(dialogue, dialogue.t('bot:assess.readingStatus'), {
    jobId: job.jobId,
    caseId: record.id,
    wanted: 'status',
    group: await groupAtWork(dialogue, record),
  });
  if (answer.kind === 'event' && answer.event.type === 'status') {
    const { status, hindrances } = answer.event;
    const why = status === 'not-found' ? standsInTheWay(dialogue, record, hindrances) : null;
    if (why !== null) await dialogue.say([dialogue.t('bot:hindrance.notHeard'), why].join('\n\n'));
    return { go: 'assess' };
  }
  return jobStopped(dialogue, record, answer);
}

function standsInTheWay(
  dialogue: Dialogue,
  record: CaseRecord,
  hindrances: readonly CaseHindrance[] | undefined,
): string | null {
  return hindranceText(dialogue.t, hindrances, record.device?.shortSerial ?? '');
}

async function jobStopped(dialogue: Dialogue, record: CaseRecord, heard: HeardLaptop): Promise<Next> {
  if (heard.kind === 'on') return { go: 'assess' };
  if (heard.kind === 'event') {
    const reason = heard.event.type === 'job-failed' ? heard.event.reason : '';
    return lookAgain(dialogue, record, dialogue.t(`bot:job.failed.${knownFailure(reason)}`));
  }
  await dialogue.house((house) => house.agents.cancel(record.id));
  switch (heard.kind) {
    case 'without':
      return goOnWithoutLaptop(dialogue, record);
    case 'skip': {
      const group = await groupAtWork(dialogue, record);
      return group ? skipMember(dialogue, record, group) : { go: 'assess' };
    }
    case 'again':
      await dialogue.change(record.id, { type: 'recheck' });
      return { go: 'assess' };
    default:
      return (await leaveBy(dialogue, record, heard.kind)) ?? { go: 'assess' };
  }
}

function jobRefused(
  dialogue: Dialogue,
  record: CaseRecord,
  job: Extract<JobStart, { started: false }>,
): Promise<Next> {
  return lookAgain(dialogue, record, dialogue.t(`bot:job.refused.${job.reason}`));
}

/** Stops until there is something new; `guide` is the way to it, where there is one. */
async function lookAgain(
  dialogue: Dialogue,
  record: CaseRecord,
  text: string,
  guide?: 'get-onto-lan',
): Promise<Next> {
  const group = await groupAtWork(dialogue, record);
  const answer = await askTakingWords(dialogue, record.id, text, {
    ...exitsIn(dialogue, group),
    buttons: [
      [{ id: 'again', text: dialogue.t('bot:assess.button.lookAgain'), said: ['again'] }],
      ...(guide ? [[{ id: guide, text: dialogue.t(`bot:assess.button.${guide}`) }]] : []),
      ...(group
        ? skipButton(dialogue, group)
        : [[{ id: 'without', text: dialogue.t('bot:assess.button.withoutLaptop') }]]),
    ],
    events: ['agent-online'],
  });
  if (group && answer.kind === 'button' && answer.id === 'skip') return skipMember(dialogue, record, group);
  if (answer.kind === 'event' || (answer.kind === 'button' && answer.id === 'again')) {
    if (answer.kind === 'event') await sayBack(dialogue, answer);
    await dialogue.change(record.id, { type: 'recheck' });
    return { go: 'assess' };
  }
  if (answer.kind === 'button' && answer.id === 'without') return goOnWithoutLaptop(dialogue, record);
  if (guide && answer.kind === 'button' && answer.id === guide) return { go: 'guide', with: { way: guide } };
  return (await leave(dialogue, record, answer)) ?? { go: 'assess' };
}

async function goOnWithoutLaptop(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  await dialogue.change(record.id, { type: 'recheck' });
  await dialogue.change(record.id, { type: 'no-laptop' });
  return { go: 'assess', with: { withoutLaptop: true } };
}

/** Back to the list of answers that can be changed. */
const CHANGE: Next = { go: 'assess', with: { withoutLaptop: true, change: true } };

/** On to the parcel, or to the previous owner if he can still delete it. */
const PARCEL = { go: 'assess', with: { withoutLaptop: true, parcel: true } } as const satisfies Next;

function byOwner({ facts }: CaseRecord): boolean {
  return knownValue(facts, 'previousOwner') === true;
}

/**
 * Asks one fact. What cannot be read is asked again; Back leads to `before`, else forgets the answer before. What was
 * answered leads on to `after`, else to what is still to be asked.
 */
async function askFact(
  dialogue: Dialogue,
  record: CaseRecord,
  question: Question,
  before?: Next,
  after: Next = again(),
): Promise<Next> {
  const { fact, answers, freeText } = question;
  const label = (id: string) => {
    const key = `policy:question.${fact}.answer.${id}` as const;
    // That every answer has a word is in the types (test/types/texts.ts).
    return hasText(key) ? dialogue.t(key) : dialogue.t('bot:assess.button.dontKnow');
  };
  // A laptop that nobody has asked yet may know it.
  const laptop = before || record.lookedBy !== null ? null : await laptopBeside(dialogue, record);
  const text = [
    dialogue.t(`policy:question.${fact}.text`),
    `<i>${dialogue.t(`policy:question.${fact}.where`)}</i>`,
    fact === 'passwordProved' ? loginText(dialogue, record, before === undefined) : '',
    laptop?.line ?? '',
  ];
  const answer = await dialogue.ask(text.filter(Boolean).join('\n\n'), {
    buttons: [
      ...answers.map((id) => [{ id, text: label(id), said: repliesMeaning(fact, id) }]),
      ...(laptop?.buttons ?? []),
    ],
    events: laptop?.events ?? [],
    wants: ['words'],
    about: fact,
    things: freeText ? { words: 'firmware' } : {},
  });
  if (answer.kind === 'words') return takeAnswer(dialogue, record, answer, after);
  if (answer.kind === 'event') {
    await sayBack(dialogue, answer);
    return after;
  }
  if (answer.kind === 'button' && answer.id === 'laptop') return { go: 'assess' };
  if (before && pressedIn(answer) === 'back') return before;
  return (await leave(dialogue, record, answer)) ?? again();
}

/** Fewest tries that must be left for one login to be offered: the laptop's own rule, one more than it stops at. */
const TRIES_FOR_A_LOGIN = 3;

/**
 * What the look without a password has told, and whether one login with it may be made: offered once (`first`), and only
 * where the device has said that enough tries are left.
 */
function loginText(dialogue: Dialogue, record: CaseRecord, first: boolean): string {
  const { attemptsLeft: number, facts, device } = record;
  const seen = record.status === null ? [] : factLines(dialogue.t, facts, ['bindStatus', 'cloud']);
  const look = seen.length === 0 ? '' : [dialogue.t('bot:assess.checked'), ...seen].join('\n');
  const login =
    number === null
      ? dialogue.t('bot:assess.noLoginUnknown')
      : first && number >= TRIES_FOR_A_LOGIN
        ? dialogue.t('bot:assess.oneLogin', { serial: device?.shortSerial ?? '', number })
        : dialogue.t('bot:assess.noLogin', { number });
  return [look, login].filter(Boolean).join('\n\n');
}

function pressedIn(answer: Answer): string | null {
  return answer.kind === 'button' ? answer.id : null;
}

/** Takes an answer in the technician's own words and goes on with what it leaves to ask. */
async function takeAnswer(
  dialogue: Dialogue,
  record: CaseRecord,
  answer: Extract<Answer, { kind: 'words' }>,
  after: Next = again(),
): Promise<Next> {
  await takeWords(dialogue, record.id, answer);
  return after;
}

/** Once questions are asked, the laptop was there or was given up: it is not looked for at every step. */
function again() {
  return { go: 'assess', with: { withoutLaptop: true } } as const satisfies Next;
}

async function showVerdict(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  const verdict = verdictOf(record);
  if (verdict.method === 'nothing-to-do') {
    await dialogue.house((house) =>
      house.cases.apply(record.id, { type: 'closed', outcome: 'nothing-to-do' }),
    );
    const serial = record.device?.shortSerial ?? '';
    return ended(dialogue, record.id, dialogue.t('bot:assess.nothingToDo', { serial }), [
      reportButton(dialogue.t, record.id),
    ]);
  }
  const ways = waysOf(verdict);
  const { shortSerial } = record.device ?? {};
  const text = verdictText(dialogue.t, verdict, {
    laptopSees: record.sighting !== null,
    named: shortSerial !== undefined,
    tried: triedToday(record.facts, record.tried),
  });
  const unbinds = ways.some((way) => WAYS_THAT_UNBIND.includes(wayId(way)));
  const by = unbinds ? await orderOf(dialogue, record) : null;
  const asBefore =
    by === null ? [] : [dialogue.t('bot:order.asBefore', { order: dialogue.t(`bot:order.button.${by}`) })];
  // Where the laptop would begin, who it is for is asked in the same breath: one press less.
  const begins = by === null && ways[0] !== undefined && wayId(ways[0]) === 'sadp';
  if (begins) asBefore.push(dialogue.t('bot:order.ask'), dialogue.t('bot:order.begins'));
  const laptop = await laptopBeside(dialogue, record);
  const isOurs = ways[0] !== undefined && wayId(ways[0]) === 'sadp';
  const others = isOurs && record.group === null ? await untouched(dialogue, record) : [];
  const listed = ABOUT_UPDATES.some((rule) => rule === verdict.rule) && (await listedText(dialogue, record));
  const answer = await dialogue.ask([text, listed, laptop.line, ...asBefore].filter(Boolean).join('\n\n'), {
    buttons: [
      ...verdict.blockers.map((id): Button[] => [{ id, text: dialogue.t(`bot:assess.button.${id}`) }]),
      ...(begins ? orderButtons(dialogue, { style: 'primary' }) : []),
      ...ways.slice(begins ? 1 : 0).map((way): Button[] => [
        {
          id: wayId(way),
          text: dialogue.t(wayButton(way)),
          // Where the order of the visit is known, the laptop begins at once.
          ...(wayId(way) === 'sadp' ? { pressOnly: true, style: 'danger' } : {}),
        },
      ]),
      ...(record.sighting?.reachability === 'other-subnet'
        ? [[{ id: 'other-subnet', text: dialogue.t('bot:assess.button.other-subnet') }]]
        : []),
      ...(await allButton(dialogue, others)),
      ...laptop.buttons,
      ...(verdict.again.length === 0 ? [] : [[{ id: 'again', text: dialogue.t('bot:assess.button.again') }]]),
      [{ id: 'change', text: dialogue.t('bot:assess.button.change') }],
      [{ id: 'check', text: dialogue.t('bot:assess.button.checkAgain'), said: ['again'] }],
    ],
    events: laptop.events,
    wants: ['words'],
  });
  if (answer.kind === 'event') {
    await sayBack(dialogue, answer);
    return again();
  }
  if (answer.kind === 'words') return takeAnswer(dialogue, record, answer);
  if (answer.kind !== 'button') return again();
  if (answer.id === 'change') return CHANGE;
  if (answer.id === 'all') return { go: 'site', with: { named: true } };
  if (answer.id === 'again') return { go: 'assess', with: { withoutLaptop: true, again: true } };
  if (answer.id === 'laptop') return { go: 'assess' };
  if (answer.id === 'check') {
    await dialogue.change(record.id, { type: 'recheck', forget: [...CHANGES_ON_SITE] });
    return { go: 'assess' };
  }
  const stated = begins ? orderIn(answer.id) : undefined;
  if (stated !== undefined) return goOrdered(dialogue, record, stated, 'sadp');
  const chosen = ways.find((way) => wayId(way) === answer.id);
  if (chosen) return goTo(dialogue, record, chosen);
  const named = guideNamed(answer.id);
  if (named) return { go: 'guide', with: { way: named.id } };
  return (await leave(dialogue, record, answer)) ?? { go: 'assess' };
}

/** The device of a case with those that were named beside it and have had no case since; none where it is alone. */
async function untouched(dialogue: Dialogue, record: CaseRecord): Promise<CaseOther[]> {
  const { device, others } = record;
  if (device === null || others.length === 0) return [];
  const left = await dialogue.house((house) => house.cases.untouched(record.id));
  return left.length === 0 ? [] : [{ ...device, doubt: null }, ...left];
}

/** Rules that decide by whether there is 4.x. */
const ABOUT_UPDATES: readonly RuleId[] = ['recorder-3x-no-update', 'recorder-3x-update'];

/** What the catalogue has of the model, where whether there is 4.x was learnt from it; empty otherwise. */
async function listedText(dialogue: Dialogue, { facts }: CaseRecord): Promise<string> {
  const model = knownValue(facts, 'model');
  if (model === null || !restsOnCatalogue(facts)) return '';
  const row = await dialogue.house((house) => house.firmware.of(model));
  return row ? catalogueText(dialogue.t, row, dialogue.language) : '';
}

/**
 * Password and cloud are what a technician puts right between two looks. What is known of a refused password is not
 * forgotten: looking again is no other password.
 */
export const CHANGES_ON_SITE = ['adminPassword', 'cloud', 'onSite'] as const;

/** A way that has failed, once more: worth it only where something has changed that no fact tells. */
async function chooseAgain(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  const { again: ways } = verdictOf(record);
  const lines = triedLines(dialogue.t, triedToday(record.facts, record.tried)).map((line) => `• ${line}`);
  const answer = await dialogue.ask([dialogue.t('bot:assess.againWhich'), ...lines].join('\n'), {
    buttons: ways.map((way): Button[] => [{ id: wayId(way), text: dialogue.t(wayButton(way)) }]),
  });
  if (answer.kind !== 'button' || answer.id === 'back') return again();
  if (answer.id === 'cancel') return cancelled(dialogue, record.id);
  const chosen = ways.find((way) => wayId(way) === answer.id);
  return chosen ? goTo(dialogue, record, chosen) : again();
}

async function goTo(dialogue: Dialogue, record: CaseRecord, way: Way): Promise<Next> {
  const name = wayId(way);
  if (name === 'service-centre') return { go: 'service-centre' };
  return name === 'nothing-to-do' ? { go: 'assess' } : goWay(dialogue, record, name);
}

/** Sources that disagree are told once, with the one we believe. */
async function tellContradictions(dialogue: Dialogue, record: CaseRecord): Promise<void> {
  const untold = record.contradictions.filter(({ told }) => !told);
  if (untold.length === 0) return;
  const texts = untold.map((found) => contradictionText(dialogue.t, found));
  if (untold.some(isOfCatalogue)) texts.push(await listedText(dialogue, record));
  await dialogue.send(texts.filter(Boolean).join('\n\n'));
  await dialogue.change(record.id, { type: 'contradictions-told' });
}

function isOfCatalogue({ kept, refused }: Contradiction): boolean {
  return kept.source === 'catalogue' || refused.source === 'catalogue';
}

/** Everything a technician was or can be asked, with what stands now: any of it can be changed. */
async function chooseChange(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  const { facts } = record;
  const changeable = QUESTION_ORDER.filter((name) => {
    const fact = facts[name];
    return fact.state === 'known' ? fact.source === 'technician' : fact.asked;
  });
  const { t } = dialogue;
  const lines = changeable.map((name) => {
    const fact = facts[name];
    const value = fact.state === 'known' ? valueText(t, name, fact.value) : t('bot:assess.button.dontKnow');
    return `• ${t('bot:assess.answered', { fact: t(`policy:fact.${name}`), value })}`;
  });
  const by = await orderOf(dialogue, record);
  if (by !== null) lines.push(`• ${t('bot:order.line', { order: t(`bot:order.button.${by}`) })}`);
  const question = t(lines.length === 0 ? 'bot:assess.nothingToChange' : 'bot:assess.change');
  const answer = await dialogue.ask([question, ...lines].join('\n'), {
    buttons: [
      ...changeable.map((name): Button[] => [{ id: name, text: t(`policy:fact.${name}`) }]),
      ...(by === null ? [] : [[{ id: 'order', text: t('bot:order.button.change') }]]),
    ],
    wants: ['words'],
  });
  if (answer.kind === 'words') return takeAnswer(dialogue, record, answer);
  if (answer.kind !== 'button' || answer.id === 'back') return again();
  if (answer.id === 'cancel') return cancelled(dialogue, record.id);
  if (answer.id === 'order') return { go: 'order' };
  return {
    go: 'assess',
    with: { withoutLaptop: true, change: changeable.find((name) => name === answer.id) ?? true },
  };
}

/** Back and Cancel of this stage; null for anything else. */
async function leave(dialogue: Dialogue, record: CaseRecord, answer: Answer): Promise<Next | null> {
  return answer.kind === 'button' ? leaveBy(dialogue, record, answer.id) : null;
}

async function leaveBy(dialogue: Dialogue, record: CaseRecord, id: string): Promise<Next | null> {
  if (id === 'cancel') return cancelled(dialogue, record.id);
  if (id !== 'back') return null;
  if (record.answers.length === 0) return { go: 'identify' };
  await dialogue.change(record.id, { type: 'back' });
  return again();
}
