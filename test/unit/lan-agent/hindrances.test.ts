import { describe, expect, it } from 'vitest';
import { textsFor } from '../../../src/kernel/all-texts.ts';
import { reportHindrances } from '../../../src/lan-agent/link/hindrance-reports.ts';
import { hindrances } from '../../../src/lan-agent/network/hindrances.ts';
import { noteText } from '../../../src/lan-agent/notes.ts';
import { MOST_HINDRANCES } from '../../../src/link/messages.ts';

const eth0 = { name: 'eth0', address: '192.0.2.1', prefix: 24 };
const skipped = [
  { name: 'lo', address: '127.0.0.1', prefix: 8, reason: 'loopback' },
  { name: 'tun0', address: '10.8.0.2', prefix: 24, reason: 'vpn' },
] as const;
const bridge = { name: 'bridge100', address: '192.168.2.1', prefix: 24, setAside: true } as const;

describe('what stood in the way of a search', () => {
  it('is nothing where all was searched', () => {
    const small = { kind: 'small-buffer', bytes: 1 } as const;
    expect(
      hindrances(
        { interfaces: [eth0], asked: new Set([eth0]), notes: [small] },
        { used: [eth0], skipped: [] },
      ),
    ).toEqual([]);
    // Set aside, and asked in the end.
    const used = [eth0, bridge];
    expect(hindrances({ interfaces: used, asked: new Set(used), notes: [] }, { used, skipped: [] })).toEqual(
      [],
    );
  });

  it('names no network, a firewall, a taken port and what was set aside, in both languages', () => {
    const notes = [{ kind: 'port-fallback' }, { kind: 'send-failed', name: 'eth0', code: 'EPERM' }] as const;
    const found = hindrances({ interfaces: [bridge], asked: new Set(), notes }, { used: [bridge], skipped });
    expect(found.map(({ kind }) => kind)).toEqual([
      'no-interface',
      'port-fallback',
      'send-failed',
      'interface-skipped',
      'interface-skipped',
    ]);
    for (const language of ['en', 'ru'] as const) {
      const said = found.map((note) => noteText(note, textsFor(language))).join('\n');
      expect(said).toContain('--interface tun0');
      expect(said).toContain('--interface bridge100');
      expect(said).toContain('EPERM');
      expect(said).not.toContain('agent:');
    }
  });

  it('goes to the chat each once, bounded and without system codes', () => {
    const failed = { kind: 'interface-failed', name: 'eth0', code: 'EACCES' } as const;
    const long = { kind: 'interface-skipped', name: `tun\u202e${'0'.repeat(100)}` } as const;
    expect(reportHindrances([failed, { ...failed, code: 'EIO' }, { kind: 'port-fallback' }, long])).toEqual([
      { kind: 'interface-failed', name: 'eth0' },
      { kind: 'port-fallback' },
      { kind: 'interface-skipped', name: `tun${'0'.repeat(61)}` },
    ]);
    const many = Array.from({ length: 20 }, (_, n) => ({ ...failed, name: `eth${n}` }));
    expect(reportHindrances(many)).toHaveLength(MOST_HINDRANCES);
  });
});
