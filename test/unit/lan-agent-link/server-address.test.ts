import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseServer } from '../../../src/lan-agent/link/server-address.ts';

const read = (text: string, insecureLan = false) => {
  const parsed = parseServer(text, insecureLan);
  return parsed.ok ? parsed.value : parsed.failure;
};

describe('the address of a server', () => {
  it('is https', () => {
    expect(read(' https://bot.example.org/ ')).toEqual({
      url: 'https://bot.example.org',
      loopback: false,
      insecure: false,
    });
    expect(read('https://bot.example.org:8443/unbind/')).toMatchObject({
      url: 'https://bot.example.org:8443/unbind',
    });
  });

  it.each(['http://localhost:8080', 'http://127.0.0.1', 'http://127.9.9.9:1', 'http://[::1]:8080'])(
    'may be plain %s, which is this machine',
    (text) => {
      expect(read(text)).toMatchObject({ loopback: true, insecure: false });
    },
  );

  it.each([
    'http://192.168.1.5:8080',
    'http://bot.lan',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
  ])('is not plain %s unless somebody says so', (text) => {
    expect(read(text)).toBe('plain-http');
    expect(read(text, true)).toMatchObject({ loopback: false, insecure: true });
  });

  it.each([
    '',
    'bot.example.org',
    'ftp://x',
    'file:///etc/passwd',
    'https://x/?a=1',
    'https://x/#a',
    'https://',
  ])('is not %j', (text) => {
    expect(read(text)).toBe('not-an-address');
  });

  it('carries no credentials', () => {
    expect(read('https://user@bot.example.org')).toBe('has-credentials');
  });

  it('never throws, and never lets plain HTTP through by accident', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ validSchemes: ['http', 'https'] })), (text) => {
        const parsed = parseServer(text, false);
        if (parsed.ok && !parsed.value.loopback) expect(parsed.value.url.startsWith('https://')).toBe(true);
      }),
    );
  });
});
