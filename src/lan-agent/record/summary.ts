import { clean } from '../network/sighting.ts';
import { numberLines } from '../notes.ts';
import { isReason, type Texts, type WordAfter } from '../texts.ts';
import { announcementIn, type Findings, findingsOf, messageOf } from './findings.ts';
import type { Content, RecordedEvent, Recording, RecordingEnd } from './recording.ts';

/** What decides in a reply, besides its kind. */
const NOTEWORTHY = [
  'Result',
  'RetryTimes',
  'RetryModifyTime',
  'RetryTime',
  'SurplusLockTime',
  'supportEzvizUnbind',
  'EZVIZBindStatus',
  'SADPVersion',
  'Activated',
];

/** The file for people: what was recorded, what it says, and what is not in it. Plain text. */
export function summarise(recording: Recording, texts: Texts): string {
  const { header, events, end } = recording;
  const part = (name: WordAfter<'agent:record.part.'>, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', heading(texts(`agent:record.part.${name}`)), ...lines];
  const { shortSerial, agent, startedAt } = header;
  return [
    heading(texts('agent:record.title', { shortSerial })),
    texts('agent:record.made', { agent, startedAt }),
    ...part('device', deviceRows(events, texts)),
    ...part('outcome', end ? outcome(end, shortSerial, texts) : [texts('agent:record.cutOff')]),
    ...part('findings', findings(findingsOf(events), texts)),
    ...part(
      'timeline',
      events.map((event) => row(event, texts)),
    ),
    ...part('hidden', hiddenRows(events, texts)),
    ...part('privacy', [
      texts('agent:record.privacy'),
      texts('agent:record.others', { number: end?.others ?? 0 }),
      ...(end?.omitted ? [texts('agent:record.omitted', { number: end.omitted })] : []),
    ]),
    ...part('replay', [texts('agent:record.replay')]),
    '',
  ].join('\n');
}

function heading(text: string): string {
  return `== ${text} ==`;
}

function deviceRows(events: readonly RecordedEvent[], texts: Texts): string[] {
  const device = announcementIn(events);
  if (!device) return [];
  const { model, fullSerial, firmware, mac, ipv4 } = device;
  const rows: [string, string | null][] = [
    [texts('agent:prompt.row.model'), model],
    [texts('agent:prompt.row.fullSerial'), fullSerial],
    [texts('agent:discover.row.firmware'), firmware],
    [texts('agent:discover.row.mac'), mac],
    [texts('agent:discover.row.address'), ipv4],
  ];
  return rows.flatMap(([label, value]) => {
    const shown = clean(value, 64);
    return shown === null ? [] : [`${label}: ${shown}`];
  });
}

function outcome({ status, word, unbind }: RecordingEnd, shortSerial: string, texts: Texts): string[] {
  return [
    texts(`agent:status.${status}`, { word: word ?? '' }),
    unbind ? texts(`agent:outcome.${unbind.outcome}`) : texts('agent:record.noUnbind'),
    ...(unbind?.reason && isReason(unbind.reason)
      ? [texts(`agent:reason.${unbind.reason}`, { shortSerial })]
      : []),
    ...(unbind ? numberLines(unbind, texts) : []),
  ];
}

const DELAYS = ['exchangeToUnbind', 'unbindToAnswer', 'unbindToNotBind', 'unbindToAnnounced'] as const;

function findings(found: Findings, texts: Texts): string[] {
  const { unicastAsked, unicastAnswered, mostReplies } = found;
  return [
    texts('agent:record.finding.unicast', { asked: unicastAsked, answered: unicastAnswered }),
    texts('agent:record.finding.mostReplies', { number: mostReplies }),
    ...DELAYS.flatMap((name) => {
      const ms = found[name];
      return ms === null ? [] : [texts(`agent:record.finding.${name}`, { ms })];
    }),
  ];
}

/** One line of the timeline: when, which way, what, how large, what decides. */
function row(event: RecordedEvent, texts: Texts): string {
  const when = (event.t / 1000).toFixed(3).padStart(8);
  const size = texts('agent:record.bytes', { number: event.bytes });
  const types = 'types' in event ? clean(event.types, 64) : null;
  switch (event.kind) {
    case 'sent':
      return `${when}  -> ${types ?? '?'}, ${texts(`agent:record.to.${event.to}`)} (${event.interface}), ${size}`;
    case 'received': {
      const what = types ?? texts('agent:record.unreadable', { reason: event.unreadable ?? '?' });
      const way = texts(`agent:record.socket.${event.socket}`);
      return [`${when}  <- ${what}, ${way}, ${size}`, ...noteworthy(event.content)].join(', ');
    }
    case 'foreign':
      return `${when}  <- ${types ?? '?'}, ${texts('agent:record.foreign')}, ${size}`;
    case 'http':
      return `${when}  -> HTTP${event.secure ? 'S' : ''} ${event.path}: ${event.status ?? event.failure}, ${size}`;
  }
}

function noteworthy(content: Content): string[] {
  const message = messageOf(content);
  return NOTEWORTHY.flatMap((name) => {
    const value = clean(message?.text(name) ?? null, 64);
    return value === null ? [] : [`${name}=${value}`];
  });
}

/** What was taken out: names with their lengths, each once. */
function hiddenRows(events: readonly RecordedEvent[], texts: Texts): string[] {
  const all = events.flatMap((event) => ('content' in event ? (event.content?.hidden ?? []) : []));
  const rows = all.map(({ name, bytes, alphabet }) => {
    const row = `${name}: ${texts('agent:record.bytes', { number: bytes })}`;
    return alphabet === null || alphabet === 'other' ? row : `${row}, ${alphabet}`;
  });
  return [...new Set(rows)].sort();
}
