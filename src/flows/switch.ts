import { type CaseRecord, stageOf } from '../cases/case.ts';
import type { SaidInWords } from '../device/words.ts';
import type { Answer, Dialogue } from './engine/dialogue.ts';
import { deviceOfShort } from './engine/heard.ts';
import type { DeviceHeard, NamedDevice } from './engine/named.ts';
import { groupOf, TO_GROUP } from './group.ts';
import { deviceOf, knownText, lookAt, readFrom, refusal, sentenceFor, type Unsure } from './identify.ts';
import { notKept, otherOf, pageButtons, pageOf, turnedTo } from './others.ts';
import type { PhotoReading } from './ports.ts';
import { type Next, type StageName, type Stages, stage } from './stages.ts';
import { takeWords } from './words.ts';

/** What was named in the middle of a case, as one question can tell of it. */
interface Named {
  /** None of them is the device of the case; at least one. */
  readonly devices: readonly NamedDevice[];
  /** Several that were named together: they are kept with a case. */
  readonly isList: boolean;
  /** Why the one device is not sure; null: it is. */
  readonly why: Unsure | null;
  /** Key of a stored picture to compare them with; null: there is none. */
  readonly picture: string | null;
  /** They stand on a photo. */
  readonly isSeen: boolean;
  readonly said?: SaidInWords | undefined;
  /** What is to be said of them besides. */
  readonly notes?: readonly string[];
}

/** A photo or serial number in the middle of a case: another device, or a slip? A photo is read first, and one question tells. */
export const switchCase = stage('switch', {
  version: 8,
  async run(dialogue, args) {
    const { heard, resume, left } = args.with;
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    // Begun anew, for instance in another language: what was heard is gone, the case is not.
    if (!heard || !resume) return { go: record === null ? 'identify' : stageOf(record) };
    if (!record?.device) return { go: 'identify', with: { heard, left } };
    // Nobody works on what is over. In a group its members are, until that is over, too.
    if (record.closedAt !== null && (await groupOf(dialogue, record)) === null)
      return { go: 'identify', caseId: '', with: { heard, left } };
    const named = heard.kind === 'photo' ? await seen(dialogue, heard) : await typed(dialogue, heard);
    if (named === null) return goOn(dialogue, record.id, resume);
    const serial = record.device.shortSerial;
    const devices = named.devices.filter(({ shortSerial }) => shortSerial !== serial);
    const [one, ...more] = devices;
    if (one === undefined) {
      if (named.said) await takeWords(dialogue, record.id, { said: named.said });
      await dialogue.say(dialogue.t('bot:switch.same', { serial }));
      return goOn(dialogue, record.id, resume);
    }
    const next = await (more.length === 0
      ? askOne(dialogue, record, one, named, left)
      : askWhich(dialogue, record, devices, named));
    const { picture } = named;
    if (picture !== null) await dialogue.house((house) => house.labels.forget(picture));
    if (next) return next;
    if (named.isList) await keepList(dialogue, record, devices);
    return goOn(dialogue, record.id, resume);
  },
});

/** Back to the case at hand; where it was closed meanwhile, and is of a group, that goes on. */
async function goOn(dialogue: Dialogue, caseId: string, resume: StageName): Promise<Next> {
  const record = await dialogue.house((house) => house.cases.get(caseId));
  const isOver = record !== null && record.closedAt !== null;
  return isOver && (await groupOf(dialogue, record)) !== null ? TO_GROUP : { go: resume };
}

/** What was typed; null: no device, which is said. */
async function typed(
  dialogue: Dialogue,
  heard: Exclude<DeviceHeard, { kind: 'photo' }>,
): Promise<Named | null> {
  if (heard.kind === 'refused-label') {
    const { reason, host, messageId } = heard;
    await dialogue.say(dialogue.t(await refusal(dialogue, reason, messageId), { host: host ?? '' }));
    return null;
  }
  if (heard.kind === 'words') return null;
  const { devices, more = [], unread = 0, unclear = false, guessed = false, said } = heard;
  return {
    devices,
    isList: devices.length > 1 && !guessed,
    why: devices[0]?.doubt ?? null,
    picture: null,
    isSeen: false,
    said: said ?? (devices.length === 1 ? devices[0]?.said : undefined),
    notes: [
      notKept(dialogue.t, more),
      unread === 0 ? '' : dialogue.t('bot:identify.linesUnread', { lines: unread }),
      unclear ? dialogue.t('bot:others.unclear') : '',
    ],
  };
}

/** What a photo shows; null: no label, and why not is said. */
async function seen(
  dialogue: Dialogue,
  { fileId, messageId, said }: Extract<DeviceHeard, { kind: 'photo' }>,
): Promise<Named | null> {
  const reading = await lookAt(dialogue, { fileId, messageId });
  switch (reading.kind) {
    case 'label': {
      const devices = [deviceOf(reading.facts), ...(reading.facts.others ?? []).map(deviceOfShort)];
      const how = reading.isCertain
        ? { why: null, notes: [readFrom(dialogue, reading)] }
        : { why: 'bare' as const };
      return { devices, isList: devices.length > 1, picture: null, isSeen: true, said, ...how };
    }
    case 'several':
      return {
        devices: allOf(reading),
        isList: true,
        why: null,
        picture: reading.picture,
        isSeen: true,
        said,
      };
    case 'printed': {
      const { labels, certainty, picture } = reading;
      // Of unclear print, the others are guesses at the same number.
      const isList = labels.length > 1 && certainty !== 'repaired';
      const why = certainty === 'agreed' ? null : certainty;
      return { devices: labels.map(deviceOf), isList, why, picture, isSeen: true, said };
    }
    case 'refused': {
      const word = await refusal(dialogue, reading.reason, messageId);
      await dialogue.say(dialogue.t(word, { host: reading.host ?? '' }));
      return null;
    }
    default:
      // The newer photo is on its way in and says itself what it is.
      if (reading.kind === 'rejected' && reading.reason === 'superseded') return null;
      await dialogue.say(dialogue.t(sentenceFor(reading), { host: '' }));
      return null;
  }
}

function allOf({ labels, more }: Extract<PhotoReading, { kind: 'several' }>): NamedDevice[] {
  return [...labels.map(({ facts }) => deviceOf(facts)), ...more.map(deviceOfShort)];
}

/** Whether the one other device has a case of its own now. Null: the case at hand goes on. */
async function askOne(
  dialogue: Dialogue,
  record: CaseRecord,
  device: NamedDevice,
  { why, picture, isSeen, said, notes = [] }: Named,
  left: Stages['switch']['left'],
): Promise<Next | null> {
  const known =
    why === null
      ? await dialogue.house((house) => house.cases.openAbout(dialogue.chatId, device.shortSerial))
      : null;
  const question = [
    why !== null
      ? dialogue.t(`bot:identify.confirm.${why}`, { serial: device.shortSerial })
      : isSeen
        ? dialogue.t('bot:switch.shows', { serial: device.shortSerial })
        : '',
    ...notes,
    dialogue.t('bot:switch.ask', { serial: record.device?.shortSerial ?? '' }),
    known === null ? '' : knownText(dialogue, 'bot:switch.known', known),
  ];
  const answer = await dialogue.ask(question.filter(Boolean).join('\n\n'), {
    buttons: [
      ...(known === null
        ? []
        : [[{ id: 'known', text: dialogue.t('bot:switch.button.known'), said: ['yes' as const] }]]),
      [
        {
          id: 'new',
          text: dialogue.t('bot:switch.button.new'),
          ...(known === null ? { said: ['yes' as const] } : {}),
        },
      ],
      [{ id: 'stay', text: dialogue.t('bot:switch.button.stay'), said: ['no'] }],
    ],
    back: false,
    ...(picture === null ? {} : { photo: picture }),
  });
  if (known !== null && isPressed(answer, 'known')) {
    await dialogue.house((house) => house.agents.cancel(record.id));
    if (said) await takeWords(dialogue, known.id, { said });
    if (left && left.length > 0) await dialogue.change(known.id, { type: 'others-named', others: left });
    return { go: stageOf(known), caseId: known.id };
  }
  if (!isPressed(answer, 'new')) return null;
  return begin(dialogue, record, { ...device, ...(said ? { said } : {}) }, left, known !== null);
}

/** Which of several others has a case of its own now. Null: none, and the case at hand goes on. */
async function askWhich(
  dialogue: Dialogue,
  record: CaseRecord,
  devices: readonly NamedDevice[],
  named: Named,
): Promise<Next | null> {
  const answer = await dialogue.repeat<number, Answer>(0, async (from) => {
    const page = pageOf(dialogue.t, devices, from);
    const question = [
      dialogue.t('bot:switch.askWhich', { serial: record.device?.shortSerial ?? '' }),
      page.text,
      ...(named.notes ?? []),
    ];
    const heard = await dialogue.ask(question.filter(Boolean).join('\n\n'), {
      buttons: [
        ...pageButtons(page),
        [{ id: 'stay', text: dialogue.t('bot:switch.button.stay'), said: ['no'] }],
      ],
      back: false,
      ...(named.picture === null ? {} : { photo: named.picture }),
    });
    const turned = turnedTo(heard);
    return turned === null ? { done: heard } : { again: turned };
  });
  const [word, number] = answer.kind === 'button' ? answer.id.split('.') : [];
  const picked = word === 'pick' ? devices[Number(number)] : undefined;
  if (picked === undefined) return null;
  const others = named.isList ? devices.filter((device) => device !== picked).map(otherOf) : [];
  return begin(dialogue, record, picked, others, false);
}

function isPressed(answer: Answer, id: string): boolean {
  return answer.kind === 'button' && answer.id === id;
}

/** A case of its own for a device the technician has looked at; `left`: what was named with it. */
async function begin(
  dialogue: Dialogue,
  record: CaseRecord,
  device: NamedDevice,
  left: Stages['switch']['left'],
  isNew: boolean,
): Promise<Next> {
  await dialogue.house((house) => house.agents.cancel(record.id));
  const fresh = await dialogue.house((house) => house.cases.open(dialogue.chatId));
  const { said, ...named } = { said: undefined, ...device };
  const heard: DeviceHeard = {
    kind: 'serials',
    devices: [{ ...named, doubt: null }],
    ...(said ? { said } : {}),
  };
  return { go: 'identify', caseId: fresh.id, with: { heard, left, isNew } };
}

/** A list in the middle of a case is no slip: what is on it waits with the case. */
async function keepList(
  dialogue: Dialogue,
  { id, closedAt }: CaseRecord,
  named: readonly NamedDevice[],
): Promise<void> {
  if (closedAt !== null) return;
  const { others } = await dialogue.change(id, { type: 'others-named', others: named.map(otherOf) });
  if (others.length > 0) await dialogue.say(dialogue.t('bot:others.kept', { count: others.length }));
}
