/** A group that rests, and its end: how far it has come, why it stands, what may follow. */
import { applyGroup, type GroupRecord, isOpen, type Member } from '../groups/group.ts';
import { hasText } from '../kernel/all-texts.ts';
import type { Texts } from '../kernel/texts.ts';
import type { Button } from './engine/buttons.ts';
import type { Ask, Dialogue, OutsideButton } from './engine/dialogue.ts';
import { changeGroup, memberLine, numberOf, TO_GROUP, tallyText } from './group.ts';
import type { Next } from './stages.ts';

/** Members with a button of their own under the end of a group; the others are in /cases. */
const MOST_NAMED = 8;

/** Lines about members that stay together; with the longest model a line has some 170 characters of a message's 4096. */
const LINES_TOGETHER = 20;

/** What comes with a group that rests. */
interface Lead {
  /** How its last member has ended, where that was not told yet, and what notes that it is. */
  readonly text?: string;
  readonly sent?: NonNullable<Ask['sent']>;
  /** Another list waits for the group to be over. */
  readonly named?: boolean;
}

/** Nothing is sent while a group rests: whether it goes on, without which device, or ends, is a person's press. */
export async function restGroup(
  dialogue: Dialogue,
  group: GroupRecord,
  { text = '', sent, named = false }: Lead,
): Promise<Next> {
  const { t } = dialogue;
  const doing = group.members.find(({ state }) => state === 'doing');
  const isLeft = group.members.some(isOpen);
  const lines = [
    text,
    [restText(t, group), tallyText(t, group)].join('\n'),
    isLeft ? t('site:rest.ask') : t('site:rest.askEnd'),
    named ? t('site:rest.named') : '',
  ];
  const answer = await dialogue.ask(lines.filter(Boolean).join('\n\n'), {
    ...(sent ? { sent, news: true } : {}),
    buttons: restButtons(t, { isLeft, doing: doing?.shortSerial, isStopped: group.stop !== null }),
    back: false,
    cancel: t('site:rest.button.later'),
  });
  const stopped = group.members.find(({ shortSerial }) => shortSerial === group.stop?.shortSerial);
  switch (answer.kind === 'button' ? answer.id : null) {
    case 'skip':
      if (doing)
        await changeGroup(dialogue, group, {
          type: 'member-ended',
          shortSerial: doing.shortSerial,
          end: 'left-out',
          word: 'skipped',
        });
      return resumed(dialogue, group);
    case 'on':
      return resumed(dialogue, group);
    case 'show':
      return stopped?.caseId ? { go: 'close', caseId: stopped.caseId, with: { alone: true } } : TO_GROUP;
    case 'end': {
      const over = await endGroup(dialogue, group);
      return named ? { go: 'site', with: { named } } : over;
    }
    case 'cancel':
      await dialogue.say(t('site:offer.waits'));
      return { end: true };
    default:
      return TO_GROUP;
  }
}

async function resumed(dialogue: Dialogue, group: GroupRecord): Promise<Next> {
  await changeGroup(dialogue, group, { type: 'resumed', after: group.run ?? '' });
  return TO_GROUP;
}

function restButtons(
  t: Texts,
  { isLeft, doing, isStopped }: { isLeft: boolean; doing: string | undefined; isStopped: boolean },
): Button[][] {
  return [
    ...(isLeft
      ? [[{ id: 'on', text: t('site:rest.button.on'), pressOnly: true as const, style: 'primary' as const }]]
      : []),
    ...(doing === undefined
      ? []
      : [[{ id: 'skip', text: t('site:rest.button.skip', { serial: doing }), pressOnly: true as const }]]),
    ...(isStopped ? [[{ id: 'show', text: t('site:rest.button.show') }]] : []),
    [{ id: 'end', text: t('site:rest.button.end') }],
  ];
}

/** Why a group rests. */
function restText(t: Texts, group: GroupRecord): string {
  if (group.stop === null) return t('site:rest.paused');
  const { shortSerial: serial, word } = group.stop;
  const key = `site:stop.${word}` as const;
  return t('site:rest.stopped', {
    serial,
    number: numberOf(group, serial),
    why: t(hasText(key) ? key : 'site:stop.unknown'),
  });
}

/** Members that leave something to do. */
function leftOf({ members }: GroupRecord): Member[] {
  return members.filter(({ state }) => state !== 'verified' && state !== 'nothing-to-do');
}

/** How a group has ended, in parts of which each fits into a message whatever its devices call themselves. HTML. */
export function overTexts(t: Texts, group: GroupRecord): string[] {
  const lines = leftOf(group).map(({ shortSerial }) => memberLine(t, group, shortSerial));
  const parts = Array.from({ length: Math.ceil(lines.length / LINES_TOGETHER) }, (_, at) =>
    lines.slice(at * LINES_TOGETHER, (at + 1) * LINES_TOGETHER),
  );
  return [
    [t('site:over.title', { count: group.members.length }), tallyText(t, group)].join('\n'),
    ...parts.map((part, at) => [...(at === 0 ? [t('site:over.left')] : []), ...part].join('\n')),
  ];
}

/** The end of a group, in as few messages as hold it: how each kind ended, and what is left to do by itself. */
export async function endGroup(dialogue: Dialogue, before: GroupRecord): Promise<Next> {
  const { t } = dialogue;
  const ended = applyGroup(before, { type: 'ended' }, before.updatedAt, '');
  const group = ended.ok ? ended.value : before;
  const withCase = leftOf(group).filter(({ caseId }) => caseId !== null);
  const text = [...overTexts(t, group), ...(withCase.length > MOST_NAMED ? [t('site:over.more')] : [])];
  const cases = withCase.slice(0, MOST_NAMED).map(
    ({ shortSerial, caseId }): OutsideButton => ({
      text: `${numberOf(group, shortSerial)} · ${shortSerial}`,
      data: `c:${caseId}`,
    }),
  );
  const isWorked = group.members.some(({ caseId }) => caseId !== null);
  const report = isWorked ? [[{ text: t('site:over.button.report'), data: 'visit' }]] : [];
  // A text that is too long for a message would be cut: said in parts, none of them is.
  for (const part of text.slice(0, -1)) await dialogue.say(part);
  await dialogue.send(text.at(-1) ?? '', [...cases.map((button) => [button]), ...report]);
  await dialogue.dropCard();
  // Told first: cut off in between, it is told twice and not never.
  await changeGroup(dialogue, before, { type: 'ended' });
  return { end: true };
}
