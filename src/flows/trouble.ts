import type { Language } from '../../locales/language.ts';
import { type CaseRecord, caseNumber, stageOf } from '../cases/case.ts';
import type { Texts } from '../kernel/texts.ts';
import type { ArticleId } from '../policy/articles.ts';
import type { Found } from '../policy/help.ts';
import type { RegionPack } from '../policy/region.ts';
import type { Answer, Dialogue } from './engine/dialogue.ts';
import { cancelled } from './identify.ts';
import { type Next, type StageName, stage } from './stages.ts';
import { sourceText } from './telling.ts';
import { takeWords } from './words.ts';

/** Stage trouble: a screen says something. Its words or number lead to an article, else a photo of it is kept. */
export const trouble = stage('trouble', {
  version: 3,
  async run(dialogue, args) {
    const { found, ...from } = args.with;
    const record = args.caseId === '' ? null : await dialogue.house((house) => house.cases.get(args.caseId));
    const resume = from.resume ?? (record?.closedAt === null ? stageOf(record) : undefined);
    const where: Where = { caseId: args.caseId, resume };
    if (found?.kind === 'article') return showArticle(dialogue, where, found.article);
    if (found?.kind === 'two') return askWhich(dialogue, where, found);
    const back: Next = resume === undefined ? { end: true } : { go: resume };
    const answer = await dialogue.ask(questionText(dialogue.t, found), {
      wants: ['photo', 'message', 'words'],
      things: { photo: 'screen-photo' },
      back: resume !== undefined,
    });
    switch (answer.kind) {
      case 'photo': {
        const kept = record ?? (await dialogue.house((house) => house.cases.open(dialogue.chatId)));
        await sayKept(dialogue, kept, answer.fileId);
        return back;
      }
      case 'words':
        // Nothing is open: a device is described, as it can be without a question.
        if (record?.closedAt !== null) return { go: 'identify', caseId: '', with: { heard: answer } };
        await takeWords(dialogue, record.id, answer);
        return back;
      case 'message':
        return { go: 'trouble', with: { resume, found: answer.found } };
      case 'button':
        if (answer.id === 'cancel' && record && resume !== undefined) return cancelled(dialogue, record.id);
        return back;
      default:
        return { go: 'trouble', with: { resume } };
    }
  },
});

/** The case at hand, if any, and the stage that was left. */
interface Where {
  readonly caseId: string;
  readonly resume: StageName | undefined;
}

/** Nobody knows what was typed. Said of the next message that has to be a photo, too. */
const UNKNOWN = { kind: 'unknown', code: null } as const satisfies Found;

function questionText(t: Texts, found: Extract<Found, { kind: 'unknown' }> | undefined): string {
  if (found === undefined) return t('bot:trouble.ask');
  return found.code === null ? t('bot:trouble.unknown') : t('bot:trouble.unknownCode', { code: found.code });
}

async function showArticle(dialogue: Dialogue, where: Where, id: ArticleId): Promise<Next> {
  const pack = await dialogue.house((house) => house.region.pack());
  const region = regionLines(dialogue.t, id, pack, dialogue.language);
  const answer = await dialogue.ask(articleText(dialogue.t, id, region), {
    buttons: [
      [{ id: 'helped', text: dialogue.t('bot:trouble.button.helped'), said: ['yes', 'done'] }],
      [{ id: 'not-it', text: dialogue.t('bot:trouble.button.notIt'), said: ['no'] }],
    ],
    wants: ['message'],
    back: false,
  });
  return afterAnswer(dialogue, where, answer);
}

/** Two articles are as likely: their titles are buttons, or the answers to the question that parts them. */
async function askWhich(
  dialogue: Dialogue,
  where: Where,
  { articles, asks }: Extract<Found, { kind: 'two' }>,
): Promise<Next> {
  const { t } = dialogue;
  const [first, second] = articles;
  const labels =
    asks === null
      ? ([t(`help:button.${first}`), t(`help:button.${second}`)] as const)
      : ([t(`help:asked.${asks}.button.first`), t(`help:asked.${asks}.button.second`)] as const);
  const text = asks === null ? t('bot:trouble.which') : t(`help:asked.${asks}.text`);
  const answer = await dialogue.ask(text, {
    buttons: [
      [{ id: 'first', text: labels[0] }],
      [{ id: 'second', text: labels[1] }],
      [{ id: 'not-it', text: t('bot:trouble.button.notIt'), said: ['no'] }],
    ],
    wants: ['message'],
    back: false,
  });
  const chosen = answer.kind !== 'button' ? null : { first, second }[answer.id];
  if (!chosen) return afterAnswer(dialogue, where, answer);
  return { go: 'trouble', with: { resume: where.resume, found: { kind: 'article', article: chosen } } };
}

function afterAnswer(dialogue: Dialogue, { caseId, resume }: Where, answer: Answer): Promise<Next> | Next {
  if (answer.kind === 'message') return { go: 'trouble', with: { resume, found: answer.found } };
  if (answer.kind !== 'button' || answer.id === 'not-it')
    return { go: 'trouble', with: { resume, found: UNKNOWN } };
  if (answer.id === 'cancel' && resume !== undefined) return cancelled(dialogue, caseId);
  return resume === undefined ? { end: true } : { go: resume };
}

/** Articles about what the vendor's support does: where a region's source says something of it, that comes with them. */
const OF_SUPPORT: readonly string[] = ['support', 'partner-app'];

/** What the region's source says about the matter of an article, with that source; empty where it says nothing. */
export function regionLines(t: Texts, id: ArticleId, pack: RegionPack, language: Language): string[] {
  if (!OF_SUPPORT.includes(id) || pack.says.length === 0) return [];
  return [...pack.says.map((word) => t(`policy:rma.says.${word}`)), sourceText(t, pack, language)];
}

/** An article as a message: what it means, what the region adds to it, what to do. */
export function articleText(t: Texts, id: ArticleId, region: readonly string[] = []): string {
  return [
    `<b>${t(`help:article.${id}.title`)}</b>`,
    t(`help:article.${id}.means`),
    ...region,
    `→ ${t(`help:article.${id}.todo`)}`,
  ].join('\n');
}

/** Keeps a photo with the case and says so, or why it could not be kept. */
export async function sayKept(dialogue: Dialogue, record: CaseRecord, fileId: string): Promise<void> {
  const kept = await dialogue.house((house) => house.notes.photo(record.id, fileId));
  await dialogue.say(dialogue.t(`bot:notes.${kept}`, { case: caseNumber(record) }));
}
