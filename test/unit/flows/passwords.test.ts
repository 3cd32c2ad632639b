import fc from 'fast-check';
import type { Update } from 'grammy/types';
import { describe, expect, it } from 'vitest';
import {
  hasPasswordInCommand,
  hear,
  type WaitSpec,
  withoutPasswords,
} from '../../../src/flows/engine/heard.ts';

const spec = (changes: Partial<WaitSpec> = {}): WaitSpec => ({
  wants: ['photo', 'serial', 'words'],
  events: [],
  jobId: null,
  tag: null,
  buttons: [],
  things: [],
  help: 'bot:help.idle',
  ...changes,
});
const typed = (text: string) => ({ update_id: 1, message: { text } }) as unknown as Update;
/** What is left of a text; null where nothing was taken for a password. */
const left = (text: string, changes: Partial<WaitSpec> = {}) =>
  withoutPasswords(typed(text), spec(changes))?.message?.text?.replace(/\s+/g, ' ').trim() ?? null;

/** A text with its password in brackets. */
const PASSWORDS = [
  // By shape.
  '[Hik12345]',
  '[hik12345]',
  '[admin123]',
  '[Admin2024]',
  '[qwerty123]',
  '[Qwerty!1]',
  '[P@ssw0rd]',
  '[abcd1234]',
  '[1234qwer]',
  '[Canary-Pass-77]',
  '[пароль123]',
  '[Солнце2020!]',
  '[QwErTyUi]',
  'admin [Hik12345]',
  'login admin, [hikvision2019]',
  '[admin/Hik12345]',
  '[admin:qwerty2020]',
  'it is [Zx9kTr4q] I think',
  'попробуй [ltdbwf2019]',
  'J50000062 [Zx!9kTr4q]',
  'камера DS-2CD2143G2-I, [Qazwsx12]',
  '[rtsp://admin:qwerty@192.168.1.64:554/Streaming/Channels/101]',
  '"[Hik12345]"',
  '([Hik12345])',
  // Behind its word.
  'password: [qwerty]',
  'password [12345]',
  'password is [12345678]',
  'Password = [hello]',
  'the admin password of the camera is [abc1]',
  'admin password: [123456789]',
  'password for admin - [letmein]',
  'my password is [Zaq1] and the camera is offline',
  'pwd:[secret]',
  'pass: [kitten]',
  'pin: [4711]',
  'Login: admin\nPassword: [kitten]',
  'Password:\n[kitten]',
  'пароль [qwerty]',
  'пароль: [кукуруза]',
  'пароль от камеры [12345]',
  'пароль admin [12345678]',
  'пароль админа такой: [a1234567]',
  'пароль - [zxcvbn]',
  'пароль это [Йцукен1]',
  'логин admin пароль [hikvision]',
  'ПАРОЛЬ [HIK12345]',
  'с паролем [abc123]',
  'пин-код: [1234]',
  'пароль=[123456], был в EZVIZ',
  'password: [Hik12345], second password: [Hik54321]',
];

const NONE = [
  // Serial numbers, also wrong ones.
  'J50000062',
  'j50000062',
  'S/N: J50000062',
  'серийный номер J50000062',
  'J5OOOO062',
  'j5000006',
  'J500000621',
  '401000064',
  '401 000 064',
  'D2 000 0042',
  'DS-2CD2386G2-IU20230815AAWRAC7000101',
  'ds-2cd2386g2-iu20230815aawrac7000101',
  'DS-7608NI-K2/8P0820180203CCRR570000103WCVU',
  'ds-7608ni-k2/8p0820180203ccrr57000010',
  'ДС-2СД2143Г2-И',
  'J50000062\nJ50000063\nG70000102',
  'www.hik-connect.com\nJ50000062\nQWERTZ\nDS-2CD2386G2-IU',
  // Firmware.
  'V3.4.98',
  'V4.30.085',
  'v5.5.0 build 180921',
  'V5.5.0build180921',
  'V5.7.3_build220112',
  '4.30.085 build 210630',
  'firmware V4.74.210',
  'прошивка 3.4.92',
  '4.x',
  'build 180921',
  // Models.
  'DS-2CD2143G2-I',
  'ds-2cd2143g2-i(2.8mm)',
  '2cd2143g0-is',
  'iDS-7208HQHI-M1/S',
  '7608ni-k2',
  'DS-K1T342MX',
  'ds-kv6113-wpe1',
  'CS-C6N-A0-1C2WFR',
  'HWI-B120H-M',
  'hwi-b120h',
  'IPC-B140H',
  'ipc-hdw2431t',
  'LTN8704Q-P4',
  'RVi-1NCE2120',
  'NVR-116MH-C',
  'HiWatch DS-I200',
  // Addresses, links, files, numbers.
  '192.168.1.64',
  '192.168.1.64:8000',
  '192.168.1.0/24',
  'http://192.168.1.64/doc/page/login.asp',
  'https://www.hik-connect.com',
  'hik-connect.com/device?id=12345678',
  'rtsp://192.168.1.64:554/Streaming/Channels/101',
  'fe80::4619:b6ff:fe12:3456',
  '44:19:b6:12:34:56',
  '44-19-B6-12-34-56',
  '4419b6123456',
  'sam.brown77@example.com',
  '@technician77',
  't.me/unbind_bot77',
  'digicap.dav',
  'IMG_20230815_142233.jpg',
  '+7 (999) 123-45-67',
  '+375291234567',
  '8-029-123-45-67',
  '12345678',
  '2023-08-15',
  '15.08.2023 14:30',
  'RMA-2023-0815',
  '№12345',
  // Codes and what screens say.
  '20013',
  'Error 20013',
  '0x40000003',
  'HCNetSDK.DLL[7]',
  'NET_DVR_PASSWORD_ERROR',
  'illegalVerificationCode',
  'loginPasswordError',
  'userlocked',
  'ERR_CONNECTION_REFUSED',
  'password error 2024',
  'wrong password',
  'Password error. Attempts left: 5',
  'неверный пароль, ошибка 2024',
  // Words.
  'an NVR, V3.4.98, was in EZVIZ, key under mat',
  'камера 2cd2143 висит на чужом акке, пароль знаю, я рядом с ноутом',
  'password unknown',
  'password: lost',
  'password: unknown',
  'no password',
  'I do not have the password',
  'I do not have the password anymore',
  'the password is known',
  'I know the password, the camera is offline',
  'forgot password?',
  'what is the password',
  'password?',
  'password reset',
  'reset the admin password please',
  'the password does not work',
  'Wi-Fi password is lost',
  'password-protected',
  'пароль есть',
  'пароль: нет',
  'пароль не знаю',
  'пароль неизвестен',
  'пароля нет',
  'забыл пароль',
  'забыл пароль admin',
  'пароль от admin не подходит',
  'пароль от приложения забыли',
  'пароль знает владелец',
  'пароль спрошу у владельца',
  'какой пароль?',
  'пароль какой?',
  'сброс пароля',
  'сменить пароль',
  'windows10',
  'iVMS-4200',
  'ivms4200',
  'Hik-Connect',
  'android12',
  'iPhone14',
  'кабинет12',
  'подъезд3',
  'камера12',
  'Камера-12',
  '16-channel',
  '8-канальный',
  'H.265+',
  'H265',
  '100mbit',
  '1080p 25fps',
  'IP67',
  'PoE+',
  '5GHz',
  'WPA2',
  'plug-and-play',
  "it isn't there",
  'да/нет',
  'да, был в EZVIZ',
  'yes',
  'не знаю',
  'ok!!!',
  '👍',
  'Hikvision',
  'EzvizApp',
  'ТЦ «Весна», 2-й этаж',
  'case 7K3MQ9',
  'BCDFG-HJKLM',
];

describe('passwords typed into the chat', () => {
  it.each(PASSWORDS)('takes what is in brackets for one, and leaves the rest: %s', (marked) => {
    const rest = left(marked.replaceAll(/[[\]]/g, ''));
    const others = marked.replaceAll(/\[[^\]]*\]/g, ' ').match(/[\p{L}\p{N}]{2,}/gu) ?? [];
    for (const [, password = ''] of marked.matchAll(/\[([^\]]*)\]/g)) expect(rest).not.toContain(password);
    for (const word of others) expect(rest).toContain(word);
  });

  it.each(NONE)('takes none for one: %s', (text) => {
    expect(left(text)).toBeNull();
  });

  it('takes whatever is typed while one is asked for elsewhere, but for serial numbers, yes and no', () => {
    const beside = { wants: [], besideSecret: true } as const;
    for (const text of ['kitten', 'correct horse', 'кукуруза', '12345', 'V3.4.98', '192.168.1.64'])
      expect(left(text, { ...beside, wants: [] }), text).toBe('');
    for (const text of [
      'J50000062',
      'S/N J50000062',
      'yes',
      'нет',
      'не знаю',
      'www.hik-connect.com\nJ50000062\nQWERTZ',
    ])
      expect(left(text, { ...beside, wants: [] }), text).toBeNull();
  });

  it('never takes the answer to a picture for one, however it looks', () => {
    const picture = { wants: ['picture-code' as const], nonce: 'n' };
    expect(left('Ab3!k7', picture)).toBeNull();
    expect(left('Hik12345', picture)).toBe('');
  });

  it('lets a text that is to be kept look like anything, but for what stands behind the word', () => {
    const note = { wants: ['photo' as const, 'note' as const] };
    expect(left('Ticket hik2023a0815 is accepted, wait for mail', note)).toBeNull();
    expect(left('The new password: Hik12345', note)).toBe('The new password:');
    expect(left('hik12345', note)).toBe('');
  });

  it('looks at captions and, behind the word only, at commands', () => {
    const photo = { update_id: 1, message: { photo: [{ file_id: 'F' }], caption: 'password Hik12345' } };
    expect(withoutPasswords(photo as unknown as Update, spec())?.message?.caption?.trim()).toBe('password');
    expect(hasPasswordInCommand(typed('/help password Hik12345'))).toBe(true);
    expect(hasPasswordInCommand(typed('/start AbCdEf0123456789_-'))).toBe(false);
  });

  it('leaves nothing of one for the conversation, whatever else the message says', () => {
    const text = typed('J50000062\nZx!9kTr4q\nwas in EZVIZ, password Hik12345');
    const heard = JSON.stringify(hear(withoutPasswords(text, spec()) ?? text, spec()));
    expect(heard).toContain('J50000062');
    expect(heard).not.toContain('Zx!9kTr4q');
    expect(heard).not.toContain('Hik12345');
  });

  it('withstands any text, and never takes a serial number for one', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void left(text)));
    const letters = fc.string({ unit: fc.constantFrom(...'ABCDEFGHJKLQ'), minLength: 1, maxLength: 2 });
    const serial = letters.chain((head) =>
      fc
        .string({
          unit: fc.constantFrom(...'0123456789'),
          minLength: 9 - head.length,
          maxLength: 9 - head.length,
        })
        .map((digits) => head + digits),
    );
    fc.assert(fc.property(serial, (text) => left(text) === null && left(text.toLowerCase()) === null));
  });
});
