/**
 * A bot that is told to end while a crowd is at work: many chats have just written, many laptops wait or search. What each
 * side saw is printed. `UNBIND_CROWD=100x50` for a hundred chats and fifty laptops.
 */
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import type { Laptop } from '../../src/sandbox/laptop.ts';
import { pairLaptop } from '../../src/sandbox/pairing.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { outlasts } from '../support/outlasts.ts';
import { invited, offering, online, openStage, pressId, STEP } from '../support/stage.ts';

const [CHATS = 0, LAPTOPS = 0] = (process.env.UNBIND_CROWD ?? '8x4').split('x').map(Number);
/** What systems grant a program to end, ms. */
const GRANTED_MS = 5_000;
/** Done at the same time while the crowd gathers. */
const AT_ONCE = 4;

interface Member {
  readonly person: SimUser;
  readonly serial: string;
  readonly laptop: Laptop | null;
  /** What stood on the laptop. */
  readonly lines: string[];
}

/** A proxy in front of the hub that speaks for one laptop, from a network of its own. */
async function networkOf(at: number, hubUrl: string): Promise<string> {
  const hub = new URL(hubUrl);
  const proxy = createServer((request, reply) => {
    const passed = forward(
      {
        host: hub.hostname,
        port: hub.port,
        path: request.url,
        method: request.method,
        headers: { ...request.headers, 'x-forwarded-for': `10.0.${at}.1` },
      },
      (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
      },
    );
    passed.on('error', () => reply.destroy());
    reply.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

/** The messages of a chat that name a device, newest state of each. */
const cardsOf = ({ person, serial }: Member) =>
  person.messages.filter(({ from, text }) => from === 'bot' && text.includes(serial));

const isNotThere = ({ text }: { text: string }) => /not found|did not answer|does not see/i.test(text);

/** Does it for all, so many at the same time. */
async function inGroupsOf<T, R>(
  size: number,
  all: readonly T[],
  task: (one: T, at: number) => Promise<R>,
): Promise<R[]> {
  const done: R[] = [];
  for (let at = 0; at < all.length; at += size)
    done.push(...(await Promise.all(all.slice(at, at + size).map((one, i) => task(one, at + i)))));
  return done;
}

const seconds = (since: number) => Math.round((performance.now() - since) / 100) / 10;

it(
  `ends in time with ${CHATS} conversations and ${LAPTOPS} laptops at work, and nothing is lost`,
  async () => {
    const botLines: string[] = [];
    const stage = await openStage({ devices: [unbindableCamera], onBotLine: (line) => botLines.push(line) });
    onTestFinished(() => stage.close());
    const admin = stage.technician('en');
    await admin.send('/start');
    await admin.waitFor(({ from }) => from === 'bot', STEP);

    const people: SimUser[] = [];
    while (people.length < CHATS) people.push(await invited(stage));
    const members = await inGroupsOf(AT_ONCE, people, async (person, at): Promise<Member> => {
      const serial = `J5${String(1_000_000 + at)}`;
      const lines: string[] = [];
      if (at >= LAPTOPS) return { person, serial, laptop: null, lines };
      const laptop = await stage.laptop(`laptop-${at}`, 'en', (line) => lines.push(line));
      await pairLaptop({ hubUrl: await networkOf(at, stage.hubUrl) }, laptop, person);
      laptop.start();
      await online(person);
      return { person, serial, laptop, lines };
    });

    // Everybody writes at once; the bot is told to end while it is at the first of them.
    const answers = members.map(({ person, serial }) => person.waitFor(new RegExp(serial), STEP));
    for (const one of answers) one.catch(() => undefined);
    await Promise.all(members.map(({ person, serial }) => person.send(serial)));
    await Promise.any(answers);
    const answered = members.filter((member) => cardsOf(member).length > 0).length;
    for (const { lines } of members) lines.length = 0;
    const told = performance.now();
    let code: number | null = null;
    const isLate = await outlasts(GRANTED_MS, async () => {
      code = await stage.bot.stop();
    });
    const stopped = seconds(told);
    const atTheEnd = members.filter((member) => cardsOf(member).length > 0).length;
    const wasKept = botLines.some((line) => line.includes('something keeps the program'));

    const began = performance.now();
    await stage.bot.start();
    const started = seconds(began);
    await inGroupsOf(CHATS, members, async ({ person, laptop }) => {
      // With a laptop it is looked for in its network first; it is not there.
      await person.waitFor(offering('cancel'), STEP);
      if (!laptop) return;
      const { id } = await person.waitFor(
        (message) => isNotThere(message) || offering('go-on')(message),
        STEP,
      );
      // A turn that was cut off after it had made the case is taken again, and asks whether to go on with that case.
      if (!person.messages.some((message) => message.id === id && offering('go-on')(message))) return;
      await pressId(person, 'go-on');
      await person.waitFor(isNotThere, STEP);
    });
    const whole = seconds(began);
    await inGroupsOf(
      AT_ONCE,
      members.filter(({ laptop }) => laptop !== null),
      ({ person }) => online(person),
    );

    const twice = members.filter((member) => cardsOf(member).length > 1).length;
    const laptopSays = new Map<string, number>();
    for (const { lines } of members)
      for (const line of lines)
        laptopSays.set(line.slice(0, 90), (laptopSays.get(line.slice(0, 90)) ?? 0) + 1);
    process.stdout.write(
      `${[
        `bot: ${stopped} s from SIGTERM to its end, exit code ${code}`,
        `chats: ${CHATS} wrote; ${answered} were answered before the signal, ${atTheEnd} before the end, all ${whole} s after the start began (ready after ${started} s); ${twice} twice`,
        ...[...laptopSays].map(([line, times]) => `laptops: ${times} times "${line}"`),
      ].join('\n')}\n`,
    );
    expect({ code, isLate, wasKept }).toEqual({ code: 0, isLate: false, wasKept: false });
    expect(members.map((member) => cardsOf(member).length)).toEqual(members.map(() => 1));
  },
  120_000 + (CHATS + 10 * LAPTOPS) * 2_000,
);
