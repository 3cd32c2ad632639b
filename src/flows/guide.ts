import { type CaseRecord, caseNumber, verdictOf } from '../cases/case.ts';
import { lineOfFirmware } from '../device/firmware.ts';
import type { SaidInWords } from '../device/words.ts';
import { hasText } from '../kernel/all-texts.ts';
import type { PlainKey } from '../kernel/texts.ts';
import type { ArticleId } from '../policy/articles.ts';
import { isSameFirmware, knownValue } from '../policy/facts.ts';
import type { Found } from '../policy/help.ts';
import { type QuestionId, repliesMeaning } from '../policy/questions.ts';
import { wayId } from '../policy/rules.ts';
import type { TriedWord } from '../policy/tried.ts';
import { askDevice } from './check.ts';
import type { Button, PlainAnswer } from './engine/buttons.ts';
import type { Answer, Dialogue } from './engine/dialogue.ts';
import { AT_HAND, type GuideId, guideNamed, TRIED_IN } from './guides.ts';
import { cancelled } from './identify.ts';
import { askBesideLaptop } from './laptop.ts';
import { menuPaths } from './menus.ts';
import { networkFinding, ownAddress } from './network.ts';
import { orderLine } from './order.ts';
import { ended } from './others.ts';
import { reportButton } from './report.ts';
import { type Next, stage } from './stages.ts';
import { catalogueText, waysOf } from './telling.ts';
import { sayKept } from './trouble.ts';
import { takeWords } from './words.ts';

type Guide = NonNullable<ReturnType<typeof guideNamed>>;

/** What is said instead of pressing. */
const YES: PlainAnswer[] = ['yes', 'done'];
const NO: PlainAnswer[] = ['no', 'dont-know'];
const AGAIN: PlainAnswer[] = ['again'];

/**
 * Stage guide: a way done by hand, one step a message, each with its picture. The end rests on what the device says
 * where a laptop can ask it, else on the exact words the technician compares with his screen.
 */
export const guide = stage('guide', {
  version: 8,
  async run(dialogue, args) {
    const { way, differs, failed } = args.with;
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (!record || record.closedAt !== null) return { end: true };
    const walked = guideNamed(way ?? record.guide?.way);
    if (!walked) return { go: 'assess' };
    if (way !== undefined) {
      await dialogue.change(record.id, { type: 'stage', stage: 'guide' });
      // The device has said itself that its cloud service is enabled: that step is done.
      const done = walked.id === 'bring-online' && record.status === 'cloud-offline';
      return goTo(dialogue, record, walked, done ? 1 : 0);
    }
    if (failed) return askWhatItSaid(dialogue, record, walked);
    const at = record.guide?.at ?? 0;
    const step = walked.steps[at];
    if (step === undefined) return check(dialogue, record, walked);
    return differs
      ? showDifference(dialogue, record, walked, step)
      : showStep(dialogue, record, walked, step, at);
  },
});

async function goTo(dialogue: Dialogue, record: CaseRecord, walked: Guide, at: number): Promise<Next> {
  await dialogue.change(record.id, { type: 'guide', guide: { way: walked.id, at } });
  return { go: 'guide' };
}

async function showStep(
  dialogue: Dialogue,
  record: CaseRecord,
  walked: Guide,
  step: string,
  at: number,
): Promise<Next> {
  const found = walked.check === 'online' ? foundText(dialogue, record, step) : '';
  const file = walked.id === 'firmware-first' && step === 'file' ? await fileText(dialogue, record) : '';
  const text = [
    dialogue.t('bot:guide.head', {
      title: dialogue.t(`guide:title.${walked.id}`),
      at: at + 1,
      of: walked.steps.length,
    }),
    stepText(dialogue, walked, step, 'text', valuesOf(dialogue, record)),
    found,
    file,
    // Said once: it is the same for every drawing.
    step === walked.drawn[0] ? dialogue.t('bot:guide.drawn') : '',
  ];
  const next = walked.check === 'online' ? 'bot:guide.button.doneCheck' : 'bot:guide.button.next';
  const answer = await dialogue.ask(text.filter(Boolean).join('\n\n'), {
    buttons: [
      ...answerButtons(dialogue, walked, step),
      ...(walked.check === 'answer' ? [] : [[{ id: 'next', text: dialogue.t(next), said: YES }]]),
      [{ id: 'differs', text: dialogue.t('bot:guide.button.differs'), said: NO }],
    ],
    ...(walked.drawn.includes(step) ? { photo: `card:${walked.id}:${step}:${dialogue.language}` } : {}),
    wants: ['words'],
  });
  if (answer.kind === 'words') return takeNews(dialogue, record, walked, answer);
  const turnedOut = answeredIn(walked, step, answer);
  if (turnedOut !== null) return takeAnswer(dialogue, record, turnedOut);
  switch (pressed(answer)) {
    case 'next':
      if (walked.check === 'answer') return { go: 'guide' };
      return walked.check === 'online'
        ? testOnline(dialogue, record, walked, at)
        : goTo(dialogue, record, walked, at + 1);
    case 'differs':
      return { go: 'guide', with: { differs: true } };
    case 'back':
      return at === 0 ? leaveGuide(dialogue, record) : goTo(dialogue, record, walked, at - 1);
    case 'cancel':
      return cancelled(dialogue, record.id);
    default:
      return { go: 'guide' };
  }
}

/** What the catalogue has of the file to look for, and the page it is on: never the file itself. */
async function fileText(dialogue: Dialogue, { facts }: CaseRecord): Promise<string> {
  const model = knownValue(facts, 'model');
  const row = model === null ? null : await dialogue.house((house) => house.firmware.of(model));
  const listed = row?.updateTo4x === 'exists' ? [catalogueText(dialogue.t, row, dialogue.language)] : [];
  return [...listed, dialogue.t('bot:catalogue.page', { page: row?.page ?? VENDOR_SITE })].join('\n');
}

/** Where every model has its page. */
const VENDOR_SITE = 'https://www.hikvision.com/';

/** What may turn out at this step, as buttons. */
function answerButtons(dialogue: Dialogue, { answers, check }: Guide, step: string): Button[][] {
  if (!answers?.at.includes(step)) return [];
  return answers.given.flatMap((id) => {
    const key = `policy:question.${answers.fact}.answer.${id}` as const;
    // Where the step can be done as well, a plain yes says that it was.
    const said = check === 'answer' ? repliesMeaning(answers.fact, id) : [];
    return hasText(key) ? [[{ id, text: dialogue.t(key), said }]] : [];
  });
}

/** The answer to a question that such a button is; null: it is none. */
function answeredIn(
  { answers }: Guide,
  step: string,
  answer: Answer,
): { fact: QuestionId; given: string } | null {
  if (!answers?.at.includes(step) || answer.kind !== 'button') return null;
  return answers.given.includes(answer.id) ? { fact: answers.fact, given: answer.id } : null;
}

/** What turned out decides anew: the guide is left for the verdict that follows. */
async function takeAnswer(
  dialogue: Dialogue,
  record: CaseRecord,
  { fact, given }: { fact: QuestionId; given: string },
): Promise<Next> {
  await dialogue.change(record.id, { type: 'answered', fact, given });
  return leaveGuide(dialogue, record);
}

/** What the sentences of a step may name. */
function valuesOf(dialogue: Dialogue, { device, sighting, facts }: CaseRecord) {
  return {
    ...menuPaths(dialogue.t, facts),
    serial: device?.shortSerial ?? dialogue.t('bot:guide.yourDevice'),
    address: sighting ? ownAddress(sighting) : '?',
  };
}

/** A step in words, or what else it may look like. That every step has both is in the types (test/types/texts.ts). */
function stepText(
  dialogue: Dialogue,
  { id }: Guide,
  step: string,
  part: 'text' | 'differs',
  values: ReturnType<typeof valuesOf>,
): string {
  const key = `guide:step.${id}.${step}.${part}` as const;
  return hasText(key) ? dialogue.t(key, values) : '';
}

/** What the device itself says of its network at this step; empty when it says nothing about it. */
function foundText(dialogue: Dialogue, { sighting }: CaseRecord, step: string): string {
  const finding = networkFinding(step, sighting);
  if (finding === null || sighting === null) return '';
  const { subnetMask, gateway } = sighting;
  const address = ownAddress(sighting);
  return dialogue.t(`guide:found.${finding}`, { address, mask: subnetMask ?? '?', gateway: gateway ?? '?' });
}

/** News about the device in the middle of a guide: the guide goes on where it is still a way, else the verdict follows. */
async function takeNews(
  dialogue: Dialogue,
  record: CaseRecord,
  walked: Guide,
  answer: Extract<Answer, { kind: 'words' }>,
): Promise<Next> {
  if (walked.id === 'firmware-first' && tellsOfUpdate(record, answer.said))
    await updated(dialogue, record, walked);
  await takeWords(dialogue, record.id, answer);
  const now = (await dialogue.house((house) => house.cases.get(record.id))) ?? record;
  const verdict = verdictOf(now);
  const open: readonly string[] = [...waysOf(verdict).map(wayId), ...verdict.blockers, ...OF_THE_LAPTOP];
  return open.includes(walked.id) ? { go: 'guide' } : leaveGuide(dialogue, record);
}

/** Whether what is said in the middle of an update is that it was made: another version, which can unbind. */
function tellsOfUpdate({ facts }: CaseRecord, { answers: { firmware } }: SaidInWords): boolean {
  const before = knownValue(facts, 'firmware');
  return (
    firmware !== undefined &&
    before !== null &&
    !isSameFirmware(before, firmware) &&
    !['1.x', '2.x', '3.x'].includes(lineOfFirmware(firmware) ?? '1.x')
  );
}

/** Guides that no verdict asks for: they follow from what the laptop sees. */
const OF_THE_LAPTOP: readonly GuideId[] = ['other-subnet', 'get-onto-lan'];

/** "It looks different": what else it may look like; a photo of the screen is kept with the case. */
async function showDifference(
  dialogue: Dialogue,
  record: CaseRecord,
  walked: Guide,
  step: string,
): Promise<Next> {
  const text = [
    stepText(dialogue, walked, step, 'differs', valuesOf(dialogue, record)),
    dialogue.t('bot:guide.sendScreen'),
  ];
  const answer = await dialogue.ask(text.join('\n\n'), {
    buttons: [
      ...answerButtons(dialogue, walked, step),
      [{ id: 'clear', text: dialogue.t('bot:guide.button.clear'), said: YES }],
      [{ id: 'trouble', text: dialogue.t('bot:guide.button.says') }],
      ...(isWay(walked) ? [[{ id: 'failed', text: dialogue.t('bot:guide.button.failed') }]] : []),
    ],
    wants: ['photo', 'message', 'words'],
    things: { photo: 'screen-photo' },
  });
  if (answer.kind === 'words') return takeNews(dialogue, record, walked, answer);
  if (answer.kind === 'photo') await sayKept(dialogue, record, answer.fileId);
  if (answer.kind === 'message') return { go: 'trouble', with: { resume: 'guide', found: answer.found } };
  if (answer.kind !== 'button') return { go: 'guide' };
  const turnedOut = answeredIn(walked, step, answer);
  if (turnedOut !== null) return takeAnswer(dialogue, record, turnedOut);
  if (answer.id === 'cancel') return cancelled(dialogue, record.id);
  if (answer.id === 'failed') return cameToNothing(dialogue, record, walked);
  return answer.id === 'trouble' ? { go: 'trouble', with: { resume: 'guide' } } : { go: 'guide' };
}

/** Whether the technician himself tries something here, and can say what came of it. */
function isWay({ id }: Guide): boolean {
  return (TRIED_IN[id]?.said.length ?? 0) > 1;
}

/** Whether somebody who has the device in his account is asked to delete it there. */
function isAskedOfOwner({ id }: Pick<Guide, 'id'>): boolean {
  return id === 'previous-owner' || id === 'installer-account';
}

/** The guide has not led where it should: the case remembers it, and the verdict is another one. */
async function cameToNothing(dialogue: Dialogue, record: CaseRecord, walked: Guide): Promise<Next> {
  const tried = TRIED_IN[walked.id];
  if (isWay(walked)) return { go: 'guide', with: { failed: true } };
  if (tried) return remember(dialogue, record, walked, tried.said[0]);
  if (isAskedOfOwner(walked))
    await dialogue.change(record.id, { type: 'answered', fact: 'previousOwner', given: 'no' });
  // What was at hand did not help: what else is there?
  return assessAnew(dialogue, record, walked);
}

/** What a way that came to nothing said: one of the words offered, or those of the screen where an article knows them. */
async function askWhatItSaid(dialogue: Dialogue, record: CaseRecord, walked: Guide): Promise<Next> {
  const said = TRIED_IN[walked.id]?.said ?? [];
  const ofUpdate = walked.id === 'firmware-first';
  const answer = await dialogue.ask(dialogue.t(ofUpdate ? 'bot:tried.askUpdate' : 'bot:tried.ask'), {
    buttons: said.flatMap((id): Button[][] => {
      const key = `bot:tried.button.${id}` as const;
      return hasText(key) ? [[{ id, text: dialogue.t(key) }]] : [];
    }),
    wants: ['message'],
  });
  if (answer.kind === 'message') {
    const word = wordOfHelp(answer.found);
    return word === null ? { go: 'guide' } : remember(dialogue, record, walked, word);
  }
  if (answer.kind === 'button' && answer.id === 'cancel') return cancelled(dialogue, record.id);
  const word = said.find((id) => id === pressed(answer));
  return word === undefined ? { go: 'guide' } : remember(dialogue, record, walked, word);
}

/** What the words on a screen say of a way, by the articles about them. */
const SAID_IN_ARTICLE: { readonly [A in ArticleId]?: TriedWord } = {
  'wrong-password': 'wrong-password',
  'which-password': 'wrong-password',
  denied: 'failed',
  'device-offline': 'offline',
  'cloud-off': 'offline',
  'not-registered': 'offline',
};

/** A lock ends by itself, so the way is gone on with (null). Of two articles nobody knows which. */
function wordOfHelp(found: Found): TriedWord | null {
  if (found.kind !== 'article') return 'other';
  return found.article === 'locked' ? null : (SAID_IN_ARTICLE[found.article] ?? found.article);
}

async function remember(
  dialogue: Dialogue,
  record: CaseRecord,
  walked: Guide,
  word: TriedWord,
): Promise<Next> {
  const way = TRIED_IN[walked.id]?.way;
  // The version is what it was, so it is not asked for again.
  const forget = walked.id === 'firmware-first' ? [] : walked.forget;
  if (way !== undefined)
    await dialogue.change(record.id, { type: 'tried', guide: walked.id, way, word, forget });
  return { go: 'assess' };
}

/** The update was made: which version it is now is asked, and what was tried before it says nothing any more. */
async function updated(dialogue: Dialogue, record: CaseRecord, { id, forget }: Guide): Promise<Next> {
  await dialogue.change(record.id, {
    type: 'tried',
    guide: id,
    way: 'firmware-first',
    word: 'updated',
    forget,
  });
  return { go: 'assess' };
}

/** After a step of the way online: is it reached now? The laptop asks the device, else the device's own page tells. */
function testOnline(dialogue: Dialogue, { id }: CaseRecord, walked: Guide, at: number): Promise<Next> {
  return dialogue.repeat<null, Next>(null, async () => {
    const record = await dialogue.house((house) => house.cases.get(id));
    const next = record ? await testOnce(dialogue, record, walked, at) : { end: true as const };
    return next === 'again' ? { again: null } : { done: next };
  });
}

async function testOnce(
  dialogue: Dialogue,
  record: CaseRecord,
  walked: Guide,
  at: number,
): Promise<Next | 'again'> {
  const word = await askDevice(dialogue, record);
  if (word === 'cancel') return cancelled(dialogue, record.id);
  if (word === 'back') return { go: 'guide' };
  if (word === 'bound' || word === 'not-bound') {
    await dialogue.say(dialogue.t('bot:guide.online'));
    return assessAnew(dialogue, record, walked);
  }
  if (word === 'cloud-disabled') {
    await dialogue.say(dialogue.t('bot:guide.stillDisabled'));
    return goTo(dialogue, record, walked, 0);
  }
  const now = (await dialogue.house((house) => house.cases.get(record.id))) ?? record;
  const found = word === 'cloud-offline' ? foundText(dialogue, now, walked.steps[at] ?? '') : '';
  const compared = dialogue.t(word === 'cloud-offline' ? 'bot:guide.stillOffline' : 'bot:guide.compare', {
    success: dialogue.t('guide:success.bring-online'),
  });
  const answer = await askBesideLaptop(dialogue, now, ({ line, events }) =>
    dialogue.ask([found, compared, line].filter(Boolean).join('\n\n'), {
      buttons: [
        ...(word === 'cloud-offline'
          ? []
          : [[{ id: 'online', text: dialogue.t('bot:guide.button.isOnline'), said: YES }]]),
        [{ id: 'next', text: dialogue.t('bot:guide.button.stillOffline'), said: NO }],
        [{ id: 'again', text: dialogue.t('bot:assess.button.checkAgain'), said: AGAIN }],
      ],
      events,
      wants: ['words'],
    }),
  );
  if (answer.kind === 'words') return takeNews(dialogue, now, walked, answer);
  if (answer.kind !== 'button' || answer.id === 'back') return { go: 'guide' };
  switch (answer.id) {
    case 'cancel':
      return cancelled(dialogue, record.id);
    case 'online':
      await dialogue.change(record.id, { type: 'answered', fact: 'cloud', given: 'online' });
      return leaveGuide(dialogue, record);
    case 'again':
      return 'again';
    default:
      return goTo(dialogue, record, walked, at + 1);
  }
}

/** The end of a guide: what the device says, else what the technician sees beside the exact words of success. */
async function check(dialogue: Dialogue, record: CaseRecord, walked: Guide): Promise<Next> {
  const word = walked.check === 'unbound' ? await askDevice(dialogue, record) : 'untold';
  if (word === 'cancel') return cancelled(dialogue, record.id);
  if (word === 'back') return goTo(dialogue, record, walked, walked.steps.length - 1);
  if (word === 'not-bound') return verified(dialogue, record);

  const success = { success: dialogue.t(`guide:success.${walked.id}`) };
  const bound = word !== 'untold';
  const question = dialogue.t(bound ? 'bot:guide.stillBound' : 'bot:guide.compare', success);
  const answer =
    walked.check === 'unbound'
      ? await askBesideLaptop(dialogue, record, ({ line, isThere, events }) =>
          dialogue.ask([question, line].filter(Boolean).join('\n\n'), {
            buttons: checkButtons(dialogue, walked, { bound, mayAsk: bound || isThere }),
            events,
            wants: ['words'],
          }),
        )
      : await dialogue.ask(question, {
          buttons: checkButtons(dialogue, walked, { bound, mayAsk: bound }),
          wants: ['words'],
        });
  if (answer.kind === 'words') return takeNews(dialogue, record, walked, answer);
  switch (pressed(answer)) {
    case 'again':
      return { go: 'guide' };
    case 'success':
      if (walked.check === 'unbound') return believed(dialogue, record);
      return walked.id === 'firmware-first'
        ? updated(dialogue, record, walked)
        : arrived(dialogue, record, walked);
    case 'says':
      return { go: 'trouble', with: { resume: 'guide' } };
    case 'failed':
      return cameToNothing(dialogue, record, walked);
    case 'cancel':
      return cancelled(dialogue, record.id);
    default:
      return goTo(dialogue, record, walked, walked.steps.length - 1);
  }
}

/** `mayAsk`: the device can be asked itself; it has said already that it is `bound`. */
function checkButtons(
  dialogue: Dialogue,
  walked: Guide,
  { bound, mayAsk }: { bound: boolean; mayAsk: boolean },
): Button[][] {
  return [
    ...(bound ? [] : [[{ id: 'success', text: dialogue.t('bot:guide.button.success'), said: YES }]]),
    ...(mayAsk ? [[{ id: 'again', text: dialogue.t('bot:assess.button.checkAgain'), said: AGAIN }]] : []),
    [{ id: 'says', text: dialogue.t('bot:guide.button.says'), said: NO }],
    [{ id: 'failed', text: dialogue.t(failedButton(walked)) }],
  ];
}

function failedButton({ id }: Guide): PlainKey {
  if (isAskedOfOwner({ id })) return 'bot:guide.button.ownerCannot';
  const tried = TRIED_IN[id];
  if (tried === undefined) return 'bot:button.otherWays';
  return tried.said.length > 1 ? 'bot:guide.button.failed' : 'bot:guide.button.none';
}

function pressed(answer: Answer): string {
  return answer.kind === 'button' ? answer.id : 'back';
}

async function verified(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  await dialogue.house((house) => house.cases.apply(record.id, { type: 'closed', outcome: 'unbound' }));
  const text = dialogue.t('bot:guide.verified', { serial: record.device?.shortSerial ?? '' });
  return ended(dialogue, record.id, withOrder(dialogue, record, text), [reportButton(dialogue.t, record.id)]);
}

async function believed(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  await dialogue.house((house) => house.cases.apply(record.id, { type: 'closed', outcome: 'reported-done' }));
  const text = dialogue.t('bot:guide.closed', { case: caseNumber(record) });
  return ended(dialogue, record.id, withOrder(dialogue, record, text), [reportButton(dialogue.t, record.id)]);
}

function withOrder(dialogue: Dialogue, record: CaseRecord, text: string): string {
  return [text, orderLine(dialogue.t, record)].filter(Boolean).join('\n\n');
}

async function assessAnew(dialogue: Dialogue, record: CaseRecord, walked: Guide): Promise<Next> {
  await dialogue.change(record.id, { type: 'recheck', forget: [...walked.forget] });
  return leaveGuide(dialogue, record);
}

/** The guide has led where it should: what it has brought needs no question. */
async function arrived(dialogue: Dialogue, record: CaseRecord, walked: Guide): Promise<Next> {
  const next = await assessAnew(dialogue, record, walked);
  const given = AT_HAND[walked.id];
  if (given !== undefined) await dialogue.change(record.id, { type: 'answered', fact: 'onSite', given });
  return next;
}

async function leaveGuide(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  await dialogue.change(record.id, { type: 'guide', guide: null });
  return { go: 'assess' };
}
