/** How the card of a case begins: which device it is, where it stands and what comes next. */
import { type CaseRecord, caseNumber, stageOf } from '../cases/case.ts';
import { nextMember } from '../groups/group.ts';
import type { Texts, WordAfter } from '../kernel/texts.ts';
import type { Heading, SharesCard } from './engine/card.ts';
import { htmlTextsFor } from './engine/html.ts';
import { marksText } from './group.ts';
import type { House } from './ports.ts';
import type { StageName } from './stages.ts';
import { standingOf } from './telling.ts';

type Station = WordAfter<'bot:caseCard.station.'>;

/** The way of a case by the stage it is at, from the label to its end, and which station that is. */
const WAYS: Readonly<Partial<Record<StageName, { at: number; stations: readonly Station[] }>>> = {
  assess: { at: 1, stations: ['label', 'way', 'unbind', 'verified'] },
  order: { at: 1, stations: ['label', 'way', 'unbind', 'verified'] },
  'lan-unbind': { at: 2, stations: ['label', 'way', 'unbind', 'verified'] },
  close: { at: 3, stations: ['label', 'way', 'unbind', 'verified'] },
  guide: { at: 2, stations: ['label', 'way', 'byHand', 'check'] },
  'service-centre': { at: 2, stations: ['label', 'way', 'letter', 'answer'] },
};

/** A case as its card begins, or ends where it has ended. Nothing for a case that has no device yet. */
export const heading: Heading = async (house, { chatId, caseId, flow }, language) => {
  const found = caseId === '' ? null : await house.cases.get(caseId);
  if (!found?.ok || !found.value?.device) return '';
  const t = htmlTextsFor(language);
  const record = found.value;
  const device = t('bot:caseCard.device', {
    model: record.sighting?.model ?? record.device?.model ?? t('bot:identify.modelUnknown'),
    serial: record.device?.shortSerial ?? '',
    case: caseNumber(record),
  });
  if (record.chatId !== chatId) return [device, t('bot:handOver.standing')].join('\n');
  return [
    flow === null || record.group === null ? '' : await groupText(house, t, record),
    device,
    flow === null || record.closedAt !== null ? t(standingOf(record)) : wayText(t, record, flow),
  ]
    .filter(Boolean)
    .join('\n');
};

/** Where the group of a case stands, while it is worked on in its turn. */
async function groupText(house: House, t: Texts, { id, group }: CaseRecord): Promise<string> {
  const found = await house.groups.get(group ?? '');
  if (!found.ok || found.value === null || nextMember(found.value)?.caseId !== id) return '';
  const { members } = found.value;
  const at = members.findIndex(({ caseId }) => caseId === id);
  return [t('site:heading', { number: at + 1, of: members.length }), marksText(found.value)]
    .filter(Boolean)
    .join(' · ');
}

/**
 * Whether two cases of a chat go on in one message (engine/card.ts): members of a group that is not over, and what is about the group
 * itself (no case).
 */
export const sharesCard: SharesCard = async (house, chatId, cases) => {
  const found = await house.groups.of(chatId);
  const group = found.ok ? found.value : null;
  const isOf = (id: string) => id === '' || group?.members.some(({ caseId }) => caseId === id);
  return group !== null && cases.every(isOf);
};

/** Stations of the way: what is done, what is being done, what comes. */
function wayText(t: Texts, record: CaseRecord, flow: string): string {
  const way = WAYS[flow as StageName] ?? WAYS[stageOf(record)];
  if (!way) return '';
  return way.stations
    .map((station, index) => {
      const name = t(`bot:caseCard.station.${station}`);
      if (index === way.at) return `▸ <b>${name}</b>`;
      return index < way.at ? `✓ ${name}` : name;
    })
    .join(' · ');
}
