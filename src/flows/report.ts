import { oneLine } from '../kernel/one-line.ts';
import type { Texts } from '../kernel/texts.ts';
import { contactOf, signatureOf } from './contact.ts';
import type { Button } from './engine/buttons.ts';
import type { Dialogue, OutsideButton } from './engine/dialogue.ts';
import type { Contact, MadeReport, ReportScope } from './ports.ts';
import { stage } from './stages.ts';
import { wayBack } from './way-back.ts';

/** Longest name of a site, characters. */
const LONGEST_SITE = 80;

/** Stage report: a case or a day's visit as a PDF and as a table, sent into the chat. */
export const report = stage('report', {
  version: 2,
  async run(dialogue, args) {
    const back = await wayBack(dialogue, args);
    const asked = await contactOf(dialogue);
    if ('left' in asked) return back;
    const { of } = args.with;
    const scope = of === undefined ? await chooseScope(dialogue, args.caseId) : { caseId: of };
    if (scope === null) return back;
    const site = await askSite(dialogue, asked.contact);
    if (site === undefined) return back;
    const made = await dialogue.house((house) => house.reports.make(dialogue.chatId, scope, site));
    if (made === null) await dialogue.say(dialogue.t('report:chat.none'));
    else await send(dialogue, made, { ...asked.contact, site });
    return back;
  },
});

/** The button under the end of a case; it is pressed outside conversations (bot/commands/reports.ts). */
export function reportButton(t: Texts, caseId: string): OutsideButton {
  return { text: t('report:chat.button.make'), data: `report:${caseId}` };
}

/** Which cases; null: there is none, or the technician went back. */
async function chooseScope(dialogue: Dialogue, caseId: string): Promise<ReportScope | null> {
  const { t } = dialogue;
  const { atHand, days } = await dialogue.house((house) => house.reports.choices(dialogue.chatId, caseId));
  if (atHand === null) {
    await dialogue.say(t('report:chat.none'));
    return null;
  }
  const [day] = days;
  if (days.length === 1 && day?.cases === 1) return { caseId: atHand.id };
  const only: Button = { id: 'case', text: t('report:chat.button.case', { serial: atHand.serial }) };
  const dayButtons = days.map(
    ({ day, isToday, cases }): Button => ({
      id: `day-${day}`,
      text: isToday
        ? t('report:chat.button.today', { cases })
        : t('report:chat.button.day', { day: dialogue.date(day), cases }),
    }),
  );
  const answer = await dialogue.ask(t('report:chat.which'), {
    buttons: [only, ...dayButtons].map((button) => [button]),
  });
  if (answer.kind !== 'button' || answer.id === 'back' || answer.id === 'cancel') return null;
  return answer.id === 'case' ? { caseId: atHand.id } : { day: answer.id.slice('day-'.length) };
}

/** The site of a report; null: none is named, undefined: the technician went back. */
async function askSite(dialogue: Dialogue, { sites }: Contact): Promise<string | null | undefined> {
  const { t } = dialogue;
  const answer = await dialogue.ask(t('report:chat.site'), {
    buttons: [
      ...sites.map((site, at) => [{ id: `site-${at}`, text: site }]),
      [{ id: 'no-site', text: t('report:chat.button.noSite'), said: ['no'] }],
    ],
    wants: ['note'],
    things: { note: 'site' },
  });
  const named =
    answer.kind === 'note'
      ? oneLine(answer.text, LONGEST_SITE)
      : answer.kind === 'button' && answer.id.startsWith('site-')
        ? sites[Number(answer.id.slice('site-'.length))]
        : undefined;
  if (named) {
    await dialogue.house((house) => house.contacts.keepSite(dialogue.chatId, named));
    return named;
  }
  return answer.kind === 'button' && answer.id !== 'no-site' ? undefined : null;
}

async function send(
  dialogue: Dialogue,
  { pdf, table, name, devices, isCut }: MadeReport,
  letterhead: Contact & { site: string | null },
): Promise<void> {
  const { t } = dialogue;
  const who = [letterhead.site, ...signatureOf(letterhead)].filter((line) => line !== null).join(' · ');
  const caption = [
    t('report:chat.caption', { count: devices, letterhead: who }).trim(),
    isCut ? t('report:chat.tooMany', { count: devices }) : '',
  ]
    .filter(Boolean)
    .join('\n');
  if (pdf === null) await dialogue.send(t('report:chat.noPdf'));
  else await dialogue.sendFile(pdf, `${name}.pdf`, caption);
  await dialogue.sendFile(table, `${name}.csv`, pdf === null ? caption : t('report:chat.table'));
}
