/** Commands about cases and what goes wrong in them: /cases, /explain, /help with a code or words. */
import { helpWords } from '../../../locales/words.ts';
import { type CaseRecord, caseNumber } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import { offerOf, pressedOf } from '../../flows/others.ts';
import {
  catalogueText,
  contradictionText,
  restsOnCatalogue,
  standingOf,
  trailText,
} from '../../flows/telling.ts';
import { articleText, regionLines } from '../../flows/trouble.ts';
import type { PlainKey } from '../../kernel/texts.ts';
import { FIRMWARE_CATALOGUE, type FirmwareCatalogue, firmwareOf } from '../../policy/catalogue.ts';
import { knownValue } from '../../policy/facts.ts';
import { findHelp } from '../../policy/help.ts';
import type { RegionPack } from '../../policy/region.ts';
import type { Told } from '../house/telegram.ts';
import type { Call, CommandSet } from './call.ts';

/** Cases of one message of /cases. */
const MOST_LISTED = 10;

export function createCaseCommands(
  cases: Pick<CaseDesk, 'get' | 'listFor' | 'find' | 'untouched'>,
  region: RegionPack,
  catalogue: FirmwareCatalogue = FIRMWARE_CATALOGUE,
): CommandSet {
  /** One message with cases, and with a button to older ones where there are some. `title`: its key. */
  function sayCases(
    { say, t }: Call,
    title: PlainKey,
    found: readonly CaseRecord[],
    more: { text: string; data: string } | null,
  ): Promise<Told> {
    // Numbered: a device has as many cases as visits.
    const names = found.map((record) => record.device?.shortSerial ?? caseNumber(record));
    const lines = found.map((record, at) =>
      t('bot:cases.line', { number: at + 1, case: names[at] ?? '', standing: t(standingOf(record)) }),
    );
    const rows = found.map((record, at) => [{ text: `${at + 1} · ${names[at]}`, data: `c:${record.id}` }]);
    return say([t(title), ...lines].join('\n'), [...rows, ...(more ? [[more]] : [])]);
  }

  /** The cases before one, or the latest. */
  async function page(call: Call, before?: string): Promise<Told> {
    const { chatId, say, t } = call;
    const listed = await cases.listFor(chatId, MOST_LISTED + 1, before);
    if (!listed.ok) return say(t('bot:error.unreachable'));
    const found = listed.value.slice(0, MOST_LISTED);
    const last = found.at(-1);
    if (!last) return say(t(before === undefined ? 'bot:cases.none' : 'bot:cases.noOlder'));
    const more =
      listed.value.length > MOST_LISTED ? { text: t('bot:cases.button.older'), data: `o:${last.id}` } : null;
    return sayCases(call, before === undefined ? 'bot:cases.title' : 'bot:cases.titleOlder', found, more);
  }

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

  /** A case of this chat, or null when it has been said why there is none. */
  async function caseOf({ chatId, say, t }: Call, caseId = ''): Promise<CaseRecord | null> {
    const found = await cases.get(caseId);
    if (found.ok && found.value?.chatId === chatId) return found.value;
    if (found.ok) await say(t('bot:cases.gone'));
    else
      await say(
        t(found.failure.reason === 'unreadable' ? 'bot:error.caseUnreadable' : 'bot:error.unreachable'),
      );
    return null;
  }

  /** Begins a case for one of the other devices named with a case; in the middle of another one that is asked first. */
  async function beginOther(call: Call, record: CaseRecord, serial: string | undefined): Promise<void> {
    const { controls, say, t } = call;
    const pressed = record.others.find(({ shortSerial }) => shortSerial === serial);
    const left = await cases.untouched(record);
    if (!left.ok) return void (await say(t('bot:error.unreachable')));
    if (!pressed) return void (await say(t('bot:cases.gone')));
    const handed = pressedOf(left.value, pressed);
    const active = controls.active();
    const running = active?.caseId ? await cases.get(active.caseId) : null;
    const isAtWork = running?.ok && running.value?.device && running.value.closedAt === null;
    if (active && isAtWork && active.flow !== 'case')
      await controls.start('switch', { caseId: active.caseId, with: { ...handed, resume: active.flow } });
    else await controls.start('identify', { caseId: '', with: handed });
  }

  return {
    commands: {
      async cases(call, words) {
        const { chatId, say, t } = call;
        if (words.length === 0) return page(call);
        const found = await cases.find(chatId, words.join(''), MOST_LISTED + 1);
        if (!found.ok) return say(t('bot:error.unreachable'));
        if (found.value.length === 0) return say(t('bot:cases.notFound'));
        const title = found.value.length > MOST_LISTED ? 'bot:cases.foundMany' : 'bot:cases.found';
        return sayCases(call, title, found.value.slice(0, MOST_LISTED), null);
      },

      async explain(call) {
        const { say, t, language } = call;
        const record = await caseAtHand(call);
        if (!record) return say(t('bot:explain.none'));
        const disagreed = record.contradictions.map((found) => contradictionText(t, found));
        const head = t('bot:explain.head', { case: caseNumber(record) });
        const model = knownValue(record.facts, 'model');
        const row = model !== null && restsOnCatalogue(record.facts) ? firmwareOf(model, catalogue) : null;
        const listed = row ? [catalogueText(t, row, language)] : [];
        return say([head, ...disagreed, ...listed, trailText(t, record.facts, record.tried)].join('\n\n'));
      },

      async help({ role, controls, say, t, language }, words) {
        if (words.length === 0) {
          const admin = role === 'admin' ? [t('bot:access.help')] : [];
          return say([t('bot:command.help'), ...admin].join('\n\n'));
        }
        const found = findHelp(words.join(' '), helpWords, 'command');
        if (found.kind === 'article')
          return say(articleText(t, found.article, regionLines(t, found.article, region, language)));
        const active = controls.active();
        // Which of two it is, or a photo of the screen, is asked for; then the stage that was left goes on.
        await controls.start('trouble', {
          caseId: active?.caseId ?? '',
          with: { found, ...(active ? { resume: active.flow } : {}) },
        });
        return undefined;
      },
    },

    buttons: {
      o: (call, [before]) => page(call, before ?? ''),

      async c(call, [caseId]) {
        const record = await caseOf(call, caseId);
        if (record) await call.controls.start('case', { caseId: record.id });
        return undefined;
      },

      async n(call, [caseId, serial]) {
        const record = await caseOf(call, caseId);
        if (record) await beginOther(call, record, serial);
        return undefined;
      },

      async r(call, [caseId, from]) {
        const record = await caseOf(call, caseId);
        if (!record) return undefined;
        const left = await cases.untouched(record);
        if (!left.ok) return call.say(call.t('bot:error.unreachable'));
        const offer = offerOf(call.t, record.id, left.value, Number(from));
        return offer ? call.say(offer.text, offer.rows) : call.say(call.t('bot:others.none'));
      },
    },
  };
}
