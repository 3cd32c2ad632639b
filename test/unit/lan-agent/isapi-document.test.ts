import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/lan-agent/isapi/answer.ts';
import { readCapabilities, readDeviceInfo, readEzviz } from '../../../src/lan-agent/isapi/documents.ts';
import {
  elementAt,
  findElement,
  type IsapiElement,
  readDocument,
  textAt,
} from '../../../src/lan-agent/isapi/read-document.ts';
import { MAX_XML_BYTES } from '../../../src/lan-agent/safe-xml.ts';
import { NAMESPACES } from '../../support/namespaces.ts';
import { FAR_BELOW_SQUARE, timesAsLong } from '../../support/slowness.ts';

function read(body: string | Buffer): IsapiElement {
  const root = readDocument(Buffer.from(body));
  if (!root.ok) throw new Error(root.failure);
  return root.value;
}

describe('a body', () => {
  it.for([...NAMESPACES.map((name) => ` xmlns="${name}"`), ''])(
    'is read by local names under%s',
    (namespace) => {
      const root = read(`<EZVIZ version="1.0"${namespace}><bindStatus>unbind</bindStatus></EZVIZ>`);
      expect(readEzviz(root)?.bind).toBe('not-bound');
    },
  );

  it('is read with prefixes, white space, byte order mark and a bare ampersand', () => {
    const root = read(
      '\ufeff \r\n<i:EZVIZ xmlns:i="x"><i:name>A & B &lt;C&gt;</i:name><i:bindStatus>\tbind\n</i:bindStatus></i:EZVIZ>',
    );
    expect([textAt(root, 'name'), readEzviz(root)?.bind]).toEqual(['A & B <C>', 'bound']);
  });

  it('is read in GB18030 where it is not UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="UTF-8"?><D><name>'),
      Buffer.from('baa3bfb5cdfecad3', 'hex'),
      Buffer.from('</name></D>'),
    ]);
    expect(textAt(read(bytes), 'name')).toBe('海康威视');
  });

  it('says nothing where it says two things', () => {
    const twice = (one: string, two: string) =>
      read(`<EZVIZ><bindStatus>${one}</bindStatus><bindStatus>${two}</bindStatus></EZVIZ>`);
    expect(readEzviz(twice('bind', 'unbind'))?.bind).toBe('unknown');
    expect(readEzviz(twice('unbind', ''))?.bind).toBe('unknown');
    expect(readEzviz(twice('unbind', 'unbind'))?.bind).toBe('not-bound');
    expect(elementAt(twice('bind', 'bind'), 'bindStatus')).toBeNull();
  });

  it('means nothing about the binding in a document of another name, or deeper inside', () => {
    expect(readEzviz(read('<DeviceInfo><bindStatus>unbind</bindStatus></DeviceInfo>'))).toBeNull();
    expect(readEzviz(read('<EZVIZ><x><bindStatus>unbind</bindStatus></x></EZVIZ>'))?.bind).toBe('unknown');
    expect(readEzviz(read('<EZVIZ><bindStatus opt="bind,unbind">unbind</bindStatus></EZVIZ>'))).toBeNull();
  });

  it.for([
    ['doctype-refused', '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'],
    ['doctype-refused', '<x><![CDATA[<!doctype x>]]></x>'],
    ['not-a-document', ''],
    ['not-a-document', 'Unauthorized'],
    ['broken', '<EZVIZ><bindStatus>unbind</bindStatus>'],
    ['broken', '<a/><b/>'],
    ['broken', '{"a":'],
    ['too-large', `<a>${'<b/>'.repeat(3000)}</a>`],
    ['too-large', `<a>${'x'.repeat(MAX_XML_BYTES)}</a>`],
    ['broken', `${'<a>'.repeat(200)}${'</a>'.repeat(200)}`],
    ['broken', `{"a":${'[{"b":'.repeat(100)}1${'}]'.repeat(100)}}`],
  ] as const)('is not read: %s', ([failure, body]) => {
    expect(readDocument(Buffer.from(body))).toEqual({ ok: false, failure });
  });

  it('keeps 512 characters of a text', () => {
    expect(textAt(read(`<a><b>${'x'.repeat(5000)}</b></a>`), 'b')).toHaveLength(512);
  });

  it('reads JSON with and without a named root, and lists', () => {
    expect(textAt(read('{"subStatusCode":"ok","statusCode":1}'), 'statusCode')).toBe('1');
    expect(read('{"EZVIZ":{"enabled":true}}')).toMatchObject({ name: 'EZVIZ' });
    expect(textAt(read('{"a":{"b":[1,2],"c":[3]}}'), 'b')).toBeNull();
    expect(textAt(read('{"a":{"b":[1,2],"c":[3]}}'), 'c')).toBe('3');
  });

  it('cannot reach into the program by its names', () => {
    for (const body of [
      '{"__proto__":{"isActivated":"false"},"constructor":{"prototype":{"x":1}}}',
      '<a><__proto__><isActivated>false</isActivated></__proto__><constructor>1</constructor></a>',
      '<a __proto__="1" constructor="2"><b __proto__="3">4</b></a>',
    ]) {
      const root = readDocument(Buffer.from(body));
      if (root.ok) judge(401, root.value, 'credentials');
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).isActivated).toBeUndefined();
  });

  it('is read without throwing, whatever it is', () => {
    const names = [
      'EZVIZ',
      'bindStatus',
      'userCheck',
      'NetworkCap',
      'SecurityCap',
      'model',
      '__proto__',
      'x:y',
    ];
    const piece = fc.oneof(
      fc.constantFrom(...names.flatMap((name) => [`<${name}>`, `</${name}>`, `<${name} opt="a`, name])),
      fc.constantFrom(
        '<',
        '>',
        '"',
        '&',
        '&amp;',
        '&#0;',
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        '<?',
        '?>',
        '{',
        '}',
      ),
      fc.string(),
    );
    const noise = fc.oneof(
      fc.array(piece, { maxLength: 60 }).map((parts) => Buffer.from(`<${parts.join('')}`)),
      fc.json().map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(noise, fc.integer({ min: 100, max: 599 }), (body, status) => {
        const root = readDocument(body);
        judge(status, root.ok ? root.value : null, 'credentials');
        if (!root.ok) return;
        readEzviz(root.value);
        readDeviceInfo(root.value);
        readCapabilities(root.value);
        findElement(root.value, 'Activated');
      }),
      { numRuns: 300 },
    );
  });

  it.for([
    '<a ',
    '<a b="',
    '<a>&',
    '&#',
    '<!--',
    '<![CDATA[',
    '<a b=c ',
    ' ',
    '\0',
    '&amp;',
    '<?x ',
    'a="',
    '{"a":[',
    '[',
    'a:b ',
  ])('of nothing but %j is judged without delay', (unit) => {
    for (const start of ['', '<', '<a ', '<a>', '{']) {
      const bodyOf = (bytes: number) => (start + unit.repeat(bytes / unit.length)).slice(0, bytes);
      expect(timesAsLong(readDocument, bodyOf, MAX_XML_BYTES)).toBeLessThan(FAR_BELOW_SQUARE);
    }
  });
});
