import { describe, expect, it } from 'vitest';
import { readCaption, readMessageText } from '../../../src/sandbox/telegram/text.ts';

describe('Text of a message', () => {
  it('loses white space around it, and entities move along', () => {
    expect(readMessageText({ text: ' \n a <b>b </b>\n', parse_mode: 'HTML' })).toEqual({
      text: 'a b',
      entities: [{ type: 'bold', offset: 2, length: 1 }],
    });
  });

  it('has its commands, addresses and mentions found, but not inside code', () => {
    const { entities } = readMessageText({
      text: '/start see https://example.com/a. or mail a.b@example.com @some_user <code>/no</code>',
      parse_mode: 'HTML',
    });
    expect(entities.map(({ type, offset, length }) => [type, offset, length])).toEqual([
      ['bot_command', 0, 6],
      ['url', 11, 21],
      ['email', 42, 15],
      ['mention', 58, 10],
      ['code', 69, 3],
    ]);
  });

  it('is counted after its markup is gone', () => {
    const bold = (length: number) => `<b>${'x'.repeat(length)}</b>`;
    expect(readMessageText({ text: bold(4096), parse_mode: 'HTML' }).text).toHaveLength(4096);
    expect(() => readMessageText({ text: bold(4097), parse_mode: 'HTML' })).toThrow('message is too long');
    expect(readCaption({ text: bold(1024), parse_mode: 'HTML' }).text).toHaveLength(1024);
    expect(() => readCaption({ text: bold(1025), parse_mode: 'HTML' })).toThrow(
      'message caption is too long',
    );
  });

  it('may not be empty, while a caption may', () => {
    expect(() => readMessageText({ text: ' \n ' })).toThrow('message text is empty');
    expect(() => readMessageText({ text: '<b></b>', parse_mode: 'HTML' })).toThrow('message text is empty');
    expect(readCaption({ text: '' })).toEqual({ text: '', entities: [] });
  });

  it('is refused in a mode nobody here writes', () => {
    expect(() => readMessageText({ text: '*x*', parse_mode: 'MarkdownV2' })).toThrow(
      'unsupported parse_mode',
    );
  });

  it('keeps no control characters', () => {
    expect(readMessageText({ text: 'a\u0000b\u001bc\nd' }).text).toBe('a b c\nd');
  });
});
