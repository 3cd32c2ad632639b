import {
  type CaseOther,
  type CaseOutcome,
  type CaseRecord,
  isEmpty,
  stageOf,
  wasUnbound,
} from '../cases/case.ts';
import type { LabelFacts, LabelRefusal, LabelSource } from '../device/label.ts';
import type { PrintCertainty } from '../device/printed.ts';
import { parseSerial } from '../device/serial.ts';
import type { Doubt } from '../device/typed.ts';
import type { SaidInWords } from '../device/words.ts';
import type { PlainKey, Texts } from '../kernel/texts.ts';
import type { Answer, Dialogue, OutsideButton } from './engine/dialogue.ts';
import { deviceOfLabel, deviceOfShort, type Heard, type Want } from './engine/heard.ts';
import type { DeviceHeard, NamedDevice } from './engine/named.ts';
import { allButton, groupAtWork, pauseGroup } from './group.ts';
import { deviceOfOther, ended, notKept, otherOf, pageButtons, pageOf, turnedTo } from './others.ts';
import type { PhotoReading } from './ports.ts';
import { type Because, type Next, stage } from './stages.ts';
import { standingOf } from './telling.ts';
import { askTakingWords, takeWords } from './words.ts';

/** Stage identify: from a photo of the label or a typed serial number to a device. */
export const identify = stage('identify', {
  version: 11,
  async run(dialogue, args) {
    const { heard, because, host, left, isNew = false } = args.with;
    const { caseId } = args;
    if (caseId === '') {
      const opened = await dialogue.house((house) => house.cases.open(dialogue.chatId));
      return { go: 'identify', caseId: opened.id, with: args.with };
    }
    if (left) await keep(dialogue, caseId, left);
    if (heard) return read(dialogue, caseId, heard, isNew);

    const why = because === undefined ? '' : dialogue.t(because, { host: host ?? '' });
    const record = await dialogue.house((house) => house.cases.get(caseId));
    // A list that was begun: what is on it can be pressed, whatever else is asked.
    if (record?.device === null && record.others.length > 0)
      return choose(dialogue, caseId, record.others.map(deviceOfOther), { why });
    const question = [why, dialogue.t('bot:identify.ask')];
    const answer = await dialogue.ask(question.filter(Boolean).join('\n\n'), {
      wants: ['photo', 'serial', 'words'],
      help: 'bot:identify.help',
      back: false,
      takesAlbum: true,
    });
    if (answer.kind === 'button') return cancelled(dialogue, caseId);
    return read(dialogue, caseId, answer);
  },
});

/** Ends the case because the technician said so; in a group that is at work on it, the group rests and the case stays. */
export async function cancelled(
  dialogue: Dialogue,
  caseId: string,
  outcome: 'cancelled' | 'service-centre' = 'cancelled',
): Promise<Next> {
  const group = await groupAtWork(dialogue, caseId);
  if (group) return pauseGroup(dialogue, caseId, group);
  await dialogue.house((house) => house.agents.cancel(caseId));
  const closed = await dialogue.house((house) => house.cases.apply(caseId, { type: 'closed', outcome }));
  return ended(
    dialogue,
    caseId,
    closedText(dialogue.t, closed.case, outcome),
    undoOf(dialogue.t, closed.case),
  );
}

/** The button that takes back a cancelled case (bot/commands/reopen.ts); none where it has ended otherwise or is empty. */
export function undoOf(t: Texts, record: CaseRecord): OutsideButton[] {
  const isCancelled = record.outcome === 'cancelled' && !wasUnbound(record);
  return isCancelled && !isEmpty(record)
    ? [{ text: t('bot:close.button.undo'), data: `u:${record.id}` }]
    : [];
}

/** Word that a case is closed by its technician's wish, or how it had ended before that. */
export function closedText(t: Texts, record: CaseRecord, wanted: CaseOutcome): string {
  // The same wish once more, after a crash, is no other end.
  return record.outcome === wanted
    ? t('bot:close.cancelled')
    : t('bot:close.closedBefore', { standing: t(standingOf(record)) });
}

function again(because: Because, host?: string | null): Next {
  return { go: 'identify', with: { because, host: host ?? undefined } };
}

async function read(dialogue: Dialogue, caseId: string, heard: Heard, isNew = false): Promise<Next> {
  if ('said' in heard && heard.said) await takeWords(dialogue, caseId, { ...heard, said: heard.said });
  switch (heard.kind) {
    case 'photo':
      return readPhoto(dialogue, caseId, heard);
    case 'serials': {
      const { devices, guessed, more, unread, unclear } = heard;
      const [device] = devices;
      if (guessed && devices.length > 1)
        return choose(dialogue, caseId, devices, { question: 'bot:identify.whichMeant', isOne: true });
      if (devices.length > 1) return chooseOfList(dialogue, caseId, devices, { more, unread, unclear });
      return device?.doubt === null
        ? take(dialogue, caseId, device, { isNew, said: heard.said })
        : confirm(dialogue, caseId, device, device?.doubt ?? 'mistyped');
    }
    case 'refused-label':
      return refused(dialogue, heard, heard.messageId);
    case 'words':
      // A device without a name yet: what was said of it counts, the serial number may follow.
      return { go: 'assess', with: { withoutLaptop: true } };
    default:
      return again('bot:identify.help');
  }
}

/** Anything heard instead of an answer begins the stage anew, which reads it; what nothing can be read from is explained. */
function readNext(heard: Heard): Next {
  switch (heard.kind) {
    case 'photo':
    case 'serials':
    case 'refused-label':
    case 'words':
      return { go: 'identify', with: { heard } };
    default:
      return again('bot:identify.help');
  }
}

async function refused(
  dialogue: Dialogue,
  { reason, host }: { reason: LabelRefusal; host?: string | null },
  messageId: number,
): Promise<Next> {
  return again(await refusal(dialogue, reason, messageId), host);
}

/** What holds passwords, and the sentence for it once it has left the chat. */
const DELETED: Partial<Record<LabelRefusal, 'exported-deleted' | 'wifi-deleted'>> = {
  'exported-credentials': 'exported-deleted',
  wifi: 'wifi-deleted',
};

/**
 * Key of the sentence for a code or text that is no label, named for what it is. What holds other people's passwords
 * leaves the chat.
 */
export async function refusal(dialogue: Dialogue, reason: LabelRefusal, messageId: number): Promise<Because> {
  const deleted = DELETED[reason];
  const isGone = deleted !== undefined && (await dialogue.remove(messageId));
  return isGone ? `bot:label.refused.${deleted}` : `bot:label.refused.${reason}`;
}

/** Has the house read a photo, which the card and the phone show meanwhile. */
export function lookAt(
  dialogue: Dialogue,
  { fileId, messageId }: Pick<Extract<Heard, { kind: 'photo' }>, 'fileId' | 'messageId'>,
): Promise<PhotoReading> {
  return dialogue.during(dialogue.t('bot:identify.reading'), messageId, (house, tell) =>
    house.labels.read(dialogue.chatId, fileId, {
      onPrint: () => tell(dialogue.t('bot:identify.readingPrint')),
    }),
  );
}

async function readPhoto(
  dialogue: Dialogue,
  caseId: string,
  { fileId, messageId }: Extract<Heard, { kind: 'photo' }>,
): Promise<Next> {
  const reading = await lookAt(dialogue, { fileId, messageId });
  if (reading.kind === 'printed') await dialogue.say(dialogue.t('bot:identify.readPrint'));
  switch (reading.kind) {
    case 'label': {
      const device = deviceOf(reading.facts);
      const others = (reading.facts.others ?? []).map(deviceOfShort);
      if (others.length > 0) return chooseOfList(dialogue, caseId, [device, ...others]);
      return reading.isCertain
        ? take(dialogue, caseId, device, { note: readFrom(dialogue, reading) })
        : confirm(dialogue, caseId, device, 'bare');
    }
    case 'several':
      return several(dialogue, caseId, reading);
    case 'printed':
      return printed(dialogue, caseId, reading);
    case 'refused':
      return refused(dialogue, reading, messageId);
    case 'rejected':
      if (reading.reason === 'superseded') {
        // The newer photo is on its way in: asking for one would only stand between the two.
        const word = dialogue.t('bot:label.rejected.superseded');
        return readNext(await dialogue.listen(word, ANYTHING));
      }
      return again(sentenceFor(reading));
    default:
      return again(sentenceFor(reading));
  }
}

const ANYTHING: { wants: Want[]; help: PlainKey } = {
  wants: ['photo', 'serial', 'words'],
  help: 'bot:identify.help',
};

/**
 * Where a label was read and how sure that is: QR and Data Matrix codes correct themselves, a bar code has one check
 * digit only, and two that agree are sure.
 */
export function readFrom(dialogue: Dialogue, { sources }: { sources: readonly LabelSource[] }): string {
  const names = sources.map((source) => dialogue.t(`bot:identify.source.${source}`));
  const isSure = sources.length > 1 || sources[0] !== 'bar-code';
  return dialogue.t(isSure ? 'bot:identify.readSure' : 'bot:identify.readLikely', {
    sources: new Intl.ListFormat(dialogue.language, { type: 'conjunction' }).format(names),
  });
}

/** The device a label of a photo names. */
export function deviceOf(facts: LabelFacts): NamedDevice {
  return deviceOfLabel(facts, manufacturedOf(facts.fullSerial));
}

/** Several labels in one photo: the technician knows each by its place. */
async function several(
  dialogue: Dialogue,
  caseId: string,
  { labels, more, picture }: Extract<PhotoReading, { kind: 'several' }>,
): Promise<Next> {
  const devices = [...labels.map(({ facts }) => deviceOf(facts)), ...more.map(deviceOfShort)];
  const next = await chooseOfList(dialogue, caseId, devices, {
    picture,
    question: 'bot:identify.severalPlaces',
    notes: labels.map((label) => readFrom(dialogue, label)),
  });
  await dialogue.house((house) => house.labels.forget(picture));
  return next;
}

/** Print is taken without a word only where two lines agree; anything less a person compares with the picture. */
async function printed(
  dialogue: Dialogue,
  caseId: string,
  { labels, certainty, picture }: Extract<PhotoReading, { kind: 'printed' }>,
): Promise<Next> {
  const devices = labels.map(deviceOf);
  const [device] = devices;
  const next =
    devices.length > 1
      ? // Of unclear print, the others are guesses at the same number.
        certainty === 'repaired'
        ? await choose(dialogue, caseId, devices, { picture, isOne: true })
        : await chooseOfList(dialogue, caseId, devices, { picture })
      : certainty === 'agreed'
        ? await take(dialogue, caseId, device, { note: dialogue.t('bot:identify.printAgreed') })
        : await confirm(dialogue, caseId, device, certainty, picture);
  if (picture !== null) await dialogue.house((house) => house.labels.forget(picture));
  return next;
}

/** Why a number is not taken without a Yes: unclear print, nine digits in a code, a typing mistake. */
export type Unsure = PrintCertainty | 'bare' | Doubt;

async function confirm(
  dialogue: Dialogue,
  caseId: string,
  device: NamedDevice | undefined,
  why: Unsure,
  picture: string | null = null,
): Promise<Next> {
  const answer = await askTakingWords(
    dialogue,
    caseId,
    dialogue.t(`bot:identify.confirm.${why}`, { serial: device?.shortSerial ?? '' }),
    {
      buttons: [
        [{ id: 'yes', text: dialogue.t('bot:identify.button.right'), said: ['yes'] }],
        [{ id: 'no', text: dialogue.t('bot:identify.button.wrong'), said: ['no', 'dont-know'] }],
      ],
      wants: ['photo', 'serial'],
      back: false,
      ...(picture === null ? {} : { photo: picture }),
    },
  );
  if (answer.kind !== 'button') return readNext(answer);
  if (answer.id === 'cancel') return cancelled(dialogue, caseId);
  return answer.id === 'yes' ? take(dialogue, caseId, device) : again('bot:identify.typeIt');
}

/** Key of the sentence for a photo on which no label was read. */
export function sentenceFor(reading: Extract<PhotoReading, { kind: 'unreadable' | 'rejected' }>): Because {
  switch (reading.kind) {
    case 'unreadable':
      return `bot:label.unreadable.${reading.tip ?? 'plain'}`;
    case 'rejected':
      return `bot:label.rejected.${reading.reason}`;
  }
}

function manufacturedOf(fullSerial: string | null): string | null {
  const serial = parseSerial(fullSerial ?? '');
  return serial.ok ? serial.value.manufactured : null;
}

interface Choice {
  /** What is said before the question. */
  why?: string;
  question?: PlainKey;
  /** The choices are guesses at one number: it may be none of them. */
  isOne?: boolean;
  /** Key of a stored picture of the choices, in their order. */
  picture?: string | null;
  /** What is said of each when it was chosen. */
  notes?: readonly string[];
  /** Serial numbers of the same list that a case cannot keep. */
  more?: readonly string[] | undefined;
  /** Lines of the same list in which no serial number was found. */
  unread?: number | undefined;
  /** Something was said with the list, and not of which of them. */
  unclear?: true | undefined;
}

/** The choices are devices, each of its own: all are kept with the case before one is chosen. */
async function chooseOfList(
  dialogue: Dialogue,
  caseId: string,
  devices: readonly NamedDevice[],
  choice: Choice = {},
): Promise<Next> {
  const beyond = await keep(dialogue, caseId, devices.filter(isKept).map(otherOf));
  return choose(dialogue, caseId, devices, { ...choice, more: [...beyond, ...(choice.more ?? [])] });
}

/** A number of a telephone or an order is not kept where nobody has said that it is a serial number. */
function isKept({ doubt }: NamedDevice): boolean {
  return doubt !== 'other-number';
}

async function choose(
  dialogue: Dialogue,
  caseId: string,
  devices: readonly NamedDevice[],
  choice: Choice = {},
): Promise<Next> {
  const { why = '', question = 'bot:identify.several', picture = null, notes = [] } = choice;
  const { more = [], unread = 0, unclear = false, isOne = false } = choice;
  // Said with the first page alone; null: this is it.
  const answer = await dialogue.repeat<number | null, Answer>(null, async (begin) => {
    const page = pageOf(dialogue.t, devices, begin ?? 0);
    const text = [
      begin === null ? why : '',
      dialogue.t(question),
      page.text,
      begin === null ? notKept(dialogue.t, more) : '',
      unread === 0 || begin !== null ? '' : dialogue.t('bot:identify.linesUnread', { lines: unread }),
      unclear && begin === null ? dialogue.t('bot:others.unclear') : '',
    ];
    const heard = await dialogue.ask(text.filter(Boolean).join('\n\n'), {
      buttons: [
        ...(isOne ? [] : await allButton(dialogue, devices)),
        ...pageButtons(page),
        ...(isOne ? [[{ id: 'none', text: dialogue.t('bot:identify.button.none') }]] : []),
      ],
      wants: ['photo', 'serial'],
      back: false,
      ...(picture === null ? {} : { photo: picture }),
    });
    const turned = turnedTo(heard);
    return turned === null ? { done: heard } : { again: turned };
  });
  if (answer.kind !== 'button') {
    const typed = answer.kind === 'serials' ? indexIn(devices, answer.devices) : -1;
    return typed < 0 ? readNext(answer) : take(dialogue, caseId, devices[typed], { note: notes[typed] });
  }
  if (answer.id === 'cancel') return cancelled(dialogue, caseId);
  if (answer.id === 'none') return again('bot:identify.typeIt');
  if (answer.id === 'all') return { go: 'site', with: { named: true } };
  const at = Number(answer.id.split('.')[1]);
  return take(dialogue, caseId, devices[at], { note: notes[at] });
}

/** Which of these devices was typed instead of pressed; -1: none, or not one alone. */
function indexIn(devices: readonly NamedDevice[], [typed, ...more]: readonly NamedDevice[]): number {
  return more.length > 0 ? -1 : devices.findIndex(({ shortSerial }) => shortSerial === typed?.shortSerial);
}

/** Keeps these with the case; those there is no room for, by short serial. */
async function keep(dialogue: Dialogue, caseId: string, named: readonly CaseOther[]): Promise<string[]> {
  const { others } = await dialogue.change(caseId, { type: 'others-named', others: named });
  const kept = new Set(others.map(({ shortSerial }) => shortSerial));
  return named.map(({ shortSerial }) => shortSerial).filter((serial) => !kept.has(serial));
}

interface Taking {
  /** How it was read. */
  note?: string | undefined;
  /** Nobody is asked about an open case of the device. */
  isNew?: boolean;
  /** What was said with it, and taken already. */
  said?: SaidInWords | undefined;
}

/** Whether an open case about the device goes on; null: a new one it shall be. */
async function knownCase(
  dialogue: Dialogue,
  caseId: string,
  known: CaseRecord,
  said: SaidInWords | undefined,
): Promise<Next | null> {
  const answer = await dialogue.ask(knownText(dialogue, 'bot:identify.known', known), {
    buttons: [
      [{ id: 'go-on', text: dialogue.t('bot:cases.button.goOn'), said: ['yes'], style: 'primary' }],
      [{ id: 'new', text: dialogue.t('bot:switch.button.new'), said: ['no'] }],
    ],
    back: false,
  });
  if (answer.kind !== 'button') return null;
  if (answer.id === 'cancel') return cancelled(dialogue, caseId);
  if (answer.id !== 'go-on') return null;
  const begun = await dialogue.house((house) => house.cases.get(caseId));
  // What came with the device goes on with its case, and the one that was begun for it is none.
  if (begun && begun.others.length > 0) await keep(dialogue, known.id, begun.others);
  if (begun && begun.revision > 0)
    await dialogue.house((house) => house.cases.apply(caseId, { type: 'closed', outcome: 'cancelled' }));
  if (said) await takeWords(dialogue, known.id, { said });
  return { go: stageOf(known), caseId: known.id };
}

/** A sentence about an open case: its device, where it stands, since when. */
export function knownText(
  dialogue: Dialogue,
  key: 'bot:identify.known' | 'bot:switch.known',
  known: CaseRecord,
): string {
  return dialogue.t(key, {
    serial: known.device?.shortSerial ?? '',
    standing: dialogue.t(standingOf(known)),
    date: dialogue.date(new Date(known.createdAt).toISOString()),
  });
}

async function take(
  dialogue: Dialogue,
  caseId: string,
  device: NamedDevice | undefined,
  { note, isNew = false, said }: Taking = {},
): Promise<Next> {
  if (!device) return again('bot:identify.help');
  if (!isNew) {
    const known = await dialogue.house((house) => house.cases.openAbout(dialogue.chatId, device.shortSerial));
    if (known !== null && known.id !== caseId) {
      const next = await knownCase(dialogue, caseId, known, said ?? device.said);
      if (next) return next;
    }
  }
  const { fullSerial, shortSerial, model, manufactured } = device;
  const { case: record, refused } = await dialogue.house((house) =>
    house.cases.apply(caseId, {
      type: 'identified',
      device: { fullSerial, shortSerial, model, manufactured },
    }),
  );
  if (refused === 'closed') {
    const fresh = await dialogue.house((house) => house.cases.open(dialogue.chatId));
    const heard: DeviceHeard = { kind: 'serials', devices: [{ ...device, doubt: null }] };
    return { go: 'identify', caseId: fresh.id, with: { heard, left: record.others, isNew: true } };
  }
  if (device.said) await takeWords(dialogue, caseId, { said: device.said });
  const others = record.others.length > 0 ? record.others : await fromBefore(dialogue, caseId, shortSerial);
  const lines = [
    manufactured === null ? '' : dialogue.t('bot:identify.made', { year: manufactured.slice(0, 4) }),
    device.hadVerificationCode ? dialogue.t('bot:identify.codeNotKept') : '',
    note ?? '',
  ];
  const text = [
    lines.filter(Boolean).join('\n'),
    others.length === 0 ? '' : dialogue.t('bot:others.kept', { count: others.length }),
  ];
  await dialogue.say(text.filter(Boolean).join('\n\n'));
  return { go: 'assess' };
}

/** A device of a list whose first one has its case: what is left of the list goes on with it. */
async function fromBefore(dialogue: Dialogue, caseId: string, serial: string): Promise<readonly CaseOther[]> {
  const left = await dialogue.house((house) => house.cases.namedBeside(dialogue.chatId, serial));
  if (left.length > 0) await keep(dialogue, caseId, left);
  return left;
}
