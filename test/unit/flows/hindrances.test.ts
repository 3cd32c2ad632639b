import { describe, expect, it } from 'vitest';
import { htmlTextsFor } from '../../../src/flows/engine/html.ts';
import { hindranceText, oddWayText } from '../../../src/flows/hindrances.ts';

const SERIAL = 'J50000062';
const ALL = [
  { kind: 'no-interface' },
  { kind: 'port-fallback' },
  { kind: 'interface-failed', name: 'wlan0' },
  { kind: 'send-failed', name: 'eth0' },
  { kind: 'interface-skipped', name: 'tun0' },
];

describe.each(['en', 'ru'] as const)('why a laptop did not hear a device, in words: %s', (language) => {
  const t = htmlTextsFor(language);

  it('is a sentence for every word, and not the advice to look at the device', () => {
    for (const one of ALL) {
      const text = hindranceText(t, [one], SERIAL) ?? '';
      expect(text).not.toMatch(/bot:|{{|power|питани/i);
      expect(text).toContain(one.name ?? '•');
    }
    expect(hindranceText(t, ALL, SERIAL)?.match(/•/g)).toHaveLength(ALL.length);
    expect(hindranceText(t, ALL, SERIAL)).toContain(`<code>unbind-agent unbind ${SERIAL} --interface</code>`);
  });

  it('is nothing where nothing is known, or where the device was heard on an odd way', () => {
    const odd = [{ kind: 'found-set-aside', name: 'bridge100' }];
    expect([undefined, [], odd].map((one) => hindranceText(t, one, SERIAL))).toEqual([null, null, null]);
    expect(oddWayText(t, odd)).toContain('bridge100');
    expect(oddWayText(t, ALL)).toBe('');
  });

  it('has the names a laptop gives its interfaces escaped, as code, and in no command', () => {
    const name = 'a.example; curl </code><a href="http://evil.example">';
    const shown = '<code>a.example; curl &lt;/code&gt;&lt;a href=&quot;http://evil.example&quot;&gt;</code>';
    for (const kind of ['interface-failed', 'send-failed', 'interface-skipped']) {
      const text = hindranceText(t, [{ kind, name }], SERIAL) ?? '';
      expect(text.split(shown)).toHaveLength(2);
      expect(text.replace(shown, '')).not.toContain('evil');
    }
    expect(oddWayText(t, [{ kind: 'found-set-aside', name }])).toContain(shown);
  });
});
