import { describe, expect, it } from 'vitest';
import type { LanInterface } from '../../../src/lan-agent/network/network.ts';
import { parseRecording, type RecordingLine } from '../../../src/lan-agent/record/recording.ts';
import { Transcriber } from '../../../src/lan-agent/record/transcriber.ts';
import { statusRequest } from '../../../src/lan-agent/sadp/requests.ts';

const SERIAL = 'AC7000101';
const DEVICE = '192.168.1.64';
const OTHER = '192.168.1.70';
const MAC = '00-00-5e-00-53-a1';
const UUID = '9C41D7E2-5A08-4B6F-8E13-000000000002';
const CABLE: LanInterface = { name: 'eth0', address: '192.168.1.10', prefix: 24 };

const announcement = (serial: string) =>
  `<ProbeMatch><Uuid>${UUID}</Uuid><Types>inquiry</Types><DeviceSN>${serial}</DeviceSN></ProbeMatch>`;
const reply = (uuid: string, result = 'success') =>
  `<ProbeMatch><Uuid>${uuid}</Uuid><Types>getUnbindStatus</Types><Result>${result}</Result></ProbeMatch>`;

/** A transcriber that has been told these datagrams, in this order, and its lines. */
async function recorded(
  datagrams: readonly (readonly [from: string, text: string])[],
): Promise<RecordingLine[]> {
  const lines: RecordingLine[] = [];
  const transcriber = new Transcriber(SERIAL, (line) => lines.push(line));
  transcriber.tap.sent(CABLE, { unicast: DEVICE }, statusRequest(UUID, MAC).bytes);
  for (const [from, text] of datagrams) {
    transcriber.tap.received({ bytes: Buffer.from(text, 'latin1'), from, via: null });
  }
  await transcriber.finish({ status: 'can-unbind' });
  return lines;
}
const kinds = (lines: readonly RecordingLine[]) => lines.map(({ kind }) => kind);

describe('which datagrams are kept', () => {
  it('those of the device, also from before it has said who it is', async () => {
    const lines = await recorded([
      [DEVICE, '<cut'],
      [OTHER, '<cut'],
      [DEVICE, announcement(SERIAL)],
    ]);
    expect(kinds(lines)).toEqual(['sent', 'received', 'received', 'end']);
    expect(lines[1]).toMatchObject({ from: DEVICE, bytes: 4, unreadable: 'broken', same: 1, content: null });
    expect(lines.at(-1)).toMatchObject({ others: 1, omitted: 0 });
  });

  it('not those of others, nor of a camera that the recorder speaks for', async () => {
    const lines = await recorded([
      [DEVICE, announcement(SERIAL)],
      [OTHER, announcement('AC7000999')],
      [DEVICE, announcement('AC7000998')],
      [OTHER, '<secret of another device>'],
    ]);
    expect(kinds(lines)).toEqual(['sent', 'received', 'end']);
    expect(JSON.stringify(lines)).not.toMatch(/AC700099|secret of/);
    expect(lines.at(-1)).toMatchObject({ others: 3 });
  });

  it('of somebody who answers in the place of the device only that he does', async () => {
    const lines = await recorded([
      [DEVICE, announcement(SERIAL)],
      [OTHER, reply(UUID, 'notBind')],
      [OTHER, reply(UUID.replace('2', '3'))],
      [OTHER, reply(UUID).replaceAll('ProbeMatch', 'Probe')],
    ]);
    expect(kinds(lines)).toEqual(['sent', 'received', 'foreign', 'end']);
    expect(lines[2]).toMatchObject({ types: 'getUnbindStatus' });
    expect(JSON.stringify(lines)).not.toMatch(/notBind|192\.168\.1\.70/);
  });

  it('those of both devices that claim the serial number', async () => {
    const lines = await recorded([
      [OTHER, announcement(SERIAL)],
      [DEVICE, announcement(SERIAL)],
    ]);
    expect(lines.flatMap((line) => (line.kind === 'received' ? [line.from] : []))).toEqual([OTHER, DEVICE]);
  });
});

describe('what is kept of them', () => {
  it('tells equal secrets and equal unreadable datagrams by equal numbers', async () => {
    const code = (value: string) =>
      `<ProbeMatch><Types>exchangecode</Types><Code>${value}</Code></ProbeMatch>`;
    const lines = await recorded([
      [DEVICE, announcement(SERIAL)],
      [DEVICE, code('QUJD')],
      [DEVICE, code('REVG')],
      [DEVICE, code('QUJD')],
      [DEVICE, '<a'],
      [DEVICE, '<b'],
      [DEVICE, '<a'],
    ]);
    const numbers = lines.flatMap((line) =>
      line.kind === 'received' && line.types !== 'inquiry'
        ? [line.content?.hidden[0]?.same ?? line.same]
        : [],
    );
    expect(numbers).toEqual([1, 2, 1, 3, 4, 3]);
    expect(JSON.stringify(lines)).not.toMatch(/QUJD|REVG/);
  });

  it('is bounded, and says how much was left out', async () => {
    const lines: RecordingLine[] = [];
    const transcriber = new Transcriber(SERIAL, (line) => lines.push(line));
    transcriber.tap.received({ bytes: Buffer.from(announcement(SERIAL)), from: DEVICE, via: null });
    for (let count = 0; count < 500; count++) {
      transcriber.tap.received({ bytes: Buffer.from(reply(UUID)), from: DEVICE, via: CABLE });
    }
    await transcriber.finish({ status: 'can-unbind' });
    const end = lines.at(-1);
    if (end?.kind !== 'end') throw new Error('no end');
    expect(end.omitted).toBeGreaterThan(0);
    expect(lines.length - 2 + end.omitted).toBe(500);
  });
});

describe('reading a recording', () => {
  const header = `{"kind":"recording","version":1,"agent":"0.1.0","startedAt":"2026-01-01T00:00:00Z","shortSerial":"${SERIAL}"}\n`;

  it('leaves out a last line that was cut off', () => {
    const read = parseRecording(`${header}{"kind":"foreign","t":1,"types":null,"bytes":9}\n{"kind":"fore`);
    expect(read).toMatchObject({ ok: true, value: { events: [{ kind: 'foreign' }], end: null } });
  });

  it.for([
    ['', 1],
    ['{"kind":"end"}\n', 1],
    [header.replace('"version":1', '"version":2'), 1],
    [`${header}nonsense\n`, 2],
  ] as const)('refuses what is none, and names the line: %j', ([file, line]) => {
    expect(parseRecording(file)).toMatchObject({ ok: false, failure: { line } });
  });
});
