import fc from 'fast-check';
import type { Update } from 'grammy/types';
import { describe, expect, it } from 'vitest';
import type { HouseEvent } from '../../../src/flows/engine/events.ts';
import {
  callbackData,
  hear,
  type WaitSpec,
  wanted,
  withoutPasswords,
} from '../../../src/flows/engine/heard.ts';
import { escapeHtml, htmlTextsFor } from '../../../src/flows/engine/html.ts';
import { pictureAnswerProof } from '../../../src/link/picture-answer.ts';
import beside from '../../fixtures/beside-serials.json' with { type: 'json' };

/** Passwords that begin as models do. */
const LIKE_MODELS = ['2CD2143Canary77x', 'CS-Canary77x', 'DS-1Canary', 'DS-2CD2143G2-I/Canary77x'];

const spec = (changes: Partial<WaitSpec> = {}): WaitSpec => ({
  wants: [],
  events: [],
  jobId: null,
  tag: 'abcd1234',
  buttons: [],
  things: [],
  help: null,
  ...changes,
});

const text = (words: string) => ({ update_id: 1, message: { text: words } }) as unknown as Update;
const pressed = (data: string) =>
  ({ update_id: 1, callback_query: { id: '1', data, message: { message_id: 5 } } }) as unknown as Update;

describe('what a conversation hears', () => {
  it('reads a serial number out of a sentence', () => {
    expect(hear(text('S/N: j50000062'), spec())).toMatchObject({
      kind: 'serials',
      devices: [{ shortSerial: 'J50000062' }],
    });
  });

  it('marks a number it had to guess, and prefers one it can read', () => {
    const heard = (doubt: string | null) => ({
      kind: 'serials',
      devices: [{ shortSerial: 'J50000062', doubt }],
    });
    expect(hear(text('J5OOOO062'), spec())).toMatchObject(heard('mistyped'));
    expect(hear(text('J50000062'), spec())).toMatchObject(heard(null));
  });

  it('reads a pasted label and keeps nothing of its verification code', () => {
    const heard = hear(text('www.hik-connect.com\nJ50000062\nQWERTZ\nDS-2CD2386G2-IU'), spec());
    expect(heard).toMatchObject({ kind: 'serials', devices: [{ hadVerificationCode: true }] });
    expect(JSON.stringify(heard)).not.toContain('QWERTZ');
  });

  it('recognises an exported-devices code without keeping any of it', () => {
    const heard = hear(text('QRC03010003eJwFIXTUREONLYAAAA'), spec());
    expect(heard).toEqual({ kind: 'refused-label', reason: 'exported-credentials', host: null });
  });

  it('takes several serial numbers for a list, and gives none of them what belongs to another', () => {
    for (const [list, model] of [
      ['J50000062\nJ50000063\nG70000102', null],
      ['J50000062\nQWERTZ\nJ50000063\nG70000102 DS-7608NI-K2', 'DS-7608NI-K2'],
    ] as const) {
      const heard = hear(text(list), spec());
      expect(heard).toMatchObject({
        kind: 'serials',
        devices: [
          { shortSerial: 'J50000062', model: null },
          { shortSerial: 'J50000063', model: null },
          { shortSerial: 'G70000102', model },
        ],
      });
      expect(JSON.stringify(heard)).not.toContain('QWERTZ');
    }
    // A label's code with further serial numbers behind its own.
    const label = hear(text('www.hik-connect.com\nJ50000062\nQWERTZ\nDS-2CD2386G2-IU\nJ50000063'), spec());
    expect(label).toMatchObject({
      devices: [
        { shortSerial: 'J50000062', model: 'DS-2CD2386G2-IU' },
        { shortSerial: 'J50000063', model: null },
      ],
    });
  });

  it('drops nothing of a list: what a case cannot keep is named, a line it cannot read is counted', () => {
    const serials = Array.from({ length: 70 }, (_, index) => `J${50_000_100 + index}`);
    const devices = (some: string[]) => some.map((shortSerial) => ({ shortSerial, doubt: null }));
    const sixty = hear(text(serials.slice(0, 60).join(', ')), spec());
    expect(sixty).toMatchObject({ devices: devices(serials.slice(0, 60)) });
    expect(sixty).not.toHaveProperty('more');
    expect(hear(text([...serials, 'J5000', 'office'].join('\n')), spec())).toMatchObject({
      devices: devices(serials.slice(0, 60)),
      more: serials.slice(60),
      unread: 1,
    });
  });

  it('hears nine digits beside a serial number as what is asked about', () => {
    const devices = [
      { shortSerial: 'J50000062', doubt: null },
      { shortSerial: '901234567', doubt: 'digits' },
    ];
    expect(hear(text('J50000062, 901234567'), spec())).toMatchObject({ kind: 'serials', devices });
  });

  it('gives each device of a list what is said of it alone, and says that of the rest it is not clear', () => {
    const one = { shortSerial: 'J50000062', said: { answers: { firmware: 'V5.7.3' } } };
    const other = { shortSerial: 'J50000063', said: { answers: { everInEzviz: 'yes' } } };
    for (const list of [
      'J50000062 прошивка V5.7.3\nJ50000063 была в EZVIZ',
      'firmware V5.7.3 J50000062; J50000063, it was in EZVIZ',
    ]) {
      const heard = hear(text(list), spec());
      expect(heard).toMatchObject({ devices: [one, other] });
      expect(heard).not.toHaveProperty('unclear');
    }
    for (const [list, said] of [
      ['J50000062 прошивка V5.7.3, тел. 901234567', { answers: { firmware: 'V5.7.3' } }],
      ['J50000062 phone 901234567', undefined],
    ] as const) {
      const heard = hear(text(list), spec());
      expect(heard).toMatchObject({ devices: [{ shortSerial: 'J50000062' }, { doubt: 'other-number' }] });
      expect(heard.kind === 'serials' && heard.devices[0]?.said).toEqual(said);
      expect(heard).not.toHaveProperty('unclear');
    }
    for (const list of ['J50000062 and J50000063, was in EZVIZ', 'Прошивка V5.7.3\nJ50000062\nJ50000063']) {
      const heard = hear(text(list), spec());
      expect(heard).toMatchObject({ unclear: true });
      expect(JSON.stringify(heard)).not.toContain('"said"');
    }
  });

  it('turns the answer to a picture into its proof', () => {
    const heard = hear(text(' ab 3k7 '), spec({ wants: ['picture-code'], nonce: 'n' }));
    expect(heard).toEqual({ kind: 'picture-code', nonce: 'n', proof: pictureAnswerProof('n', 'AB3K7') });
  });

  it('takes a serial number typed under a picture for a device, not for an answer', () => {
    expect(hear(text('J50000062'), spec({ wants: ['picture-code'], nonce: 'n' })).kind).toBe('serials');
  });

  it('recognises facts in words only where they were asked for, and keeps nothing else of the text', () => {
    expect(hear(text('an NVR, V3.4.98, was in EZVIZ, key under mat'), spec({ wants: ['words'] }))).toEqual({
      kind: 'words',
      said: { answers: { firmware: 'V3.4.98', everInEzviz: 'yes', kind: 'recorder' } },
    });
    expect(hear(text('V3.4.98'), spec()).kind).toBe('other');
  });

  it.each([...beside, ...LIKE_MODELS])(
    'keeps nothing of %j beside a serial number, before and behind it',
    (words) => {
      for (const typed of [`J50000062\n${words}`, `J50000062 ${words}`, `${words}\nJ50000062`]) {
        const heard = hear(text(typed), spec({ wants: ['serial', 'words'] }));
        expect(heard).toMatchObject({
          kind: 'serials',
          devices: [{ shortSerial: 'J50000062', model: null }],
        });
        for (const word of words.split(/\s+/)) expect(JSON.stringify(heard)).not.toContain(word);
      }
    },
  );

  it.each([
    'canary77x/DS-2CD2143G2-I20201231AAWRJ50000062',
    'Canary.DS-2CD2143G2-I20201231AAWRJ50000062',
    'www.hik-connect.com\nCanary/DS-2CD2143G2-I20201231AAWRJ50000062\nQWERTZ',
    'Device Serial No.: DS-2CD2143G2-I20201231AAWRJ50000062',
    'J50000062 J50000062 DS-2CD2143G2-I20201231AAWRJ50000062',
    'DS\u20132CD2143G2\u2013I20201231AAWRJ50000062',
  ])('takes a full serial number without what is glued to it: %j', (typed) => {
    const device = {
      fullSerial: 'DS-2CD2143G2-I20201231AAWRJ50000062',
      shortSerial: 'J50000062',
      model: 'DS-2CD2143G2-I',
    };
    const heard = hear(text(typed), spec());
    expect(heard).toMatchObject({ kind: 'serials', devices: [device] });
    expect(JSON.stringify(heard)).not.toMatch(/canary/i);
  });

  it('asks the words around a number, not only its place, also where the text begins with a serial number', () => {
    const one = { kind: 'serials', devices: [{ shortSerial: 'J50000062' }] };
    for (const typed of [
      'J50000063 неправильно, правильный J50000062',
      'J50000062 вместо J50000063',
      'J50000062 код K12345678',
      'J50000062\nкод верификации\nK12345678',
      'J50000062 admin / K12345678',
    ]) {
      const heard = hear(text(typed), spec());
      expect(heard).toMatchObject(one);
      expect(JSON.stringify(heard)).not.toMatch(/K12345678|J50000063/);
    }
    expect(hear(text('J50000062 ИНН 770123456'), spec())).toMatchObject({
      devices: [{ doubt: null }, { shortSerial: '770123456', doubt: 'other-number' }],
    });
  });

  it.each([
    'J50000062:Canary77x',
    'J50000062=Canary77x',
    'J50000062/Canary77x',
    'J50000062\u2014Canary77x',
    'Canary77x=J50000062',
    'пароль: Canary77x J50000062',
    'пароль:\nCanary77x\nJ50000062',
    'pass=Canary77x, J50000062',
  ])('keeps the serial number a password is glued to, or stands in front of: %j', (typed) => {
    const left = withoutPasswords(text(typed), spec());
    expect(JSON.stringify(left)).not.toContain('Canary77x');
    expect(hear(left ?? text(''), spec())).toMatchObject({
      kind: 'serials',
      devices: [{ shortSerial: 'J50000062', doubt: null }],
    });
  });

  it.each([
    ['J50000062J50000063J50000064', ['J50000062', 'J50000063', 'J50000064']],
    ['SNJ50000062', ['J50000062']],
  ])('takes no serial numbers without anything between them for a password: %j', (typed, serials) => {
    const left = withoutPasswords(text(typed), spec());
    expect(hear(left ?? text(typed), spec())).toMatchObject({
      kind: 'serials',
      devices: serials.map((shortSerial) => ({ shortSerial })),
    });
  });

  it('counts no line unread that has the model of the next', () => {
    const heard = hear(text('DS-2CD2143G2-I\nJ50000062\nDS-7608NI-K2\nG70000102'), spec());
    expect(heard).toMatchObject({ devices: [{ model: 'DS-2CD2143G2-I' }, { model: 'DS-7608NI-K2' }] });
    expect(heard).not.toHaveProperty('unread');
  });

  it('hears what is said beside a serial number or under a photo', () => {
    const said = { answers: { everInEzviz: 'yes' } };
    expect(hear(text('J50000062, it was in EZVIZ'), spec())).toMatchObject({ kind: 'serials', said });
    expect(hear(text('J50000062 прошивка V5.7.3, была в EZVIZ'), spec())).toMatchObject({
      devices: [{ shortSerial: 'J50000062', model: null }],
      said: { answers: { everInEzviz: 'yes', firmware: 'V5.7.3' } },
    });
    const photo = { file_id: 'F', file_size: 1 };
    const captioned = { update_id: 1, message: { photo: [photo], caption: 'it was in EZVIZ' } };
    expect(hear(captioned as unknown as Update, spec())).toMatchObject({ kind: 'photo', said });
    // With two devices it is not known of which it is said; the model is the serial number's own.
    expect(hear(text('J50000062 and J50000063, was in EZVIZ'), spec())).not.toHaveProperty('said');
    expect(hear(text('DS-2CD2386G2-IU20230815AAWRAC7000101'), spec())).not.toHaveProperty('said');
  });

  it('turns what a screen says into articles, and keeps nothing of it', () => {
    const heard = hear(text('Error 20013: my-secret'), spec({ wants: ['message'] }));
    expect(heard).toEqual({
      kind: 'message',
      found: { kind: 'article', article: 'added-by-other' },
    });
    expect(hear(text('zzz'), spec({ wants: ['message'] }))).toEqual({
      kind: 'message',
      found: { kind: 'unknown', code: null },
    });
  });

  it('keeps a note as it is, but no label with its verification code', () => {
    const wants = spec({ wants: ['note'] });
    expect(hear(text('RMA 4711'), wants)).toEqual({ kind: 'note', text: 'RMA 4711' });
    const label = hear(text('www.hik-connect.com\nJ50000062\nQWERTZ\nDS-2CD2386G2-IU'), wants);
    expect(JSON.stringify(label)).not.toContain('QWERTZ');
    expect(hear(text('QRC03010003eJwFIXTUREONLYAAAA'), wants).kind).toBe('refused-label');
  });

  it('keeps nothing of any other text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12, maxLength: 200 }), (words) => {
        const heard = hear(text(words), spec({ wants: ['photo'] }));
        return heard.kind !== 'other' || JSON.stringify(heard) === '{"kind":"other"}';
      }),
    );
  });

  it('hears a button of its own keyboard and no other', () => {
    expect(hear(pressed(callbackData('abcd1234', 'next')), spec())).toEqual({
      kind: 'button',
      id: 'next',
      messageId: 5,
    });
    expect(hear(pressed(callbackData('zzzz9999', 'next')), spec()).kind).toBe('stale-button');
    expect(hear(pressed('f:abcd1234:no spaces'), spec()).kind).toBe('stale-button');
    expect(hear(pressed(callbackData('abcd1234', 'next')), spec({ tag: null })).kind).toBe('stale-button');
  });

  it('takes an image sent as a file for a photo, and no other file', () => {
    const file = (mime: string) =>
      ({ update_id: 1, message: { document: { file_id: 'F', mime_type: mime } } }) as unknown as Update;
    expect(hear(file('image/jpeg'), spec()).kind).toBe('photo');
    expect(hear(file('image/svg+xml'), spec()).kind).toBe('wrong-file');
    expect(hear(file('application/pdf'), spec()).kind).toBe('wrong-file');
  });
});

describe('whether a wait takes what was heard', () => {
  const event: HouseEvent = { id: 'E', caseId: 'C', type: 'status', jobId: 'J', status: 'can-unbind' };

  it('takes events by type and job', () => {
    expect(wanted({ kind: 'event', event }, spec({ events: ['status'], jobId: 'J' }))).toBe(true);
    expect(wanted({ kind: 'event', event }, spec({ events: ['status'], jobId: 'K' }))).toBe(false);
    expect(wanted({ kind: 'event', event }, spec({ events: ['outcome'] }))).toBe(false);
  });

  it('takes photos and serial numbers only where they were asked for', () => {
    const photo = { kind: 'photo', fileId: 'F', bytes: null, album: null, messageId: 1 } as const;
    expect(wanted(photo, spec({ wants: ['photo'] }))).toBe(true);
    expect(wanted(photo, spec())).toBe(false);
  });
});

describe('values in messages', () => {
  it('can neither open a tag nor turn the reading direction', () => {
    expect(escapeHtml('<b>DS\u202e-X</b>&"')).toBe('&lt;b&gt;DS -X&lt;/b&gt;&amp;&quot;');
    expect(escapeHtml('half \ud83d')).toBe('half  ');
  });

  it('are no templates: neither sentences nor other values come in through a name', () => {
    const t = htmlTextsFor('en');
    const name = '$t(bot:pair.warn) {{system}} $&$1';
    const line = t('bot:agents.online', { number: 1, name, system: 'linux' });
    expect(line).toContain(`<b>${name.replace('&', '&amp;')}</b> (linux)`);
  });
});
