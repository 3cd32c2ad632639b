import { type CaseRecord, caseNumber, stageOf, verdictOf } from '../cases/case.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Button } from './engine/buttons.ts';
import type { Dialogue } from './engine/dialogue.ts';
import { cancelled } from './identify.ts';
import { orderLine } from './order.ts';
import { pageButtons, pageOf, pressedOf, sliceOf } from './others.ts';
import { type Next, stage } from './stages.ts';
import { methodText, standingOf } from './telling.ts';
import { sayKept } from './trouble.ts';
import { takeWords } from './words.ts';

/** Stage case: one case looked at again; its notes, an answer to attach, going on with it. */
export const caseView = stage('case', {
  version: 6,
  async run(dialogue, args) {
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (record?.chatId !== dialogue.chatId) return { end: true };
    if (args.with.attach) return attach(dialogue, record);
    if (args.with.handOver) return handOver(dialogue, record, args.with.from);
    const others = await dialogue.house((house) => house.cases.untouched(record.id));
    const page = others.length === 0 ? null : pageOf(dialogue.t, others, args.with.from ?? 0);
    const text = [summary(dialogue.t, record), ...(page ? [dialogue.t('bot:others.named'), page.text] : [])];
    const answer = await dialogue.ask(text.join('\n\n'), {
      buttons: [...buttonsOf(dialogue, record), ...(page ? pageButtons(page) : [])],
      wants: record.closedAt === null ? ['words'] : [],
      back: false,
    });
    if (answer.kind === 'words') await takeWords(dialogue, record.id, answer);
    if (answer.kind !== 'button') return { go: 'case' };
    const [word, number] = answer.id.split('.');
    if (word === 'from') return { go: 'case', with: { from: Number(number) } };
    const pressed = word === 'pick' ? others[Number(number)] : undefined;
    if (pressed) return { go: 'identify', caseId: '', with: pressedOf(others, pressed) };
    switch (answer.id) {
      case 'attach':
        return { go: 'case', with: { attach: true } };
      case 'show':
        await showNotes(dialogue, record);
        return { go: 'case' };
      case 'go-on':
        return { go: stageOf(record) };
      case 'hand-over':
        return { go: 'case', with: { handOver: true } };
      case 'report':
        return { go: 'report', with: { of: record.id, resume: 'case' } };
      case 'close':
        return cancelled(dialogue, record.id, record.awaitsAnswer ? 'service-centre' : 'cancelled');
      default:
        return { end: true };
    }
  },
});

function buttonsOf(dialogue: Dialogue, record: CaseRecord): Button[][] {
  const open = record.closedAt === null;
  const count = record.notes.length;
  return [
    [{ id: 'attach', text: dialogue.t('bot:cases.button.attach') }],
    ...(count === 0 ? [] : [[{ id: 'show', text: dialogue.t('bot:cases.button.show') }]]),
    ...(open ? [[{ id: 'go-on', text: dialogue.t('bot:cases.button.goOn') }]] : []),
    ...(record.device ? [[{ id: 'report', text: dialogue.t('report:chat.button.make') }]] : []),
    ...(open && record.device ? [[{ id: 'hand-over', text: dialogue.t('bot:handOver.button.begin') }]] : []),
    ...(open ? [[{ id: 'close', text: dialogue.t('bot:cases.button.close') }]] : []),
  ];
}

function summary(t: Texts, record: CaseRecord): string {
  const method = methodText(t, verdictOf(record));
  const lines = [
    t('bot:cases.head', {
      case: caseNumber(record),
      serial: record.device?.shortSerial ?? t('bot:cases.noSerial'),
      model: record.sighting?.model ?? record.device?.model ?? '',
    }),
    t(standingOf(record)),
    method === null ? '' : t('bot:assess.verdict', { method }),
    orderLine(t, record),
    record.notes.length === 0 ? '' : t('bot:cases.notes', { count: record.notes.length }),
  ];
  return lines.filter(Boolean).join('\n');
}

/** An answer comes as a photo or as text: it is kept with the case as it is. */
async function attach(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  const answer = await dialogue.ask(dialogue.t('bot:cases.attach'), {
    wants: ['photo', 'note'],
    things: { photo: 'answer-photo' },
  });
  if (answer.kind === 'photo') await sayKept(dialogue, record, answer.fileId);
  if (answer.kind === 'note') {
    const kept = await dialogue.house((house) => house.notes.text(record.id, answer.text));
    await dialogue.say(dialogue.t(`bot:notes.${kept}`, { case: caseNumber(record) }));
  }
  return { go: 'case' };
}

/** Characters of a colleague's name on a button. */
const NAME_LENGTH = 18;

/** Asks who is to have the case, and offers it to them. */
async function handOver(dialogue: Dialogue, record: CaseRecord, from = 0): Promise<Next> {
  const { t } = dialogue;
  const colleagues = await dialogue.house((house) => house.handOvers.colleagues(dialogue.chatId));
  if (colleagues.length === 0) {
    await dialogue.say(t('bot:handOver.nobody'));
    return { go: 'case' };
  }
  const page = sliceOf(t, colleagues, from);
  const answer = await dialogue.ask([t('bot:handOver.whom'), page.range].filter(Boolean).join('\n\n'), {
    buttons: [
      ...page.shown.map(({ id, name }, at) => [
        { id: `to.${id}`, text: `${page.from + at + 1} · ${[...name].slice(0, NAME_LENGTH).join('')}` },
      ]),
      ...(page.turns.length === 0
        ? []
        : [page.turns.map((turn) => ({ id: `from.${turn.from}`, text: turn.text }))]),
    ],
  });
  const [word, number] = answer.kind === 'button' ? answer.id.split('.') : [];
  if (word === 'from') return { go: 'case', with: { handOver: true, from: Number(number) } };
  const chosen = colleagues.find(({ id }) => word === 'to' && id === Number(number));
  if (!chosen) return { go: 'case' };
  const offered = await dialogue.house((house) => house.handOvers.offer(record.id, chosen.id));
  await dialogue.say(t(`bot:handOver.became.${offered}`, { name: chosen.name }));
  return { go: 'case' };
}

async function showNotes(dialogue: Dialogue, record: CaseRecord): Promise<void> {
  for (const note of record.notes) {
    const when = dialogue.t('bot:cases.noteOf', { date: dialogue.date(new Date(note.at).toISOString()) });
    if (note.kind === 'photo') await dialogue.sendPhoto(note.blob, when);
    else await dialogue.sendFile(note.blob, `${caseNumber(record)}.txt`, when);
  }
}
