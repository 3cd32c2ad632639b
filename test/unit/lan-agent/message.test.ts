import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnnouncement } from '../../../src/lan-agent/sadp/announcement.ts';
import { matchReply } from '../../../src/lan-agent/sadp/match.ts';
import { readMessage, type SadpMessage } from '../../../src/lan-agent/sadp/message.ts';
import { readExchangeReply, readStatusReply, readUnbindReply } from '../../../src/lan-agent/sadp/reply.ts';
import { statusRequest } from '../../../src/lan-agent/sadp/requests.ts';
import { MAX_XML_BYTES } from '../../../src/lan-agent/safe-xml.ts';
import { FAR_BELOW_SQUARE, timesAsLong } from '../../support/slowness.ts';

const UUID = '9C41D7E2-5A08-4B6F-8E13-000000000002';
const MAC = '00-00-5e-00-53-13';

function read(text: string | Buffer): SadpMessage {
  const message = readMessage(Buffer.from(text));
  if (!message.ok) throw new Error(message.failure);
  return message.value;
}
const refusal = (text: string | Buffer) => {
  const message = readMessage(Buffer.from(text));
  return message.ok ? 'accepted' : message.failure;
};
const reply = (fields: string) => read(`<ProbeMatch><Uuid>${UUID}</Uuid>${fields}</ProbeMatch>`);
const announce = (fields: string) => {
  const announcement = readAnnouncement(
    reply(`<Types>inquiry</Types><DeviceSN>AC7000101</DeviceSN>${fields}`),
  );
  if (!announcement.ok) throw new Error(announcement.failure);
  return announcement.value;
};

describe('reading the XML of devices (protocol/sadp.md 4)', () => {
  it('R1: drops a byte order mark, NULs and white space around the document', () => {
    expect(read('\ufeff\0\r\n <a><b>1</b></a>\0\0 \n\0').text('b')).toBe('1');
  });

  it('R2: falls back to GB18030 for the whole message and keeps the other fields', () => {
    const gb = Buffer.from([0xc9, 0xe3, 0xcf, 0xf1, 0xbb, 0xfa]);
    const xml = ['<?xml version="1.0" encoding="utf-8"?><a><n>', gb, '</n><m>DS-2CD</m></a>'];
    const message = read(Buffer.concat(xml.map((part) => Buffer.from(part))));
    expect(message.text('n')).toBe('\u6444\u50cf\u673a');
    expect(message.text('m')).toBe('DS-2CD');
  });

  it.for(['', '   ', 'M-SEARCH * HTTP/1.1', '{"a":1}', '\0\0\0'])('R3: drops what is not XML: %j', (text) => {
    expect(refusal(text)).toBe('not-xml');
  });

  it.for(['<!DOCTYPE a><a/>', '<a><!doctype x></a>', '<a><![CDATA[<!ENTITY x "y">]]></a>'])(
    'R3: refuses a DTD anywhere: %s',
    (text) => {
      expect(refusal(text)).toBe('doctype-refused');
    },
  );

  it('R4: takes a bare ampersand as text and leaves undefined entities alone', () => {
    const message = read('<a><b>R&D &nbsp;&lt;&#65;&#x42;&amp;lt; &#0; & &#9999999;</b></a>');
    expect(message.text('b')).toBe('R&D &nbsp;<AB&lt; &#0; & &#9999999;');
  });

  it.for(['<a><b>1</b>', '<a><b>1</a>', '<a/><b/>', '<a>1</a>tail', '<a b=></a>', '<'])(
    'R5: drops a broken document whole: %s',
    (text) => {
      expect(refusal(text)).toBe('broken');
    },
  );

  it('R5: drops every proper beginning of a document', () => {
    const whole = readFileSync('test/fixtures/sadp/discovery/probematch-nvr-lan-unbind-bound.xml');
    const end = whole.lastIndexOf('>');
    for (let length = 0; length < end; length += 7) {
      expect(readMessage(whole.subarray(0, length)).ok, `${length} bytes`).toBe(false);
    }
  });

  it('R6, R7, R8: does not mind declarations, comments, prefixes, order and line ends', () => {
    const message = read(
      '<?xml version = "1.0" encoding = "UTF-8" ?>\r\n<!-- x --><s:ProbeMatch xmlns:s="u">\r\n\t<s:b> 1 </s:b><!-- y --><c>2</c>\n</s:ProbeMatch>',
    );
    expect([message.root, message.text('b'), message.text('c')]).toEqual(['ProbeMatch', '1', '2']);
  });

  it('R9: takes an empty element as missing', () => {
    const message = read('<a><b></b><c/><d>  </d></a>');
    expect([message.text('b'), message.text('c'), message.text('d')]).toEqual([null, null, null]);
  });

  it.for([
    ['true', true],
    ['TRUE', true],
    ['1', true],
    ['false', false],
    ['flase', false],
    ['yes', false],
    ['', null],
  ] as const)('R10: reads the flag %j as %j', ([text, value]) => {
    expect(announce(`<supportEzvizUnbind>${text}</supportEzvizUnbind>`).lanUnbind).toBe(value);
  });

  it.for(['-1', '1e3', '0x10', '8O', ' ', '99999999999'])('R11: reads the number %j as unknown', (text) => {
    expect(announce(`<HttpPort>${text}</HttpPort>`).httpPort).toBeNull();
  });

  it('R12: reads N/A as unknown', () => {
    expect(announce('<DeviceDescription>N/A</DeviceDescription>').model).toBeNull();
  });

  it('R14: collapses equal duplicates', () => {
    const message = reply(
      `<Uuid>{${UUID.toLowerCase()}}</Uuid><Types>inquiry</Types><Types>inquiry</Types><MAC>${MAC}</MAC><MAC>${MAC.toUpperCase().replaceAll('-', ':')}</MAC>`,
    );
    expect([message.uuid, message.types, message.mac]).toEqual([UUID, 'inquiry', MAC]);
  });

  it.for(['<Uuid>1</Uuid>', '<Types>a</Types><Types>b</Types>', `<MAC>${MAC}</MAC><MAC>1</MAC>`])(
    'R14: drops a message that says two things: %s',
    (fields) => {
      expect(refusal(`<ProbeMatch><Uuid>${UUID}</Uuid>${fields}</ProbeMatch>`)).toBe('contradictory');
    },
  );

  it('R14: takes contradictory results and counters as unreadable, other fields from the first', () => {
    const two = (name: string) => `<${name}>success</${name}><${name}>failed</${name}>`;
    expect(readUnbindReply(reply(two('Result')))).toEqual({ kind: 'unreadable' });
    expect(readExchangeReply(reply(two('Code')))).toEqual({ kind: 'unreadable' });
    const counters = '<Result>PasswordError</Result><RetryTimes>5</RetryTimes><RetryTimes>1</RetryTimes>';
    expect(readUnbindReply(reply(counters))).toMatchObject({ attemptsLeft: null });
    expect(reply('<x>1</x><x>2</x>').text('x')).toBe('1');
  });

  it('R15: keeps to its limits', () => {
    expect(refusal(Buffer.alloc(MAX_XML_BYTES + 1, '<'))).toBe('too-large');
    expect(refusal(`<a>${'<b/>'.repeat(5000)}</a>`)).toBe('too-large');
    expect(reply(`<x>${'y'.repeat(600)}</x>`).text('x')).toHaveLength(512);
    expect(readExchangeReply(reply(`<Code>${'A'.repeat(512)}</Code>`))).toEqual({ kind: 'unreadable' });
    expect(readExchangeReply(reply(`<Code>${'A'.repeat(511)}</Code>`)).kind).toBe('code');
  });

  it('reads the words of results without case', () => {
    expect(readStatusReply(reply('<Result>NOTBIND</Result>')).kind).toBe('not-bound');
    expect(readUnbindReply(reply('<Result>passwordError</Result>')).kind).toBe('wrong-password');
  });

  it.for(['RetryTimes', 'RetryModifyTime', 'RetryTime'])('reads the counter %s', (name) => {
    const answer = readUnbindReply(reply(`<Result>failed</Result><${name}>3</${name}>`));
    expect(answer).toEqual({ kind: 'denied', attemptsLeft: 3, lockMinutes: null });
  });

  it('says no minutes where a lock has no readable end', () => {
    expect(readUnbindReply(reply('<Result>locked</Result>'))).toEqual({ kind: 'locked', lockMinutes: null });
    const absurd = '<Result>locked</Result><SurplusLockTime>99999999</SurplusLockTime>';
    expect(readUnbindReply(reply(absurd))).toEqual({ kind: 'locked', lockMinutes: null });
  });

  it.for([
    [undefined, ['3.0']],
    ['3.0', ['3.0']],
    ['3.1', ['3.1']],
    ['3.0, 3.1.1', ['3.0', '3.1']],
    ['banana', ['3.0']],
  ] as const)('reads the protocols of SADPVersion %j', ([text, protocols]) => {
    expect(announce(text ? `<SADPVersion>${text}</SADPVersion>` : '').protocols).toEqual(protocols);
  });

  it.for(['0.0.0.0', '1.2.3', '1.2.3.256', '1.2.3.4.5', 'a.b.c.d'])(
    'does not take %s as an address',
    (text) => {
      expect(announce(`<IPv4Address>${text}</IPv4Address>`).ipv4).toBeNull();
    },
  );
});

describe('hostile datagrams', () => {
  const request = statusRequest(UUID, MAC);
  const readEverything = (bytes: Uint8Array) => {
    const message = readMessage(bytes);
    if (!message.ok) return;
    readAnnouncement(message.value);
    readStatusReply(message.value);
    readUnbindReply(message.value);
    readExchangeReply(message.value);
    matchReply(request, message.value, '1.2.3.4', '1.2.3.4');
  };
  const samples = ['discovery/probematch-nvr-lan-unbind-bound.xml', 'replies/unbind-password-error.xml'].map(
    (file) => readFileSync(`test/fixtures/sadp/${file}`),
  );

  it('never throws, whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => readEverything(bytes)));
  });

  it('never throws on a reply with bytes changed', () => {
    const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(change, { maxLength: 8 }), (sample, changes) => {
        const bytes = Buffer.from(sample);
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
        readEverything(bytes);
      }),
    );
  });

  it('never throws on pieces of XML in any order', () => {
    const piece = fc.constantFrom(
      '<', '>', '</', '/>', '<ProbeMatch>', '</ProbeMatch>', '<Uuid>', UUID, '</Uuid>', '<![CDATA[', ']]>', '<!--',
      '-->', '<?xml', '?>', '&', '&#', ';', '<Types>inquiry</Types>', '<__proto__>', '</__proto__>', 'constructor',
      '\0', '"', "'", '=', ' ',
    ); // biome-ignore format: a list of words
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) =>
        readEverything(Buffer.from(pieces.join(''))),
      ),
    );
  });

  it('keeps names of the language out of objects', () => {
    expect(refusal('<a><__proto__><b>1</b></__proto__></a>')).not.toBe('accepted');
    expect(({} as Record<string, unknown>).b).toBeUndefined();
    expect(() => readEverything(Buffer.from('<a><constructor>1</constructor></a>'))).not.toThrow();
  });

  it.for([
    ['nesting', (n) => '<a>'.repeat(n), 15_000],
    ['attributes', (n) => `<a ${'b="1" '.repeat(n)}/>`, 10_000],
    ['a comment without end', (n) => `<a><!--${'-'.repeat(n)}`, 60_000],
    ['white space', (n) => `<a>${' '.repeat(n)}</a>`, 65_000],
    ['ampersands', (n) => `<a>${'&#'.repeat(n)}</a>`, 32_000],
    ['NULs', (n) => '\0'.repeat(n), 65_000],
  ] as [string, (units: number) => string, number][])('is not slowed down by %s', ([, textOf, units]) => {
    expect(timesAsLong(readEverything, textOf, units)).toBeLessThan(FAR_BELOW_SQUARE);
  });
});
