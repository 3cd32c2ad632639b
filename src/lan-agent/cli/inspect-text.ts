import { DOCUMENTS, type InspectReport } from '../inspect/contract.ts';
import { numberLines } from '../notes.ts';
import type { Texts, WordAfter } from '../texts.ts';

/**
 * The report of an inspection for people: what happened, then what the device says and what to do next.
 * @param isHindered the person was told why the device may not be heard
 */
export function describeInspection(report: InspectReport, texts: Texts, isHindered: boolean): string {
  const { shortSerial, address, device } = report;
  const where = address && texts('agent:discover.through', { address, interface: report.interface ?? '' });
  const head = [shortSerial, device?.model, where].filter(Boolean).join('  ');
  return [
    head,
    ...ending(report, texts, isHindered),
    ...section('device', deviceRows(report, texts), texts),
    ...section('cloud', cloudRows(report, texts), texts),
    ...section('lock', lockRows(report, texts), texts),
    ...section('missing', missingRows(report, texts), texts),
  ].join('\n');
}

function ending(report: InspectReport, texts: Texts, isHindered: boolean): string[] {
  const { outcome, reason, offered } = report;
  const key =
    outcome === 'not-found' && isHindered ? 'note.notHeard' : (`inspect.outcome.${outcome}` as const);
  return [
    texts(`agent:${key}`),
    ...(reason ? [texts(`agent:reason.${reason}`)] : []),
    ...(offered?.length ? [texts('agent:inspect.offered', { schemes: offered.join(', ') })] : []),
    ...numberLines(report, texts),
  ];
}

function deviceRows({ device }: InspectReport, texts: Texts): string[] {
  if (!device) return [];
  const row = (label: string, value: string | null) => (value === null ? [] : [`${label}: ${value}`]);
  return [
    ...(device.isTheOne === false ? [texts('agent:inspect.otherDevice')] : []),
    ...row(texts('agent:discover.row.kind'), texts(`agent:kind.${device.kind}`)),
    ...row(texts('agent:discover.row.firmware'), device.firmware),
    ...row(texts('agent:prompt.row.fullSerial'), device.fullSerial),
    ...row(texts('agent:discover.row.mac'), device.mac?.match(/../g)?.join(':') ?? null),
  ];
}

type Row = WordAfter<'agent:inspect.row.'>;

/** What to do comes first; the rest is what it was read from. */
function cloudRows(report: InspectReport, texts: Texts): string[] {
  const { cloud, capabilities, shortSerial } = report;
  if (!cloud && !isRead(report)) return [];
  if (!cloud) return [texts('agent:inspect.cloud.none', { shortSerial })];
  const { enabled, registered, bind, offlineStatus, host } = cloud;
  const row = (name: Row, value: string | null) =>
    value === null ? [] : [texts(`agent:inspect.row.${name}`, { value })];
  const access = enabled === null ? 'inspect.notSaid' : enabled ? 'discover.cloud.on' : 'discover.cloud.off';
  const connection = registered === null ? 'notSaid' : registered ? 'online' : 'offline';
  const labelCode = capabilities?.labelCode ?? 'unknown';
  return [
    texts(`agent:inspect.cloud.${cloud.state}`, { shortSerial }),
    ...row('binding', texts(`agent:discover.binding.${bind}`)),
    ...row('access', texts(`agent:${access}`)),
    ...row('connection', texts(`agent:inspect.${connection}`)),
    ...row('offlineStatus', registered === false ? offlineStatus : null),
    ...row('host', host),
    texts(`agent:inspect.labelCode.${labelCode}`),
  ];
}

function lockRows({ loginLock }: InspectReport, texts: Texts): string[] {
  if (!loginLock) return [];
  const { enabled, attempts, lockMinutes, from } = loginLock;
  const row = (name: Row, value: number | null) =>
    value === null ? [] : [texts(`agent:inspect.row.${name}`, { value })];
  if (enabled === false) return [texts('agent:inspect.noLock')];
  return [
    ...row('attempts', attempts),
    ...row('lockMinutes', lockMinutes),
    ...(from === 'capabilities' ? [texts('agent:inspect.lockDefault')] : []),
  ];
}

/** Where the reading did not begin, the outcome says why. */
function missingRows(report: InspectReport, texts: Texts): string[] {
  if (!isRead(report)) return [];
  return DOCUMENTS.flatMap((name) => {
    const state = report.documents[name];
    if (state === 'read') return [];
    return [
      texts('agent:inspect.missing', {
        document: texts(`agent:inspect.document.${name}`),
        why: texts(`agent:inspect.state.${state}`),
      }),
    ];
  });
}

function isRead({ outcome }: InspectReport): boolean {
  return outcome === 'read' || outcome === 'incomplete';
}

function section(name: WordAfter<'agent:inspect.section.'>, rows: readonly string[], texts: Texts): string[] {
  return rows.length === 0
    ? []
    : ['', texts(`agent:inspect.section.${name}`), ...rows.map((row) => `  ${row}`)];
}
