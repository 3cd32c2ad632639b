/** Why a laptop may not have heard a device, in words: what the chat says where it would else advise to check power and cable. */
import type { CaseHindrance } from '../cases/case.ts';
import { hasText } from '../kernel/all-texts.ts';
import type { Texts } from '../kernel/texts.ts';

/** Of a device that was heard: it tells of the way, and hinders nothing. */
const ODD_WAY = 'found-set-aside';

/** Whether anything that is known may have kept the laptop from hearing the device. */
export function isHindered(hindrances: readonly CaseHindrance[] | undefined): boolean {
  return hindrances?.some(({ kind }) => kind !== ODD_WAY) ?? false;
}

/** What stood in the laptop's way, a line each; null when nothing is known. `serial`: the device's short one. */
export function hindranceText(
  t: Texts,
  hindrances: readonly CaseHindrance[] | undefined,
  serial: string,
): string | null {
  const lines = linesOf(t, hindrances?.filter(({ kind }) => kind !== ODD_WAY) ?? [], serial);
  return lines.length === 0
    ? null
    : [t('bot:hindrance.head'), ...lines.map((line) => `• ${line}`), t('bot:hindrance.advice')].join('\n');
}

/** That the device hangs where nobody would look for it; empty when it does not. */
export function oddWayText(t: Texts, hindrances: readonly CaseHindrance[] | undefined): string {
  return linesOf(t, hindrances?.filter(({ kind }) => kind === ODD_WAY) ?? [], '').join('\n');
}

/** A name stands by itself, as code: it becomes no link, and it is in no command that somebody copies. */
function linesOf(t: Texts, hindrances: readonly CaseHindrance[], serial: string): string[] {
  return hindrances.flatMap(({ kind, name = '' }) => {
    const key = `bot:hindrance.${kind}` as const;
    return hasText(key) ? [t(key, { name, serial })] : [];
  });
}
