import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languageFor, systemOf } from '../../../src/bot/page/visitor.ts';

describe('the language of a visitor', () => {
  it.each([
    ['', '', 'en'],
    ['', 'ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7', 'ru'],
    ['', 'en-US,en;q=0.9,ru;q=0.8', 'en'],
    ['', 'de-DE,de;q=0.9,ru;q=0.2', 'ru'],
    ['', 'ru;q=0.1, en;q=0.2', 'en'],
    ['', 'ru;q=0, de', 'en'],
    ['ru', 'en', 'ru'],
    ['xx', 'ru', 'ru'],
  ])('chosen %j, liked %j: %s', (chosen, speaks, expected) => {
    expect(languageFor({ chosen, speaks })).toBe(expected);
  });

  it('is one there is, whatever a browser says', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (chosen, speaks) => {
        expect(['en', 'ru']).toContain(languageFor({ chosen, speaks }));
      }),
    );
  });
});

describe('the system of a visitor', () => {
  it.each([
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0 Safari/537.36', ['win-x64']],
    ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Firefox/133.0', ['mac-arm64', 'mac-x64']],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Firefox/133.0', ['linux-x64']],
    ['Mozilla/5.0 (X11; Linux aarch64; rv:133.0) Firefox/133.0', 'arm'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Mobile/15E148', 'phone'],
    ['Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/131.0 Mobile Safari/537.36', 'phone'],
    ['curl/8.5.0', 'unknown'],
    ['', 'unknown'],
  ])('%s', (userAgent, expected) => {
    expect(systemOf(userAgent)).toEqual(expected);
  });
});
