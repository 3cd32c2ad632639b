import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MENU } from '../../src/bot/commands/everyday.ts';
import type { AgentCommand } from '../../src/link/messages.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import type { TestAgent } from '../integration/hub/house.ts';
import { type Fortress, heard, nextCommand, openFortress, pressed, Tally } from './fortress.ts';
import { DEVICE, SERIAL } from './walk.ts';

const STOLEN = 'C10000011';

describe('the chat under attack', () => {
  let fortress: Fortress;
  let ann: SimUser;
  let bob: SimUser;
  let laptop: TestAgent;
  const tally = new Tally();
  beforeAll(async () => {
    fortress = await openFortress();
    ann = await fortress.technician('Ann');
    bob = await fortress.technician('Bob');
    laptop = await fortress.laptop(ann);
  });
  afterAll(async () => {
    tally.print('chat');
    await fortress.close();
  });

  /** What the bot did for anybody while `attack` ran; answers to a button count only when they say something. */
  async function effects(attack: () => Promise<unknown>): Promise<string[]> {
    // What it still does about what was before is none of them: a message stands in its chat before its turn is over.
    await fortress.idle();
    const before = fortress.api.calls.length;
    await attack();
    return fortress.api.calls
      .slice(before)
      .filter(({ method, parameters }) => method !== 'answerCallbackQuery' || parameters.text !== undefined)
      .map(({ method }) => method);
  }
  /** A photo of a label, as Telegram tells of it. */
  const PHOTO = { file_id: 'label', file_unique_id: 'label', width: 90, height: 90 };

  const text = (
    from: SimUser,
    what: string,
    chat: object = { id: from.id, type: 'private', first_name: 'x' },
  ) => ({
    message: {
      message_id: 1,
      date: 1,
      chat,
      from: from.user,
      text: what,
      ...(what.startsWith('/')
        ? { entities: [{ type: 'bot_command', offset: 0, length: what.length }] }
        : {}),
    } as never,
  });
  async function invitation(): Promise<string> {
    await fortress.admin.send('/invite');
    return /start=([\w-]+)/.exec((await fortress.admin.waitFor(/start=/)).text)?.[1] ?? '';
  }
  const isPaired = async () => (await laptop.poll()).status === 200;

  it('has one sentence a day for a stranger, whatever they send', async () => {
    const mallory = fortress.api.user({ firstName: 'Mallory' });
    const said = await effects(async () => {
      for (const word of [
        ...MENU,
        'invite',
        'people',
        'revoke',
        'lift',
        'deny',
        'allow',
        'rename',
        'start x',
      ]) {
        await fortress.forge(text(mallory, `/${word}`));
        tally.count(true);
      }
      await fortress.forge(text(mallory, `/start ${'A'.repeat(32)}`));
      await fortress.forge(text(mallory, SERIAL));
      for (const data of [
        `a:revoke:${laptop.agentId}`,
        `x:revoke:${ann.id}`,
        `p:no:${laptop.agentId}`,
        'l:ru',
      ]) {
        await fortress.forge(pressed(mallory, data));
      }
    });
    expect(tally.count(said.length === 1)).toBe(true);
    expect(await isPaired()).toBe(true);
  });

  it('tells a stranger who asks their own id, once a minute, and nothing else', async () => {
    const mallory = fortress.api.user({ firstName: 'Mallory' });
    const own = `Your Telegram user id: ${mallory.id}`;
    await mallory.send('/id');
    await mallory.waitFor(({ text: one }) => one === own);
    const said = await effects(async () => {
      for (const asked of ['/id', `/id ${ann.id}`, `/id@${'unbind_sandbox_bot'}`])
        await fortress.forge(text(mallory, asked));
      await fortress.forge(text(mallory, '/id', { id: -100, type: 'supergroup', title: 'Site' }));
      await fortress.forge(text(mallory, '/id', { id: ann.id, type: 'private', first_name: 'x' }));
    });
    // The sentence of the day, for what asks for somebody else's.
    expect(said).toEqual(['sendMessage']);
    tally.count(!mallory.transcript().includes(String(ann.id)));
    expect(mallory.messages.filter(({ text: one }) => one === own)).toHaveLength(1);
    await ann.send('/id');
    await ann.waitFor(({ text: one }) => one === `Your Telegram user id: ${ann.id}`);
  });

  it('lets nobody press a button of another chat, of a group, or without a chat', async () => {
    const group = fortress.api.group('Site');
    await ann.send(SERIAL);
    const question = await ann.waitFor((message) => message.buttons.length > 0);
    const button = question.buttons.flat()[0]?.data ?? '';
    const places = [
      { chatId: ann.id, messageId: question.id },
      { chatId: group.chatId, type: 'group' as const },
      { chatId: bob.id },
    ];
    for (const place of places) {
      const said = await effects(() => fortress.forge(pressed(bob, button, place)));
      // In his own chat Bob is told that the button is old, and it goes; Ann's conversation never hears of it.
      const allowed = ['answerCallbackQuery', ...(place.chatId === bob.id ? ['editMessageReplyMarkup'] : [])];
      expect(tally.count(said.every((method) => allowed.includes(method)))).toBe(true);
    }
    const { callback_query: query } = pressed(bob, button);
    const { message: _, ...inline } = query ?? {};
    expect(await effects(() => fortress.forge({ callback_query: inline as never }))).toEqual([]);
    expect(ann.messages.findLast(({ id }) => id === question.id)?.buttons.length).toBeGreaterThan(0);
    await ann.send('/cancel');
    await ann.waitFor(/Case closed/);
    // The same button again, from the keyboard that is gone.
    const replayed = await effects(() =>
      fortress.forge(pressed(ann, button, { chatId: ann.id, messageId: question.id })),
    );
    expect(tally.count(!replayed.includes('sendMessage'))).toBe(true);
  });

  it('does for a technician nothing that is an admin’s or another technician’s', async () => {
    const forged = [
      `a:revoke:${laptop.agentId}`,
      `a:ask:${laptop.agentId}`,
      `a:give:${laptop.agentId}:${bob.id}`,
      'a:revoke:',
      `a:__proto__:${laptop.agentId}`,
      `x:revoke:${ann.id}`,
      `x:revoke:${fortress.admin.id}`,
      `p:${laptop.agentId}:11`,
      `p:no:${laptop.agentId}`,
      `p:no:${'9'.repeat(40)}`,
      'p:no',
      'p:no:',
      'constructor:x',
      '__proto__:x',
      'l:xx',
      'c:00000000:sadp',
      'c.00000000.unbind',
      ':',
      'x'.repeat(64),
    ];
    for (const data of forged) {
      expect(await fortress.forge(pressed(bob, data)), data).toBe(200);
      tally.count(await isPaired());
      if (data.startsWith('a:')) expect(bob.messages.at(-1)?.text).toMatch(/no longer in your list/);
    }
    for (const word of [
      'invite',
      'people',
      `revoke ${ann.id}`,
      `lift ${bob.id}`,
      `deny ${SERIAL}`,
      `allow ${STOLEN}`,
    ]) {
      await bob.send(`/${word}`);
      tally.count(/Only admins/.test((await bob.waitFor(/Only admins/)).text));
    }
    await ann.send('/agents');
    expect((await ann.waitFor(/Your laptops/)).text).toContain('Laptop');
  });

  it('is silent in groups, in channels and to bots, to what is edited there, too', async () => {
    const group = { id: -100, type: 'supergroup', title: 'Site' };
    const update = { ...text(ann, SERIAL) };
    const attacks = [
      text(ann, '/pair', group),
      text(ann, `/pair@${'unbind_sandbox_bot'}`, group),
      text(ann, SERIAL, group),
      { message: { ...Object(text(ann, '', group).message), photo: [PHOTO] } as never },
      text(ann, '/pair', { id: bob.id, type: 'private', first_name: 'x' }),
      { edited_message: text(ann, SERIAL, group).message },
      { channel_post: update.message },
      { message: { ...Object(update.message), from: { ...ann.user, is_bot: true } } as never },
      { message: { ...Object(update.message), from: undefined } as never },
    ];
    for (const attack of attacks) {
      expect(tally.count((await effects(() => fortress.forge(attack))).length === 0)).toBe(true);
    }
  });

  it('takes updates from Telegram alone', async () => {
    for (const secret of ['', 'x', 'A'.repeat(32), 'A'.repeat(4_000)]) {
      expect(tally.count((await fortress.forge(text(ann, '/pair'), secret)) === 403)).toBe(true);
    }
  });

  it('stops a case of a device reported stolen, and tells the admins', async () => {
    const { admin } = fortress;
    await admin.send(`/deny ${STOLEN}`);
    await admin.waitFor(/list of stolen devices/);
    await ann.send(STOLEN);
    await ann.waitFor(/reported as stolen/);
    expect((await admin.waitFor(/tried to work on/, { after: 'start' })).text).toContain(STOLEN);
    tally.count(!ann.transcript().includes(`Looking for ${STOLEN}`));
    await admin.send(`/allow ${STOLEN}`);
    await admin.waitFor(/off the list/);
  });

  it('gives the laptop to one technician at a time, who alone can hand it over', async () => {
    const code = await fortress.code(bob);
    await laptop.askToPair(code);
    await bob.waitFor(/six digits it shows/);
    await bob.send(laptop.number);
    await bob.waitFor(/is paired/);
    await laptop.poll();
    await ann.send(SERIAL);
    await nextCommand(laptop, 'discover');
    await bob.send('J50000063');
    await bob.waitFor(/Somebody else is working/);
    tally.count(true);
    await bob.send('/agents');
    await bob.waitFor(/in use by Ann/);
    await bob.press('Ask for it');
    await ann.waitFor(/Bob would like to work/, { after: 'start' });
    await ann.press('Hand it over');
    await bob.waitFor(/is yours now/);
    await ann.send('/cancel');
    await ann.waitFor(/Case closed/);
    await bob.send('/cancel');
    await bob.waitFor(/Case closed/);
  });

  it('shows a hostile device as plain text: no markup, no turned direction, no invisible characters', async () => {
    const model = '<b>x</b><a href="tg://user?id=1">y</a>\u202eevil\u0000\u200b';
    await ann.send(SERIAL);
    const command = await nextCommand(laptop, 'discover');
    const device = { ...DEVICE, model, firmware: '<i>V5.5</i>\u202e' };
    const sent = await laptop.sendEvents([
      {
        type: 'discovered',
        id: ulid(),
        jobId: command.jobId,
        at: Date.now(),
        devices: [device],
        omitted: 0,
        interfaces: [],
      },
    ]);
    expect(sent.status).toBe(200);
    const status = await nextCommand(laptop, 'status');
    await laptop.sendEvents([
      {
        type: 'status',
        id: ulid(),
        jobId: status.jobId,
        at: Date.now(),
        shortSerial: SERIAL,
        status: 'can-unbind',
        device,
      },
    ]);
    await ann.until(() => ann.transcript().includes('<b>x</b>') || ann.transcript().includes('10.0.0.9'));
    expect(tally.count(!/\p{Cf}/u.test(ann.transcript()))).toBe(true);
    const rich = ann.messages.filter((message) => JSON.stringify(message).includes('tg://user'));
    expect(rich.every((message) => message.text.includes('tg://user'))).toBe(true);
    tally.count(true);
    await ann.send('/cancel');
    await ann.waitFor(/Case closed/);
  });

  it('sends every message, whatever people, laptops and devices call themselves', async () => {
    const { admin } = fortress;
    // A name that is cut inside its last letter: Telegram refuses every message that holds half of one.
    const half = `${'<&>'.repeat(21)}\u{1f600}`;
    const eve = await fortress.technician(half);
    const theirs = await fortress.laptop(eve, '192.0.2.44');
    theirs.host = {
      name: `\u202e${'x'.repeat(62)}\ud83d`,
      system: '<b>\n\u0000</b>',
      agentVersion: '\u200b',
    };
    await theirs.poll();
    await eve.send(`/rename 1 ${half}${half}`);
    await eve.waitFor(/is now/);
    await eve.send('/agents');
    expect((await eve.waitFor(/Your laptops/)).text).not.toMatch(/\p{Cf}/u);
    await admin.send(`/deny ${STOLEN}`);
    await admin.waitFor(/list of stolen devices/, { after: 'start' });
    await eve.send(STOLEN);
    // The thief's own name must not keep the alert from being sent.
    await admin.waitFor(/tried to work on/);
    for (let n = 0; n < 41; n++) {
      const token = await invitation();
      const name = `${n}${'<&>'.repeat(20)}`;
      const guest = fortress.api.user({ firstName: name.slice(0, 64), languageCode: 'en' });
      await guest.send(`/start ${token}`);
      await guest.waitFor(/Welcome/);
    }
    await admin.send('/people');
    const people = await admin.waitFor(/Technicians/);
    expect(people.buttons.length).toBe(20);
    expect(JSON.stringify(people.buttons)).not.toContain('&lt;');
    // Whoever came first is in the first of the lists, and a phone shows every button in full.
    expect(people.buttons.flat().some(({ data }) => data === `x:revoke:${ann.id}`)).toBe(true);
    const rest = await admin.waitFor(/For admins/);
    expect(rest.buttons.flat().some(({ text }) => /^Remove 4\d: 40</.test(text))).toBe(true);
    const labels = [eve, admin].flatMap(({ messages }) => messages.flatMap(({ buttons }) => buttons.flat()));
    expect(labels.map(({ text }) => text).filter((text) => [...text].length > 24)).toEqual([]);
    const sent = JSON.stringify(fortress.api.calls);
    expect(tally.count(!/\\ud[89a-f]/i.test(sent))).toBe(true);
    await admin.send(`/allow ${STOLEN}`);
    await admin.waitFor(/off the list/);
  });

  it('gives a laptop that has not seen the device no further work on it', async () => {
    await ann.send(SERIAL);
    const { jobId } = await nextCommand(laptop, 'discover');
    const event = { type: 'discovered' as const, id: ulid(), jobId, at: Date.now() };
    await laptop.sendEvents([{ ...event, devices: [], omitted: 0, interfaces: [] }]);
    await ann.send('/cancel');
    await ann.waitFor(/Case closed/);
    await laptop.poll();
    const { body } = await laptop.poll({ cursor: heard(laptop).at(-1)?.id ?? null });
    const later = (body.commands as AgentCommand[]).map(({ type }) => type);
    expect(tally.count(later.every((type) => type !== 'status' && type !== 'unbind'))).toBe(true);
    expect(ann.transcript().split(SERIAL).at(-1)).not.toContain('Unbind now');
  });

  it('ends in the middle of a conversation when access is taken away: job, conversation, laptop', async () => {
    const carl = await fortress.technician('Carl');
    const his = await fortress.laptop(carl, '192.0.2.33');
    await carl.send(SERIAL);
    const job = await nextCommand(his, 'discover');
    await fortress.admin.send(`/revoke ${carl.id}`);
    await fortress.admin.waitFor(/is out/);
    await carl.waitFor(/access has been taken away/);
    expect(tally.count((await his.poll()).status === 410)).toBe(true);
    const event = { type: 'job-failed' as const, id: ulid(), jobId: job.jobId, at: Date.now(), reason: 'x' };
    expect(tally.count((await his.sendEvents([event])).status === 410)).toBe(true);
    const silence = await effects(async () => {
      await fortress.forge(text(carl, SERIAL));
      await fortress.forge(text(carl, '/pair'));
      await fortress.forge(pressed(carl, 'l:ru'));
    });
    // One sentence for a stranger, as everybody gets.
    expect(tally.count(silence.length <= 1)).toBe(true);
  });

  it('refused everything that was tried', () => {
    expect(tally.tried).toBeGreaterThan(50);
    expect(tally.refused).toBe(tally.tried);
  });
});
