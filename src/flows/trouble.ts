import type { Language } from '../../locales/language.ts';
import { type CaseRecord, caseNumber, stageOf } from '../cases/case.ts';
import type { Texts } from '../kernel/texts.ts';
import type { ArticleId } from '../policy/help.ts';
import type { RegionPack } from '../policy/region.ts';
import type { Dialogue } from './engine/dialogue.ts';
import { cancelled } from './identify.ts';
import { type Next, type StageName, stage } from './stages.ts';
import { sourceText } from './telling.ts';
import { takeWords } from './words.ts';

/** Stage trouble: a screen says something. Its words or number lead to an article, else a photo of it is kept. */
export const trouble = stage('trouble', {
  version: 2,
  async run(dialogue, args) {
    const { unknown, articles, ...from } = args.with;
    const record = args.caseId === '' ? null : await dialogue.house((house) => house.cases.get(args.caseId));
    const resume = from.resume ?? (record?.closedAt === null ? stageOf(record) : undefined);
    if (articles) return showArticles(dialogue, args.caseId, articles, resume);
    const back: Next = resume === undefined ? { end: true } : { go: resume };
    const answer = await dialogue.ask(dialogue.t(unknown ? 'bot:trouble.unknown' : 'bot:trouble.ask'), {
      wants: ['photo', 'message', ...(record?.closedAt === null ? (['words'] as const) : [])],
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
        await takeWords(dialogue, args.caseId, answer);
        return back;
      case 'message':
        return showArticles(dialogue, args.caseId, answer.articles, resume);
      case 'button':
        if (answer.id === 'cancel' && record && resume !== undefined) return cancelled(dialogue, record.id);
        return back;
      default:
        return { go: 'trouble', with: { resume } };
    }
  },
});

async function showArticles(
  dialogue: Dialogue,
  caseId: string,
  articles: readonly ArticleId[],
  resume: StageName | undefined,
): Promise<Next> {
  const again = { resume, unknown: true };
  if (articles.length === 0) return { go: 'trouble', with: again };
  const pack = await dialogue.house((house) => house.region.pack());
  const text = articles
    .slice(0, 2)
    .map((id) => articleText(dialogue.t, id, regionLines(dialogue.t, id, pack, dialogue.language)));
  const answer = await dialogue.ask(text.join('\n\n'), {
    buttons: [
      [{ id: 'helped', text: dialogue.t('bot:trouble.button.helped'), said: ['yes', 'done'] }],
      [{ id: 'not-it', text: dialogue.t('bot:trouble.button.notIt'), said: ['no'] }],
    ],
    wants: ['message'],
    back: false,
  });
  if (answer.kind === 'message') return { go: 'trouble', with: { resume, articles: answer.articles } };
  if (answer.kind !== 'button') return { go: 'trouble', with: again };
  if (answer.id === 'not-it') return { go: 'trouble', with: again };
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
