import { textsFor } from '../../kernel/all-texts.ts';
import { notTaken } from '../left.ts';
import type { PhotoReading } from '../ports.ts';
import { lastWord } from './bot-api.ts';
import { orThrow } from './dialogue.ts';
import type { EngineTools, Turn } from './turn.ts';

/**
 * Another photo of an album whose device was taken: what it shows is named, in one message for all of them. The same
 * device from another side is no news.
 */
export async function tellOfAlbum(
  { house, callApi }: EngineTools,
  { chat, chatId }: Turn,
  fileId: string,
): Promise<void> {
  const read = orThrow(await house.labels.read(chatId, fileId, { quick: true }));
  const found = orThrow(await house.cases.get(chat.conversation?.args.caseId ?? ''));
  const taken = found?.device?.shortSerial;
  const shown = serialsIn(read).filter((serial) => serial !== taken);
  if (shown.length === 0 && serialsIn(read).length > 0) return;
  const before = chat.albumRest ?? { messageId: null, serials: [], unread: 0 };
  const serials = [...new Set([...before.serials, ...shown])];
  const unread = before.unread + (shown.length === 0 ? 1 : 0);
  if (serials.length === before.serials.length && unread === before.unread) return;
  const t = textsFor(await house.language(chatId));
  const text = [notTaken(t, serials), unread === 0 ? '' : t('bot:identify.albumUnread', { photos: unread })]
    .filter(Boolean)
    .join('\n\n');
  const message = { chat_id: chatId, text, parse_mode: 'HTML' as const };
  const edited =
    before.messageId !== null &&
    (await callApi('editMessageText', { ...message, message_id: before.messageId })).ok;
  const sent = edited ? null : lastWord(await callApi('sendMessage', message));
  const messageId = sent?.ok ? sent.value.message_id : before.messageId;
  chat.albumRest = { messageId, serials, unread };
}

/** Short serials on a photo, each once. */
function serialsIn(reading: PhotoReading): string[] {
  const facts =
    reading.kind === 'label'
      ? [reading.facts]
      : reading.kind === 'several'
        ? reading.labels.map((label) => label.facts)
        : reading.kind === 'printed'
          ? reading.labels
          : [];
  const more = reading.kind === 'several' ? reading.more : [];
  return [
    ...new Set([...facts.flatMap(({ shortSerial, others = [] }) => [shortSerial, ...others]), ...more]),
  ];
}
