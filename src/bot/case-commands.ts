/** Commands about cases and what goes wrong in them: /cases, /explain, /help with a code or words. */
import { helpWords } from '../../locales/words.ts';
import { type CaseRecord, caseNumber } from '../cases/case.ts';
import type { CaseDesk } from '../cases/desk.ts';
import { standingOf } from '../flows/case-view.ts';
import { contradictionText, trailText } from '../flows/telling.ts';
import { articleText } from '../flows/trouble.ts';
import { findArticles } from '../policy/help.ts';
import type { Call, CommandSet } from './call.ts';

/** Cases /cases lists. */
const MOST_LISTED = 10;

export function createCaseCommands(cases: Pick<CaseDesk, 'get' | 'listFor'>): CommandSet {
  /** The case that is being worked on, else the latest one of this chat. */
  async function caseAtHand({ chatId, controls }: Call): Promise<CaseRecord | null> {
    const active = controls.active()?.caseId;
    if (active) {
      const found = await cases.get(active);
      if (found.ok && found.value) return found.value;
    }
    const latest = await cases.listFor(chatId, 1);
    return latest.ok ? (latest.value[0] ?? null) : null;
  }

  return {
    commands: {
      async cases({ chatId, say, t }) {
        const listed = await cases.listFor(chatId, MOST_LISTED);
        if (!listed.ok) return say(t('bot:error.unreachable'));
        if (listed.value.length === 0) return say(t('bot:cases.none'));
        const names = listed.value.map((record) => record.device?.shortSerial ?? caseNumber(record));
        const lines = listed.value.map((record, at) =>
          t('bot:cases.line', { case: names[at] ?? '', standing: t(standingOf(record)) }),
        );
        const rows = listed.value.map((record, at) => [{ text: names[at] ?? '', data: `c:${record.id}` }]);
        return say([t('bot:cases.title'), ...lines].join('\n'), rows);
      },

      async explain(call) {
        const { say, t } = call;
        const record = await caseAtHand(call);
        if (!record) return say(t('bot:explain.none'));
        const disagreed = record.contradictions.map((found) => contradictionText(t, found));
        const head = t('bot:explain.head', { case: caseNumber(record) });
        return say([head, ...disagreed, trailText(t, record.facts)].join('\n\n'));
      },

      async help({ role, controls, say, t }, words) {
        if (words.length === 0) {
          const admin = role === 'admin' ? [t('bot:access.help')] : [];
          return say([t('bot:command.help'), ...admin].join('\n\n'));
        }
        const articles = findArticles(words.join(' '), helpWords);
        if (articles.length > 0) return say(articles.map((id) => articleText(t, id)).join('\n\n'));
        const active = controls.active();
        // A photo of the screen is asked for, and then the stage that was left goes on.
        return controls.start('trouble', {
          caseId: active?.caseId ?? '',
          with: { unknown: true, ...(active ? { resume: active.flow } : {}) },
        });
      },
    },

    buttons: {
      async c({ chatId, controls, say, t }, [caseId]) {
        const found = await cases.get(caseId ?? '');
        if (!found.ok) return say(t('bot:error.unreachable'));
        if (found.value?.chatId !== chatId) return say(t('bot:cases.gone'));
        return controls.start('case', { caseId: found.value.id });
      },
    },
  };
}
