import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRequest, writeReply } from '../../../src/sandbox/device/xml.ts';
import { fixture } from './fixture.ts';

describe('reading a request', () => {
  it.each([
    'inquiry',
    'get-unbind-status',
    'exchangecode',
    'exchangecode-v31',
    'ezviz-unbind',
    'ezviz-unbind-v31',
  ])('understands the bytes of %s', (name) => {
    const bytes = fixture(`sadp/requests/${name}.xml`);
    const request = readRequest(bytes);
    expect(request?.uuid).toMatch(/^9C41D7E2-/);
    for (const value of Object.values(request ?? {})) expect(bytes.toString()).toContain(value);
  });

  it('ignores every reply and announcement of the fixtures', () => {
    for (const name of ['hello-nvr', 'probematch-ipc-2018', 'probematch-doctype']) {
      expect(readRequest(fixture(`sadp/discovery/${name}.xml`))).toBeNull();
    }
  });

  it('takes entities for what they stand for', () => {
    const xml = '<Probe><Types>a&amp;b&lt;c&gt;&quot;&apos;&amp;lt;</Types></Probe>';
    expect(readRequest(Buffer.from(xml))?.types).toBe(`a&b<c>"'&lt;`);
  });

  it('never throws, whatever arrives', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200 }), fc.string(), (bytes, text) => {
        readRequest(Buffer.from(bytes));
        readRequest(Buffer.from(`<Probe><Uuid>${text}</Uuid></Probe>`));
      }),
    );
  });
});

describe('writing a reply', () => {
  it('escapes whatever a profile holds', () => {
    expect(writeReply([['Model', '<a>&"b"']])).toContain('<Model>&lt;a&gt;&amp;"b"</Model>');
  });
});
