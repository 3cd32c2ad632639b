import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unbindableCamera } from '../../src/sandbox/device/profiles.ts';
import { drawLabel } from '../../src/sandbox/labels.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { ChatMessage } from '../../src/sandbox/telegram/message.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { openStage, pressId, STEP } from '../support/stage.ts';

const serials = (count: number, first = 50_000_100) =>
  Array.from({ length: count }, (_, index) => `J${first + index}`);

describe.each(['en', 'ru'] as const)('several serial numbers in one message (%s)', (language) => {
  const say = (en: RegExp, ru: RegExp) => (language === 'en' ? en : ru);
  const CHOICE = say(/Several devices here/, /Здесь несколько устройств/);
  const NEXT = say(/Next one/, /Следующее/);
  const device = (serial: string) =>
    new RegExp(`${language === 'en' ? 'Serial number' : 'Серийный номер'} .*${serial}`);
  const kept = (count: number) =>
    language === 'en'
      ? new RegExp(`${count} more devices? (?:is|are) kept`)
      : new RegExp(`сохранено ещё ${count} устройств`);
  /** Serial numbers on the buttons of a message. */
  const offered = ({ buttons }: ChatMessage) =>
    buttons.flat().flatMap(({ text }) => /· (\w{9}(?: \?)?)/.exec(text)?.[1] ?? []);

  let visit = 0;
  /** Serial numbers that no other test has named. */
  function four(): [string, string, string, string] {
    visit += 10;
    return [`J500000${visit}`, `AE30000${visit}`, `K500000${visit + 1}`, `G700000${visit + 2}`];
  }

  let stage: Stage;
  let technician: SimUser;
  beforeAll(async () => {
    stage = await openStage({ devices: [] });
    technician = stage.technician(language);
    await technician.send('/start');
    await technician.waitFor((message) => message.from === 'bot', STEP);
  }, 90_000);
  afterAll(() => stage.close(), 60_000);

  /** Ends what is running; what is offered then. */
  async function cancel(): Promise<ChatMessage> {
    await technician.send('/cancel');
    return technician.waitFor(say(/Case closed/, /Заявка закрыта/), STEP);
  }

  async function press(serial: string): Promise<void> {
    await technician.press(new RegExp(`· ${serial}`));
    await technician.waitFor(device(serial), STEP);
  }

  it('stay as buttons until each has had its case, over wrong choices, restarts and cancels', async () => {
    const [A, B, C, D] = four();
    await technician.send(`${A} ${say(/and/, /и/).source} ${B}\n${C}, ${A} + ${D}`);
    expect(offered(await technician.waitFor(CHOICE, STEP))).toEqual([A, B, C, D]);
    // Nobody understands it, and the choice is still there after a restart.
    await technician.send('Hello');
    await technician.waitFor(say(/I do not understand that here/, /Здесь я этого не понимаю/), STEP);
    await stage.bot.kill();
    await stage.bot.start();
    // The wrong one, put right by typing the one that was meant.
    await press(B);
    await technician.send(A);
    await technician.waitFor(say(/Is this another device/, /Это другое устройство/), STEP);
    await pressId(technician, 'new');
    expect((await technician.waitFor(device(A), STEP)).text).toMatch(kept(2));

    const end = await cancel();
    expect(end.text).toMatch(NEXT);
    expect(offered(end)).toEqual([C, D]);
    await stage.bot.kill();
    await stage.bot.start();
    await press(C);
    // The last one by its button in the list of cases, where the device itself is not offered.
    await technician.send('/cases');
    await technician.waitFor(say(/Your cases/, /Ваши заявки/), STEP);
    await technician.press(new RegExp(`1 · ${C}`));
    const view = await technician.waitFor(say(/not begun yet/, /ещё не начаты/), STEP);
    expect(offered(view)).toEqual([D]);
    await pressId(technician, 'pick.0');
    expect((await technician.waitFor(device(D), STEP)).text).not.toMatch(kept(1));
    expect(offered(await cancel())).toEqual([]);
  }, 120_000);

  it('are offered where the choice itself is cancelled, and asked first where another case is running', async () => {
    const [A, B, C, D] = four();
    await technician.send(`${A}\n${B}\n${C}`);
    await technician.waitFor(CHOICE, STEP);
    expect(offered(await cancel())).toEqual([A, B, C]);
    await technician.send(D);
    await technician.waitFor(device(D), STEP);
    await technician.press(new RegExp(`· ${B}`));
    await technician.waitFor(
      new RegExp(`${D}[\\s\\S]*${say(/another device/, /другое устройство/).source}`),
      STEP,
    );
    await pressId(technician, 'new');
    expect((await technician.waitFor(device(B), STEP)).text).toMatch(kept(2));
    await cancel();
  }, 120_000);

  it('are offered, too, where a case is stopped because its device was reported stolen', async () => {
    const [A, B, C] = four();
    await technician.send(`/deny ${A}`);
    await technician.waitFor(say(/is on the list of stolen devices/, /в списке краденых/), STEP);
    await technician.send(`${A}\n${B}\n${C}`);
    await technician.waitFor(CHOICE, STEP);
    await technician.press(new RegExp(`· ${A}`));
    const stopped = await technician.waitFor(say(/was reported as stolen/, /Заявка остановлена/), STEP);
    expect(offered(stopped)).toEqual([B, C]);
    await press(B);
    expect(offered(await cancel())).toEqual([C]);
    await technician.send(`/allow ${A}`);
    await technician.waitFor(say(/off the list/, /больше не в списке/), STEP);
  }, 120_000);

  it('are all found up to sixty, page by page, and those beyond are named', async () => {
    const all = serials(70);
    await technician.send(
      all
        .slice(0, 60)
        .map((serial, index) => `${index + 1}) ${serial}`)
        .join('\n'),
    );
    expect(offered(await technician.waitFor(CHOICE, STEP))).toEqual(all.slice(0, 8));
    await technician.press(say(/Next ones/, /Дальше/));
    await technician.waitFor(/9–16/, STEP);
    await technician.press(say(/The ones before/, /Назад по списку/));
    await technician.waitFor(/1–8/, STEP);
    // One of another page is typed.
    await technician.send(all[59] ?? '');
    expect((await technician.waitFor(device(all[59] ?? ''), STEP)).text).toMatch(kept(59));
    const end = await cancel();
    expect(offered(end)).toEqual(all.slice(0, 8));
    await technician.press(say(/Next ones/, /Дальше/));
    expect(offered(await technician.waitFor(/9–16/, STEP))).toEqual(all.slice(8, 16));
    await press(all[8] ?? '');
    await cancel();

    await technician.send('/new');
    await technician.waitFor(say(/Send a photo/, /Пришлите фото/), STEP);
    await technician.send(all.join(' '));
    const choice = await technician.waitFor(CHOICE, STEP);
    expect(choice.text).toMatch(say(/Too many for one case/, /слишком много/));
    for (const beyond of all.slice(60)) expect(choice.text).toContain(beyond);
    await press(all[0] ?? '');
    await cancel();
  }, 120_000);

  it('are asked about where they may be another number, and what is said of one goes with it', async () => {
    const [A] = four();
    await technician.send(`${A}, 901234567`);
    const choice = await technician.waitFor(CHOICE, STEP);
    expect(offered(choice)).toEqual([A, '901234567 ?']);
    expect(choice.text).toMatch(say(/may be mistyped, or another number/, /опечаткой или другим номером/));
    await press(A);
    const end = await cancel();
    expect(offered(end)).toEqual(['901234567 ?']);
    await press('901234567');
    await cancel();

    const firmware = language === 'en' ? 'firmware V5.7.3' : 'прошивка V5.7.3';
    const [E, F] = four();
    await technician.send(`${E} ${firmware}\n${F}`);
    await technician.waitFor(CHOICE, STEP);
    await technician.press(new RegExp(`· ${E}`));
    await technician.waitFor(/V5\.7\.3/, STEP);
    await technician.waitFor(device(E), STEP);
    await cancel();
    await technician.send(`${E} ${F} ${firmware}`);
    await technician.waitFor(say(/I do not know which device/, /непонятно, о каком/), STEP);
    await cancel();
  }, 120_000);

  it('are asked about one by one where they are alone and doubtful, and No asks for the number again', async () => {
    const question = say(/Is it the serial number|Do you mean/, /серийный номер устройства\?|имели в виду/);
    for (const [typed, serial] of [
      [language === 'en' ? 'order 301234567' : 'счёт 301234567', '301234567'],
      ['K1234S678', 'K12345678'],
    ] as const) {
      await technician.send('/new');
      await technician.send(typed);
      expect((await technician.waitFor(question, STEP)).text).toContain(serial);
      await pressId(technician, 'no');
      await technician.waitFor(say(/as it is on the label/, /как он написан/), STEP);
      await technician.send(typed);
      await technician.waitFor(question, STEP);
      await pressId(technician, 'yes');
      await technician.waitFor(device(serial), STEP);
    }
    await technician.send('/new');
    await technician.send('Kl2345678');
    const readings = await technician.waitFor(say(/Which of these/, /Какой из номеров/), STEP);
    expect(offered(readings)).toEqual(['K12345678 ?', 'KL2345678 ?']);
    await pressId(technician, 'none');
    await technician.waitFor(say(/as it is on the label/, /как он написан/), STEP);
    // Beside a sure one it is a marked choice, and no telephone is kept with the case.
    const [A] = four();
    await technician.send('/new');
    await technician.send(`${A} ${language === 'en' ? 'phone' : 'тел'} 401234567`);
    expect(offered(await technician.waitFor(CHOICE, STEP))).toEqual([A, '401234567 ?']);
    await press(A);
    expect(offered(await cancel())).toEqual([]);
  }, 120_000);

  it('wait with the case when they are sent in the middle of it, and a label that is sent is none of them', async () => {
    const [A, B, C] = four();
    await technician.send('/new');
    await technician.send(A);
    await technician.waitFor(device(A), STEP);
    await technician.send(`${B} ${C}`);
    await technician.waitFor(say(/another device/, /другое устройство/), STEP);
    await pressId(technician, 'stay');
    await technician.waitFor(kept(2), STEP);
    await cancel();

    await technician.send(`${B}\n${C}`);
    await technician.waitFor(CHOICE, STEP);
    const { profile } = unbindableCamera;
    await technician.sendPhoto(
      await drawLabel({ ...profile, verificationCode: 'QWERTZ', host: 'www.hik-connect.com', caption: 'x' }),
    );
    expect((await technician.waitFor(device(profile.shortSerial), STEP)).text).toMatch(kept(2));
    expect(offered(await cancel())).toEqual([B, C]);
  }, 120_000);
});
