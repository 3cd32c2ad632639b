import { describe, expect, it } from 'vitest';
import { helpWords, typedWords, vocabulary } from '../../locales/words.ts';
import { readLine } from '../../src/audit/chain.ts';
import { parseFirmware } from '../../src/device/firmware.ts';
import { kindOf } from '../../src/device/kinds.ts';
import { parseLabel } from '../../src/device/label.ts';
import { parseSerial } from '../../src/device/serial.ts';
import { miscountedSerial, typedDevices } from '../../src/device/typed.ts';
import { saidInWords } from '../../src/device/words.ts';
import { hear } from '../../src/flows/engine/heard.ts';
import { escapeHtml } from '../../src/flows/engine/html.ts';
import { letterFile } from '../../src/flows/letter.ts';
import { addressKey, prefixKey } from '../../src/hub/limits.ts';
import { cleanName } from '../../src/hub/words.ts';
import { scrub } from '../../src/kernel/scrub.ts';
import { parseChallenges } from '../../src/lan-agent/isapi/challenge.ts';
import { readDocument } from '../../src/lan-agent/isapi/read-document.ts';
import { readMessage } from '../../src/lan-agent/sadp/message.ts';
import { normalisePairingCode } from '../../src/link/pairing-code.ts';
import { isSmallPng } from '../../src/link/picture.ts';
import { normalisePictureAnswer } from '../../src/link/picture-answer.ts';
import { findHelp } from '../../src/policy/help.ts';

const LENGTH = 100_000;
const heardAs = (text: string) =>
  hear({ update_id: 1, message: { text } } as never, {
    wants: ['serial', 'words', 'message', 'note', 'picture-code'],
    events: [],
    jobId: null,
    tag: 'aaaa',
    buttons: [],
    things: [],
    help: 'bot:help.idle',
    nonce: 'x',
  });

/** Whatever reads a text that a stranger, a device or a laptop wrote. */
const readers: Record<string, (text: string) => unknown> = {
  parseLabel,
  typedDevices: (text) => typedDevices(text, typedWords),
  miscountedSerial: (text) => miscountedSerial(text, typedWords),
  parseSerial: (text) => parseSerial(text),
  saidInWords: (text) => saidInWords(text, vocabulary),
  parseFirmware,
  kindOf: (text) => kindOf({ model: text, deviceType: text, subDeviceType: text }),
  findHelp: (text) => findHelp(text, helpWords, 'command'),
  'hear, as much as Telegram lets through': (text) => heardAs(text.slice(0, 4096)),
  'hear, more': heardAs,
  scrub,
  escapeHtml,
  cleanName,
  addressKey,
  prefixKey,
  normalisePairingCode,
  normalisePictureAnswer,
  'letterFile, of a message': (text) =>
    letterFile({ to: null, subject: text.slice(0, 4096), body: text.slice(0, 4096) }),
  'readLine of the trail': readLine,
  isSmallPng,
  'readMessage, inside': (text) => readMessage(Buffer.from(`<ProbeMatch>${text}</ProbeMatch>`)),
  'readMessage, raw': (text) => readMessage(Buffer.from(text)),
  'readDocument, inside': (text) => readDocument(Buffer.from(`<a>${text}</a>`)),
  'readDocument, raw': (text) => readDocument(Buffer.from(text)),
  parseChallenges: (text) => parseChallenges([`Digest ${text}`]),
};

const PIECES =
  'a|A|0|-|.| |\t|\n|:|"|<|<a>|&|&#1;|%|/|=|я|\u0000|\u202e|\ud83d|A0|0-|a |0 |a.|DS-|DS-2CD|J50000062 |S/N: |V1.0 |8(029) |http://|[|{"a":|a="|\\"|1234567:|BCDFG|-----BEGIN PRIVATE KEY-----|start='.split(
    '|',
  );

describe('a hundred thousand characters made to be slow', () => {
  // A reader whose time grows with the square of the length needs minutes for these and runs into the limit.
  it.each(Object.entries(readers))('end soon and throw nothing: %s', (_, read) => {
    let texts = 0;
    for (const piece of PIECES) {
      const text = piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH);
      for (const hostile of [text, `${text}!`, `DS-2CD${text}`, `"${text}`]) {
        read(hostile);
        texts += 1;
      }
    }
    expect(texts).toBe(4 * PIECES.length);
  });

  it('make no object of another kind: names that mean something to JavaScript are only names', () => {
    const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
    for (const name of names) {
      for (const read of Object.values(readers)) read(name);
      readMessage(Buffer.from(`<ProbeMatch><${name}><polluted>1</polluted></${name}></ProbeMatch>`));
      readDocument(Buffer.from(`<a><${name}><polluted>1</polluted></${name}></a>`));
      readDocument(Buffer.from(`{"${name}":{"polluted":1},"a":{"${name}":{"polluted":1}}}`));
      readLine(`{"${name}":{"polluted":1}}`);
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
