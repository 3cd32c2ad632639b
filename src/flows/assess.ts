import type { CaseRecord } from '../cases/case.ts';
import { formatFirmware } from '../device/firmware.ts';
import { decide, type Verdict } from '../policy/decide.ts';
import { DONT_KNOW, nextQuestion, type Question, questionAbout } from '../policy/questions.ts';
import type { Way } from '../policy/rules.ts';
import type { Answer, Button, Dialogue, Flow, Next } from './engine/dialogue.ts';
import { GUIDED } from './guide.ts';
import { cancelled } from './identify.ts';
import { knownFailure } from './lan-unbind.ts';
import type { AgentView, JobStart } from './ports.ts';

/** What assess hands to itself. */
interface AssessWith {
  /** Ask what else is at hand before the verdict is shown: the way over the LAN was not it. */
  other?: boolean;
  /** The technician goes on without a laptop. */
  withoutLaptop?: boolean;
}

/** Stage assess: what the LAN knows is read, what is missing is asked, and the verdict is told with its reasons. */
export const assess: Flow = {
  name: 'assess',
  version: 1,
  async run(dialogue, args) {
    const { other, withoutLaptop } = (args.with ?? {}) as AssessWith;
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (!record || record.closedAt !== null) return { end: true };
    if (!record.device) return { go: 'identify' };
    if (record.stage !== 'assess') {
      await dialogue.house((house) => house.cases.apply(record.id, { type: 'stage', stage: 'assess' }));
    }
    if (record.job?.kind === 'discover') return lookAround(dialogue, record, record.job.agentId);
    if (record.lookedBy === null && !withoutLaptop) {
      const next = await withLaptop(dialogue, record);
      if (next) return next;
    }
    if (record.sighting !== null && record.status === null) return readStatus(dialogue, record);

    // The facts may have changed in the steps above.
    const now = (await dialogue.house((house) => house.cases.get(args.caseId))) ?? record;
    const wanted = other && now.facts.onSite.state === 'unknown' && !now.facts.onSite.asked;
    const question = wanted ? questionAbout(now.facts, 'onSite') : nextQuestion(now.facts);
    return question ? askFact(dialogue, now, question) : showVerdict(dialogue, now);
  },
};

/** Chooses the laptop that looks for the device. Null: there is none. */
async function withLaptop(dialogue: Dialogue, record: CaseRecord): Promise<Next | null> {
  const agents = await dialogue.house((house) => house.agents.list(record.chatId));
  const online = agents.filter((agent) => agent.online);
  const [only, ...others] = online;
  if (!only) {
    await dialogue.house((house) => house.cases.apply(record.id, { type: 'no-laptop' }));
    return null;
  }
  if (others.length === 0) return lookAround(dialogue, record, only.id, only);
  const answer = await dialogue.ask(dialogue.t('bot:assess.whichLaptop'), {
    buttons: [
      ...online.slice(0, 8).map((agent) => [{ id: agent.id, text: agent.name.slice(0, 40) }]),
      [{ id: 'without', text: dialogue.t('bot:assess.button.withoutLaptop') }],
    ],
    help: 'bot:help.useButtons',
  });
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
  const job = await dialogue.house((house) => house.agents.discover(record.id, agentId));
  if (!job.started) return jobRefused(dialogue, record, job);
  const answer = await dialogue.ask(
    dialogue.t('bot:assess.looking', { serial: record.device?.shortSerial ?? '', agent: name }),
    {
      buttons: [[{ id: 'without', text: dialogue.t('bot:assess.button.withoutLaptop') }]],
      events: ['discovered', 'job-failed', 'job-overdue'],
      jobId: job.jobId,
      help: 'bot:help.useButtons',
    },
  );
  if (answer.kind === 'event' && answer.event.type === 'discovered') {
    const { device, total } = answer.event;
    if (!device) {
      const text = [
        dialogue.t('bot:assess.notSeen', { agent: name, count: total }),
        dialogue.t('bot:assess.notSeenHint'),
      ].join('\n\n');
      return lookAgain(dialogue, record, text);
    }
    const { address, firmware } = device;
    const seen = dialogue.t('bot:assess.seen', {
      model: device.model ?? record.device?.model ?? dialogue.t('bot:identify.modelUnknown'),
      address,
      firmware: firmware ?? dialogue.t('bot:rma.firmwareUnknown'),
    });
    const elsewhere =
      device.reachability === 'other-subnet' ? dialogue.t('bot:assess.otherSubnet', { address }) : '';
    await dialogue.say([seen, elsewhere].filter(Boolean).join('\n'));
    return { go: 'assess' };
  }
  return jobStopped(dialogue, record, answer);
}

/** Asks the device itself whether it can be unbound: read-only, without a password. */
async function readStatus(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  const job = await dialogue.house((house) => house.agents.status(record.id));
  if (!job.started) return jobRefused(dialogue, record, job);
  const answer = await dialogue.ask(dialogue.t('bot:assess.readingStatus'), {
    buttons: [[{ id: 'without', text: dialogue.t('bot:assess.button.withoutLaptop') }]],
    events: ['status', 'job-failed', 'job-overdue'],
    jobId: job.jobId,
    help: 'bot:help.useButtons',
  });
  if (answer.kind === 'event' && answer.event.type === 'status') return { go: 'assess' };
  return jobStopped(dialogue, record, answer);
}

async function jobStopped(dialogue: Dialogue, record: CaseRecord, answer: Answer): Promise<Next> {
  if (answer.kind === 'event') {
    const { event } = answer;
    const key =
      event.type === 'job-failed' ? `bot:job.failed.${knownFailure(event.reason)}` : 'bot:job.overdue';
    return lookAgain(dialogue, record, dialogue.t(key));
  }
  await dialogue.house((house) => house.agents.cancel(record.id));
  if (answer.kind === 'button' && answer.id === 'without') return goOnWithoutLaptop(dialogue, record);
  return (await leave(dialogue, record, answer)) ?? { go: 'assess' };
}

function jobRefused(
  dialogue: Dialogue,
  record: CaseRecord,
  job: Extract<JobStart, { started: false }>,
): Promise<Next> {
  return lookAgain(dialogue, record, dialogue.t(`bot:job.refused.${job.reason}`));
}

async function lookAgain(dialogue: Dialogue, record: CaseRecord, text: string): Promise<Next> {
  const answer = await dialogue.ask(text, {
    buttons: [
      [{ id: 'again', text: dialogue.t('bot:assess.button.lookAgain') }],
      [{ id: 'without', text: dialogue.t('bot:assess.button.withoutLaptop') }],
    ],
    events: ['agent-online'],
    help: 'bot:help.useButtons',
  });
  if (answer.kind === 'event' || (answer.kind === 'button' && answer.id === 'again')) {
    await dialogue.house((house) => house.cases.apply(record.id, { type: 'recheck' }));
    return { go: 'assess' };
  }
  if (answer.kind === 'button' && answer.id === 'without') return goOnWithoutLaptop(dialogue, record);
  return (await leave(dialogue, record, answer)) ?? { go: 'assess' };
}

async function goOnWithoutLaptop(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  await dialogue.house((house) => house.cases.apply(record.id, { type: 'recheck' }));
  await dialogue.house((house) => house.cases.apply(record.id, { type: 'no-laptop' }));
  return { go: 'assess', with: { withoutLaptop: true } };
}

/** Asks one fact. What cannot be read is asked again; Back forgets the answer before. */
async function askFact(dialogue: Dialogue, record: CaseRecord, question: Question): Promise<Next> {
  const { fact, answers, freeText } = question;
  const label = (id: string) =>
    id === DONT_KNOW
      ? dialogue.t('bot:assess.button.dontKnow')
      : dialogue.t(`policy:question.${fact}.answer.${id}`);
  const text = [
    dialogue.t(`policy:question.${fact}.text`),
    `<i>${dialogue.t(`policy:question.${fact}.where`)}</i>`,
  ];
  const answer = await dialogue.ask(text.join('\n\n'), {
    buttons: answers.map((id) => [{ id, text: label(id) }]),
    wants: freeText ? ['firmware'] : [],
    help: freeText ? 'bot:assess.helpFirmware' : 'bot:assess.help',
  });
  const given =
    answer.kind === 'firmware' ? formatFirmware(answer.version) : answer.kind === 'button' ? answer.id : '';
  if (answers.includes(given) || answer.kind === 'firmware') {
    await dialogue.house((house) => house.cases.apply(record.id, { type: 'answered', fact, given }));
    return again();
  }
  return (await leave(dialogue, record, answer)) ?? again();
}

/** Once questions are asked, the laptop was there or was given up: it is not looked for at every step. */
function again(): Next {
  return { go: 'assess', with: { withoutLaptop: true } };
}

async function showVerdict(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  const verdict = decide(record.facts);
  if (verdict.method === 'nothing-to-do') {
    await dialogue.house((house) =>
      house.cases.apply(record.id, { type: 'closed', outcome: 'nothing-to-do' }),
    );
    await dialogue.say(dialogue.t('bot:assess.nothingToDo', { serial: record.device?.shortSerial ?? '' }));
    return { end: true };
  }
  const ways = waysOf(verdict);
  const answer = await dialogue.ask(verdictText(dialogue, record, verdict), {
    buttons: [
      ...ways.map((way): Button[] => [{ id: idOf(way), text: dialogue.t(buttonOf(way)) }]),
      [{ id: 'check', text: dialogue.t('bot:assess.button.checkAgain') }],
    ],
    events: ['agent-online'],
    help: 'bot:help.useButtons',
  });
  if (answer.kind === 'event') {
    await dialogue.house((house) => house.cases.apply(record.id, { type: 'recheck' }));
    return { go: 'assess' };
  }
  if (answer.kind === 'button' && answer.id === 'check') {
    // Password and cloud are what a technician puts right between two looks.
    await dialogue.house((house) =>
      house.cases.apply(record.id, { type: 'recheck', forget: ['adminPassword', 'cloud', 'onSite'] }),
    );
    return { go: 'assess' };
  }
  const chosen = answer.kind === 'button' ? ways.find((way) => idOf(way) === answer.id) : undefined;
  if (chosen) return goTo(chosen);
  return (await leave(dialogue, record, answer)) ?? { go: 'assess' };
}

/** The ways a verdict offers, best first. */
function waysOf(verdict: Verdict): Way[] {
  const first = verdict.method === null ? [] : [{ method: verdict.method, by: verdict.by } as Way];
  const all = [...(verdict.tryFirst ? [verdict.tryFirst] : []), ...first, ...verdict.alternatives];
  return all.filter((way, index) => all.findIndex((other) => idOf(other) === idOf(way)) === index);
}

function idOf(way: Way): string {
  return way.method === 'sadp' && way.by === 'vendor-tool' ? 'vendor-tool' : way.method;
}

function buttonOf(way: Way): string {
  return idOf(way) === 'vendor-tool' ? 'bot:assess.button.vendorTool' : `bot:assess.button.${way.method}`;
}

function goTo(way: Way): Next {
  if (way.method === 'sadp' && way.by === 'agent') return { go: 'lan-unbind' };
  if (way.method === 'service-centre') return { go: 'service-centre' };
  const guided = GUIDED.find((known) => known === idOf(way));
  return guided ? { go: 'guide', with: { way: guided } } : { go: 'assess' };
}

function verdictText(dialogue: Dialogue, record: CaseRecord, verdict: Verdict): string {
  const reasons = verdict.reasons.map(({ rule, values }) => `• ${dialogue.t(`policy:rule.${rule}`, values)}`);
  const others = waysOf(verdict).slice(verdict.tryFirst || verdict.method !== null ? 1 : 0);
  const lines = [
    verdict.tryFirst ? dialogue.t('bot:assess.tryFirst') : '',
    verdict.method === null
      ? ''
      : dialogue.t('bot:assess.verdict', { method: methodName(dialogue, verdict) }),
    verdict.blockers.length === 0
      ? ''
      : [
          dialogue.t('bot:assess.blocked'),
          ...verdict.blockers.map((id) => dialogue.t(`policy:blocker.${id}`)),
        ].join('\n'),
    reasons.length === 0 ? '' : [dialogue.t('bot:assess.why'), ...reasons].join('\n'),
    others.length === 0
      ? ''
      : dialogue.t('bot:assess.also', { methods: others.map((way) => dialogue.t(buttonOf(way))).join(', ') }),
    verdict.unknowns.length === 0
      ? ''
      : [
          dialogue.t('bot:assess.unknowns'),
          ...verdict.unknowns.map((fact) => `• ${dialogue.t(`policy:question.${fact}.where`)}`),
        ].join('\n'),
    record.sighting === null && verdict.method !== 'service-centre' ? dialogue.t('bot:assess.noLaptop') : '',
  ];
  return lines.filter(Boolean).join('\n\n');
}

function methodName(dialogue: Dialogue, verdict: Verdict): string {
  const way = { method: verdict.method, by: verdict.by } as Way;
  return dialogue.t(`policy:method.${idOf(way)}`);
}

/** Back and Cancel of this stage; null for anything else. */
async function leave(dialogue: Dialogue, record: CaseRecord, answer: Answer): Promise<Next | null> {
  if (answer.kind !== 'button') return null;
  if (answer.id === 'cancel') return cancelled(dialogue, record.id);
  if (answer.id !== 'back') return null;
  if (record.answers.length === 0) return { go: 'identify' };
  await dialogue.house((house) => house.cases.apply(record.id, { type: 'back' }));
  return again();
}
