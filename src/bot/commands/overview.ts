/** /admin: how the house stands, in one message that its button writes anew, and the cases of the week as a table. */
import { CASE_OUTCOMES } from '../../cases/record.ts';
import { createOverview, MOST_CASES, type Overview, type OverviewOptions } from '../house/overview.ts';
import type { PlainButton, Telegram, Told } from '../house/telegram.ts';
import { createWeekTable, type WeekTableOptions } from '../house/week-table.ts';
import type { Call, CommandSet, Handler } from './call.ts';
import { onlyAdmins } from './only-admins.ts';
import { questionText } from './unclear.ts';

export interface OverviewCommandsOptions extends OverviewOptions, Omit<WeekTableOptions, 'access' | 'cases'> {
  access: OverviewOptions['access'] & WeekTableOptions['access'];
  telegram: Pick<Telegram, 'sendFile'>;
}

export function createOverviewCommands(options: OverviewCommandsOptions): CommandSet {
  const lookOver = createOverview(options);
  const makeTable = createWeekTable(options);

  /** `say`: as a message of its own, or in the one that is there. */
  async function show(call: Call, say: Call['rewrite']): Promise<Told> {
    const seen = await lookOver();
    if (!seen.ok) return call.say(call.t('bot:error.unreachable'));
    return say(textOf(call, seen.value, options.clock()), rowsOf(call));
  }

  async function sendWeek({ chatId, language, say, t }: Call): Promise<Told> {
    const made = await makeTable(chatId, language);
    if (!made.ok) return say(t('bot:error.unreachable'));
    if (made.value === null) return say(t('bot:admin.nothingToExport'));
    const { file, cases, isCut } = made.value;
    const cut = isCut ? [t('bot:admin.openCut', { most: MOST_CASES })] : [];
    const caption = [t('bot:admin.exported', { count: cases }), ...cut].join('\n');
    const isSent = await options.telegram.sendFile(chatId, file, caption);
    return isSent ? 'told' : say(t('bot:admin.notExported'));
  }

  const pressed: Handler = (call, [verb]) => (verb === 'export' ? sendWeek(call) : show(call, call.rewrite));

  return {
    commands: { admin: onlyAdmins((call) => show(call, call.say)) },
    buttons: {},
    staying: { admin: onlyAdmins(pressed) },
  };
}

function rowsOf({ t }: Call): PlainButton[][] {
  return [
    [{ text: t('bot:admin.button.refresh'), data: 'admin:refresh' }],
    [{ text: t('bot:admin.button.export'), data: 'admin:export' }],
  ];
}

/** Questions at which answers were not understood; those beyond are a number. */
const MOST_QUESTIONS = 8;

function misunderstoodLines(t: Call['t'], counted: Overview['misunderstood']): string[] {
  if (counted.size === 0) return [];
  const all = [...counted];
  const rest = all.slice(MOST_QUESTIONS).reduce((sum, [, count]) => sum + count, 0);
  return [
    '',
    t('bot:admin.misunderstood'),
    ...all
      .slice(0, MOST_QUESTIONS)
      .map(([question, count]) => t('bot:admin.outcome', { outcome: questionText(t, question), count })),
    ...(rest === 0 ? [] : [t('bot:admin.outcome', { outcome: t('bot:admin.elsewhere'), count: rest })]),
  ];
}

function textOf({ language, t }: Call, seen: Overview, now: number): string {
  const { open, week } = seen;
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'short' });
  const { count, oldest } = open;
  const ended = [...week.outcomes].map(([outcome, times]) => {
    const known = CASE_OUTCOMES.find((word) => word === outcome);
    return t('bot:admin.outcome', {
      outcome: known ? t(`bot:cases.outcome.${known}`) : outcome,
      count: times,
    });
  });
  const { attempts, wrong, locks } = week;
  return [
    t('bot:admin.title', { at: moment.format(now) }),
    t('bot:admin.people', { technicians: seen.technicians, admins: seen.admins }),
    t('bot:admin.laptops', { paired: seen.paired, online: seen.online }),
    oldest === null ? t('bot:admin.noneOpen') : t('bot:admin.open', { count, date: day.format(oldest) }),
    ...(open.isCut ? [t('bot:admin.openCut', { most: MOST_CASES })] : []),
    ...(seen.newer === null ? [] : [t('bot:admin.newer', { ...seen.newer })]),
    '',
    t('bot:admin.week'),
    ...(ended.length > 0 ? ended : [t('bot:admin.noneEnded')]),
    t('bot:admin.attempts', { attempts, wrong, locks }),
    ...(week.countedFrom === null
      ? []
      : [t('bot:admin.weekCut', { since: moment.format(week.countedFrom) })]),
    ...misunderstoodLines(t, seen.misunderstood),
  ].join('\n');
}
