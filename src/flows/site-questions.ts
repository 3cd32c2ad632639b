/** What is asked once for a whole group before it starts: the order, EZVIZ, whether it is one password. */
import type { GroupRecord, Member } from '../groups/group.ts';
import { MOST_MEMBERS } from '../groups/record.ts';
import type { Dialogue } from './engine/dialogue.ts';
import { changeGroup } from './group.ts';
import { orderButtons, orderIn } from './order.ts';
import { inTwos, sliceOf, toggled } from './others.ts';
import type { Next, Stages } from './stages.ts';

type Standing = Stages['site'];

/** Asks what is still to be said of a planned group, one question a step; the last answer starts it. */
export async function askOnce(dialogue: Dialogue, group: GroupRecord, standing: Standing): Promise<Next> {
  switch (standing.ask ?? nextOf(group)) {
    case 'order':
      return askOrder(dialogue, group);
    case 'ezviz':
      return askEzviz(dialogue, group);
    case 'these':
      return askWhich(dialogue, group, standing);
    case 'start':
      return askStart(dialogue, group, standing);
  }
}

function nextOf({ order, ezviz }: GroupRecord): NonNullable<Standing['ask']> {
  if (order === null) return 'order';
  return ezviz === null ? 'ezviz' : 'start';
}

function head(dialogue: Dialogue, { members }: GroupRecord): string {
  return dialogue.t('site:plan.head', { count: members.length });
}

/** The plan is dropped: nothing has begun. */
async function dropped(dialogue: Dialogue, group: GroupRecord, next: Next): Promise<Next> {
  await changeGroup(dialogue, group, { type: 'ended' });
  if ('end' in next) await dialogue.say(dialogue.t('site:dropped'));
  return next;
}

async function askOrder(dialogue: Dialogue, group: GroupRecord): Promise<Next> {
  const answer = await dialogue.ask([head(dialogue, group), dialogue.t('site:plan.order')].join('\n\n'), {
    buttons: orderButtons(dialogue),
  });
  const given = answer.kind === 'button' ? answer.id : null;
  if (given === 'cancel') return dropped(dialogue, group, { end: true });
  if (given === 'back') return dropped(dialogue, group, { go: 'site' });
  const by = orderIn(given);
  if (by === undefined) return { go: 'site', with: { ask: 'order' } };
  await changeGroup(dialogue, group, { type: 'said', order: { by, statedAt: await dialogue.now() } });
  return { go: 'site', with: { ask: 'ezviz' } };
}

async function askEzviz(dialogue: Dialogue, group: GroupRecord): Promise<Next> {
  const { t } = dialogue;
  const by =
    group.order === null ? '' : t('bot:order.line', { order: t(`bot:order.button.${group.order.by}`) });
  const answer = await dialogue.ask(
    [head(dialogue, group), by, t('site:plan.ezviz')].filter(Boolean).join('\n\n'),
    {
      buttons: [
        [{ id: 'none', text: t('site:plan.button.none'), said: ['no'] }],
        [{ id: 'these', text: t('site:plan.button.these') }],
        [{ id: 'unknown', text: t('site:plan.button.unknown'), said: ['dont-know'] }],
      ],
    },
  );
  switch (answer.kind === 'button' ? answer.id : null) {
    case 'cancel':
      return dropped(dialogue, group, { end: true });
    case 'back':
      return { go: 'site', with: { ask: 'order' } };
    case 'none':
      return saidEzviz(dialogue, group, { said: 'none', serials: [] });
    case 'unknown':
      return saidEzviz(dialogue, group, { said: 'unknown', serials: [] });
    case 'these':
      return { go: 'site', with: { ask: 'these' } };
    default:
      return { go: 'site', with: { ask: 'ezviz' } };
  }
}

async function saidEzviz(
  dialogue: Dialogue,
  group: GroupRecord,
  ezviz: NonNullable<GroupRecord['ezviz']>,
): Promise<Next> {
  await changeGroup(dialogue, group, { type: 'said', ezviz });
  return { go: 'site', with: { ask: 'start' } };
}

/** Which of them were in EZVIZ: pressed, a page at a time. */
async function askWhich(dialogue: Dialogue, group: GroupRecord, standing: Standing): Promise<Next> {
  const { t } = dialogue;
  const { picked = [], from = 0 } = standing;
  const page = sliceOf(t, group.members, from);
  const label = ({ shortSerial: serial }: Member, number: number) =>
    t(picked.includes(serial) ? 'site:list.button.leave' : 'site:list.button.take', { number, serial });
  const lines = page.shown.map(({ shortSerial: serial, model }, at) =>
    t('bot:identify.choice', { number: page.from + at + 1, serial, model: model ?? '' }),
  );
  const text = [t('site:plan.which'), lines.join('\n'), page.range].filter(Boolean).join('\n\n');
  const answer = await dialogue.ask(text, {
    buttons: [
      ...inTwos(
        page.shown.map((member, at) => ({
          id: `pick.${member.shortSerial}`,
          text: label(member, page.from + at + 1),
        })),
      ),
      ...(page.turns.length === 0
        ? []
        : [page.turns.map((turn) => ({ id: `from.${turn.from}`, text: turn.text }))]),
      ...(picked.length === 0
        ? []
        : [
            [
              {
                id: 'chosen',
                text: t('site:list.button.chosen', { count: picked.length }),
                style: 'primary' as const,
              },
            ],
          ]),
    ],
  });
  const on = (changes: Standing): Next => ({
    go: 'site',
    with: { ask: 'these', picked, from, ...changes },
  });
  const [word, value = ''] = answer.kind === 'button' ? answer.id.split('.') : [];
  switch (word) {
    case 'pick':
      return on({ picked: toggled(picked, value) });
    case 'from':
      return on({ from: Number(value) });
    case 'chosen':
      return saidEzviz(dialogue, group, { said: 'these', serials: picked.slice(0, MOST_MEMBERS) });
    case 'cancel':
      return dropped(dialogue, group, { end: true });
    case 'back':
      return { go: 'site', with: { ask: 'ezviz' } };
    default:
      return on({});
  }
}

/** One password or several; either starts the group. */
async function askStart(dialogue: Dialogue, group: GroupRecord, standing: Standing): Promise<Next> {
  const { t } = dialogue;
  const left = await dialogue.house((house) => house.limits.leftToday(dialogue.chatId));
  const count = group.members.length;
  const isBeyond = left !== null && left < count;
  const text = [
    head(dialogue, group),
    [
      group.order === null ? '' : t('bot:order.line', { order: t(`bot:order.button.${group.order.by}`) }),
      group.ezviz === null
        ? ''
        : t(`site:plan.said.${group.ezviz.said}`, { count: group.ezviz.serials.length }),
    ]
      .filter(Boolean)
      .join('\n'),
    isBeyond ? t('site:plan.limit', { left, count }) : '',
    isBeyond && standing.asked ? t('site:plan.asked') : '',
    t('site:plan.password'),
    t('site:plan.stops'),
  ];
  const answer = await dialogue.ask(text.filter(Boolean).join('\n\n'), {
    buttons: [
      [{ id: 'same', text: t('site:plan.button.same'), pressOnly: true, style: 'danger' }],
      [{ id: 'each', text: t('site:plan.button.each'), pressOnly: true, style: 'danger' }],
      ...(isBeyond && !standing.asked ? [[{ id: 'more', text: t('site:plan.button.more') }]] : []),
    ],
  });
  const given = answer.kind === 'button' ? answer.id : null;
  if (given === 'cancel') return dropped(dialogue, group, { end: true });
  if (given === 'back') return { go: 'site', with: { ask: 'ezviz' } };
  if (given === 'more') {
    await dialogue.house((house) => house.limits.askForMore(dialogue.chatId, count));
    return { go: 'site', with: { ask: 'start', asked: true } };
  }
  if (given !== 'same' && given !== 'each') return { go: 'site', with: { ask: 'start' } };
  await changeGroup(dialogue, group, { type: 'said', samePassword: given === 'same' });
  await changeGroup(dialogue, group, { type: 'started' });
  return { go: 'site' };
}
