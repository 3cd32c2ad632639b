import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactChallenge } from '../../../src/lan-agent/record/redact.ts';
import { readMessage } from '../../../src/lan-agent/sadp/message.ts';
import { hits } from '../../support/canary.ts';

const FIXTURES = 'test/fixtures';

function shown(text: string): string | null {
  return redact(Buffer.from(text))?.bytes.toString() ?? null;
}

function fixtures(folder: string): [string, Buffer][] {
  const path = join(FIXTURES, folder);
  return readdirSync(path).map((name) => [`${folder}/${name}`, readFileSync(join(path, name))]);
}

/** Same length, and every byte is either as it was or a star. */
function onlyStars(before: Uint8Array, after: Uint8Array): boolean {
  return after.length === before.length && after.every((byte, at) => byte === before[at] || byte === 0x2a);
}

describe('what is shown', () => {
  it.for([
    '<ProbeMatch><Result> notBind </Result><RetryTimes>4</RetryTimes></ProbeMatch>',
    '<?xml version = "1.0" encoding = "UTF-8" ?>\r\n<s:ProbeMatch xmlns:s="http://x.org/ver20">\t<s:MAC>A</s:MAC></s:ProbeMatch>\0\n',
    '\ufeff<Hello><HCPlatformEnable>flase</HCPlatformEnable><Future>12</Future><More/><Salt></Salt></Hello>',
    '<ProbeMatch><PasswordResetAbility>true</PasswordResetAbility><EZVIZCode>1</EZVIZCode></ProbeMatch>',
    '<ProbeMatch><OEMInfo><![CDATA[N/A & co]]></OEMInfo><DeviceDescription>R&D &#65;</DeviceDescription></ProbeMatch>',
  ])('is every byte of what is known to be harmless: %j', (text) => {
    expect(shown(text)).toBe(text);
  });

  it('is what is no UTF-8, byte by byte', () => {
    const name = Buffer.from('baa3bfb5cdfecad3', 'hex');
    const bytes = Buffer.concat([Buffer.from('<a><OEMInfo>'), name, Buffer.from('</OEMInfo></a>')]);
    expect(redact(bytes)?.bytes.equals(bytes)).toBe(true);
  });

  it('is the length of a secret, its line breaks, and what it is made of', () => {
    const redacted = redact(Buffer.from('<a><Code>\nQUJD\r\nREVG\n</Code><Iv>00ff</Iv><Salt>#</Salt></a>'));
    expect(redacted?.bytes.toString()).toBe(
      '<a><Code>\n****\r\n****\n</Code><Iv>****</Iv><Salt>*</Salt></a>',
    );
    expect(redacted?.hidden.map(({ name, bytes, alphabet }) => [name, bytes, alphabet])).toEqual([
      ['Code', 8, 'base64'],
      ['Iv', 4, 'hex'],
      ['Salt', 1, 'other'],
    ]);
  });
});

describe('what is not shown', () => {
  it.for([
    ['<a><NewPassword>x1</NewPassword></a>', '<a><NewPassword>**</NewPassword></a>'],
    [
      '<a><VERIFICATIONCODE>12345</VERIFICATIONCODE></a>',
      '<a><VERIFICATIONCODE>*****</VERIFICATIONCODE></a>',
    ],
    ['<a><mailBox>a@b.c</mailBox></a>', '<a><mailBox>*****</mailBox></a>'],
    ['<a><QRCode>ys7</QRCode></a>', '<a><QRCode>***</QRCode></a>'],
    ['<a><Future>word</Future><N>123456</N></a>', '<a><Future>****</Future><N>******</N></a>'],
    [
      '<a><Token><v>true</v><Result>ok</Result></Token></a>',
      '<a><Token><v>****</v><Result>**</Result></Token></a>',
    ],
    ['<a k="v"><!--x--><b version="1.0 secret"/></a>', '<a k="*"><!--*--><b version="**********"/></a>'],
    ['<a><UserName>bob</UserName></a>', '<a><UserName>***</UserName></a>'],
    [`<a><Result>${'x'.repeat(513)}</Result></a>`, `<a><Result>${'*'.repeat(513)}</Result></a>`],
    ['<a><Nom>\u00e9\u00e9</Nom></a>', '<a><Nom>****</Nom></a>'],
  ])('%s', ([text = '', redacted]) => {
    expect(shown(text)).toBe(redacted);
  });

  it.for([
    '',
    'text',
    '{"QRCode":"x"}',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/>tail',
    '<!DOCTYPE a><a/>',
    '<a><',
    '<a b=c/>',
  ])('is anything that is not whole, plain XML: %j', (text) => {
    expect(shown(text)).toBeNull();
  });

  it('is anything above 64 KiB', () => {
    expect(shown(`<a>${' '.repeat(65_536)}</a>`)).toBeNull();
  });

  it('is any sealed value of the fixtures, while the agent reads the rest as before', () => {
    for (const [file, bytes] of [
      ...fixtures('sadp/discovery'),
      ...fixtures('sadp/replies'),
      ...fixtures('sadp/requests'),
    ]) {
      const before = readMessage(bytes);
      const redacted = redact(bytes);
      expect(redacted === null, file).toBe(!before.ok);
      if (redacted === null || !before.ok) continue;
      expect(onlyStars(bytes, redacted.bytes), file).toBe(true);
      const after = readMessage(redacted.bytes);
      if (!after.ok) throw new Error(`${file}: ${after.failure}`);
      for (const name of ['Code', 'Password', 'Salt', 'Salt2', 'Iv', 'UserName']) {
        expect(after.value.text(name)?.replace(/\*/g, '') ?? '', `${file} ${name}`).toBe('');
      }
      for (const name of [
        'Result',
        'RetryTimes',
        'SurplusLockTime',
        'DeviceSN',
        'EZVIZBindStatus',
        'SADPVersion',
      ]) {
        expect(after.value.text(name), `${file} ${name}`).toBe(before.value.text(name));
      }
      const { root, uuid, types, mac } = before.value;
      expect(after.value).toMatchObject({ root, uuid, types, mac });
    }
  });
});

describe('challenges', () => {
  it.for([
    [
      'Digest qop="auth", realm="IP Camera(C0015)", nonce="4e6a:1", stale="FALSE"',
      'Digest qop="auth", realm="****************", nonce="******", stale="FALSE"',
    ],
    [
      'Basic realm="DVR", Digest algorithm=SHA-256, opaque=""',
      'Basic realm="***", Digest algorithm=SHA-256, opaque=""',
    ],
    ['NTLM TlRMTVNTUAAB==', '**** ************=*'],
    ['Digest secretname=x', 'Digest **********=*'],
  ])('%s', ([header = '', redacted]) => {
    expect(redactChallenge(header)).toBe(redacted);
  });
});

/** A secret of any kind, long enough to be told from chance. */
const secret = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 6, maxLength: 40 }),
  fc.base64String({ minLength: 8, maxLength: 344 }),
  fc.stringMatching(/^\d{6,20}$/),
  fc.stringMatching(/^[0-9a-f]{16,64}$/),
  fc.emailAddress(),
);
const encoded = secret
  .filter((text) => !/[<>&"'*]|--|\]\]|[\s\0]/.test(text) && new TextEncoder().encode(text).length >= 6)
  .chain((text) =>
    fc.constantFrom(
      text,
      Buffer.from(text).toString('base64'),
      Buffer.from(text).toString('hex'),
      encodeURIComponent(text).replaceAll("'", ''),
    ),
  );
const secretName = fc
  .tuple(
    fc.constantFrom('', 'New', 'old', 's:', 'x-'),
    fc.constantFrom(
      'Password',
      'Code',
      'Salt',
      'salt2',
      'Iv',
      'KEY',
      'token',
      'MailBox',
      'phoneNo',
      'Answer',
      'guid',
    ),
    fc.constantFrom('', '1', 'Value', 'Text'),
  )
  .map((parts) => parts.join(''));
const anyName = fc.oneof(secretName, fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,20}$/)).filter(
  // Elements that the protocol knows are shown whatever they hold.
  (name) => redact(Buffer.from(`<a><${name}>word</${name}></a>`))?.hidden.length === 1,
);
const hiding = fc.tuple(anyName, encoded, fc.nat(6)).map(([name, value, way]) => {
  const forms = [
    `<${name}>${value}</${name}>`,
    `<${name}>\r\n ${value}\t</${name}>`,
    `<${name}><![CDATA[${value}]]></${name}>`,
    `<${name}><!-- ${value} -->1</${name}>`,
    `<${name} ${name}="${value}"/>`,
    `<${name}><more><Future>${value}</Future></more></${name}>`,
    `<Token><Result>${value}</Result></Token>`,
  ];
  return { value, xml: forms[way] ?? '' };
});

describe('for any secret in any unknown place', () => {
  it('nothing of it is left, and everything known stays, byte by byte', () => {
    fc.assert(
      fc.property(fc.array(hiding, { minLength: 1, maxLength: 5 }), fc.nat(5), (hidden, at) => {
        const known = '<Result>success</Result><RetryTimes>4</RetryTimes>';
        const pieces = hidden.map(({ xml }) => xml);
        pieces.splice(at, 0, known);
        const bytes = Buffer.from(`<?xml version="1.0"?>\n<ProbeMatch>${pieces.join('')}</ProbeMatch>\n`);
        const redacted = redact(bytes);
        expect(redacted).not.toBeNull();
        if (redacted === null) return;
        expect(onlyStars(bytes, redacted.bytes)).toBe(true);
        expect(redacted.bytes.includes(known)).toBe(true);
        // What is part of the tags themselves is no leak.
        const frame = Buffer.from(
          pieces
            .join('')
            .replaceAll(new RegExp(hidden.map(({ value }) => escaped(value)).join('|'), 'g'), ''),
        );
        const canaries = hidden.map(({ value }, index) => [`${index}`, value] as const);
        const told = canaries.filter(([, value]) => !frame.includes(value));
        expect(hits(Object.fromEntries(told), { message: redacted.bytes })).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('no bytes whatever make it throw, or change but into stars', () => {
    const files = [...fixtures('sadp/discovery'), ...fixtures('sadp/requests'), ...fixtures('isapi')].map(
      ([, bytes]) => bytes,
    );
    const mutated = fc
      .tuple(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.uint8Array({ maxLength: 6 })), { maxLength: 4 }),
      )
      .map(([bytes, changes]) => {
        let all = Buffer.from(bytes);
        for (const [at, piece] of changes) {
          const cut = at % (all.length + 1);
          all = Buffer.concat([all.subarray(0, cut), piece, all.subarray(cut + (at % 3))]);
        }
        return all;
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        const redacted = redact(bytes);
        expect(redacted === null || onlyStars(bytes, redacted.bytes)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
