import type { CaseOther } from '../../cases/case.ts';
import { textsFor } from '../../kernel/all-texts.ts';
import { notKept, offerOf, otherOf } from '../others.ts';
import type { PhotoReading } from '../ports.ts';
import { lastWord } from './bot-api.ts';
import { orThrow } from './dialogue.ts';
import { deviceOfLabel, deviceOfShort } from './heard.ts';
import type { Turn } from './state.ts';
import type { EngineTools } from './turn.ts';

/**
 * Another photo of an album whose device was taken: what it shows is kept with the case and offered, in one message for
 * all of them. The same device from another side is no news.
 */
export async function tellOfAlbum(
  { house, callApi }: EngineTools,
  { chat, chatId }: Turn,
  fileId: string,
): Promise<void> {
  const read = orThrow(await house.labels.read(chatId, fileId, { quick: true }));
  const caseId = chat.conversation?.args.caseId ?? '';
  const found = orThrow(await house.cases.get(caseId));
  const taken = found?.device?.shortSerial;
  const devices = devicesIn(read);
  const shown = devices.filter(({ shortSerial }) => shortSerial !== taken);
  if (shown.length === 0 && devices.length > 0) return;
  const before = chat.albumRest ?? { messageId: null, serials: [], unread: 0 };
  const serials = [...new Set([...before.serials, ...shown.map(({ shortSerial }) => shortSerial)])];
  const unread = before.unread + (shown.length === 0 ? 1 : 0);
  if (serials.length === before.serials.length && unread === before.unread) return;
  const others =
    found === null
      ? []
      : orThrow(await house.cases.apply(caseId, { type: 'others-named', others: shown })).case.others;
  const kept = new Set(others.map(({ shortSerial }) => shortSerial));
  const t = textsFor(await house.language(chatId));
  const offer = offerOf(t, caseId, others);
  const text = [
    offer?.text ?? '',
    notKept(
      t,
      serials.filter((serial) => !kept.has(serial)),
    ),
    unread === 0 ? '' : t('bot:identify.albumUnread', { photos: unread }),
  ];
  const rows = offer?.rows.map((row) =>
    row.map(({ text: label, data }) => ({ text: label, callback_data: data })),
  );
  const message = {
    chat_id: chatId,
    text: text.filter(Boolean).join('\n\n'),
    parse_mode: 'HTML' as const,
    ...(rows ? { reply_markup: { inline_keyboard: rows } } : {}),
  };
  const edited =
    before.messageId !== null &&
    (await callApi('editMessageText', { ...message, message_id: before.messageId })).ok;
  const sent = edited ? null : lastWord(await callApi('sendMessage', message));
  const messageId = sent?.ok ? sent.value.message_id : before.messageId;
  chat.albumRest = { messageId, serials, unread };
}

/** The devices of a photo, its labels first. */
function devicesIn(reading: PhotoReading): CaseOther[] {
  const facts =
    reading.kind === 'label'
      ? [reading.facts]
      : reading.kind === 'several'
        ? reading.labels.map((label) => label.facts)
        : reading.kind === 'printed'
          ? reading.labels
          : [];
  const more = [
    ...facts.flatMap(({ others = [] }) => others),
    ...(reading.kind === 'several' ? reading.more : []),
  ];
  const unsure = reading.kind === 'printed' && reading.certainty !== 'agreed';
  const devices = [...facts.map((label) => deviceOfLabel(label, null)), ...more.map(deviceOfShort)];
  return devices.map((device) => otherOf({ ...device, doubt: unsure ? 'mistyped' : null }));
}
