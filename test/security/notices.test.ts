/**
 * Every notice that the chat and the hub cause, seen in the chats of two admins, one for each language, each brought
 * about by what it speaks of. Causes inside a process (a trail that was changed, a crash) are brought about before it
 * starts.
 */
import { describe, expect, it, onTestFinished } from 'vitest';
import { NOTICE_DEFAULTS, NOTICE_KINDS } from '../../src/bot/notices.ts';
import { createAudit } from '../../src/cases/audit.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import type { Store } from '../../src/store/store.ts';
import { openTestStore, temporaryFolder } from '../support/store.ts';
import { type Fortress, openFortress } from './fortress.ts';

const SERIAL = 'J50000062';
/** The fortress' second person. */
const OLEG = 700_000_002;
const DIGIT_PIN = '480213795';

/** All at once and nothing in the digest, so that each is seen when it happens. */
const AT_ONCE = {
  ...NOTICE_DEFAULTS,
  ways: Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, 'quiet' as const])),
};

async function open(own: Parameters<typeof openFortress>[0] = {}): Promise<Fortress> {
  const fortress = await openFortress({ notices: AT_ONCE, ...own });
  onTestFinished(() => fortress.close());
  // Whoever never wrote has no language yet.
  if (!own?.storeUrl) await fortress.russianAdmin.send('/start');
  await fortress.russianAdmin.waitFor(/Я помогаю/, { after: 'start' });
  return fortress;
}

/** A store that Oleg has used before: what happens at start is told in his language. */
async function usedStore(prepare: (store: Store) => Promise<void>): Promise<string> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder.remove());
  const store = await openTestStore(folder.path);
  await store.values('profiles').set(String(OLEG), { language: 'ru', name: 'Oleg' });
  await prepare(store);
  await store.close();
  return `lmdb:${folder.path}`;
}

/** Waits for both admins; whoever did it reads its answer instead. */
async function both(fortress: Fortress, english: RegExp, russian: RegExp): Promise<void> {
  await fortress.admin.waitFor(english, { after: 'start' });
  await fortress.russianAdmin.waitFor(russian, { after: 'start' });
}
const idIn = (person: SimUser) => new RegExp(`\\(${person.id}\\)`);

describe('every admin hears in their language', () => {
  it('who comes by which invitation, who asks, who is let in and turned away, and who is out', async () => {
    const fortress = await open();
    const anna = await fortress.technician('Anna');
    await both(
      fortress,
      /Anna \(\d+\) has joined with invitation no\. [0-9A-F]{6} of Olga/,
      /Anna \(\d+\): доступ получен по приглашению № [0-9A-F]{6} \(пригласил: Olga/,
    );
    for (const [name, button] of [
      ['Boris', 'Let in'],
      ['Carl', 'Turn away'],
    ] as const) {
      const person = fortress.api.user({ firstName: name, languageCode: 'en' });
      await fortress.admin.send('/invite ask');
      const link = await fortress.admin.waitFor(/start=/);
      expect(link.text).toContain('asks for approval');
      await person.send(`/start ${/start=([\w-]+)/.exec(link.text)?.[1]}`);
      expect((await person.waitFor(/An admin has to let you in/)).text).toContain('invited by Olga');
      await both(fortress, new RegExp(`${name} .* wants to join`), new RegExp(`${name} .* просит доступ`));
      await person.send(SERIAL);
      await fortress.admin.press(button);
      await person.waitFor(button === 'Let in' ? /Welcome/ : /turned your invitation down/);
    }
    await fortress.russianAdmin.waitFor(/Доступ разрешён: Boris/, { after: 'start' });
    await fortress.russianAdmin.waitFor(/В доступе отказано: Carl/, { after: 'start' });
    await fortress.admin.send(`/revoke ${anna.id}`);
    expect((await fortress.russianAdmin.waitFor(/Доступ закрыт/, { after: 'start' })).text).toMatch(
      idIn(anna),
    );
  });

  it('what happens to laptops, and shows admins all of them, with a way to remove them', async () => {
    const fortress = await open();
    const anna = await fortress.technician('Anna');
    const laptop = await fortress.laptop(anna);
    await both(fortress, /was paired by Anna/, /Подключён ноутбук .*Кто подключил: Anna/s);
    await fortress.russianAdmin.send('/agents');
    const all = await fortress.russianAdmin.waitFor(/Все ноутбуки: 1/);
    expect(all.text).toContain('Anna');
    await fortress.russianAdmin.press(/^h:revoke:/);
    await fortress.russianAdmin.waitFor(/убран/);
    await fortress.admin.waitFor(/was removed/, { after: 'start' });
    // The owner hears of it, too, and the laptop is turned away.
    await anna.waitFor(/was removed/, { after: 'start' });
    expect((await laptop.poll()).status).toBe(410);
    // A technician cannot reach the list of all.
    const second = await fortress.laptop(anna, '192.0.2.11');
    await anna.send('/agents');
    expect(
      (await anna.waitFor(/Your laptops/)).buttons.flat().some(({ data }) => data?.startsWith('h:')),
    ).toBe(false);
    expect((await second.poll()).status).toBe(200);
  });

  it('that a device of the stolen list is worked on', async () => {
    const fortress = await open();
    const anna = await fortress.technician('Anna');
    await fortress.admin.send(`/deny ${SERIAL}`);
    await fortress.admin.waitFor(/Cases with it are stopped/);
    await anna.send(SERIAL);
    await anna.waitFor(/reported as stolen/);
    await both(fortress, /tried to work on J50000062/, /попытка работать с J50000062/);
  });

  it('that a PIN was chosen, was guessed at, and was reset', async () => {
    const fortress = await open({ askPin: true });
    const anna = await fortress.technician('Anna');
    await anna.send('/pair');
    await anna.waitFor(/Choose a PIN/);
    await anna.send(DIGIT_PIN);
    await anna.waitFor(/unbind-agent pair/);
    await both(fortress, /has a new PIN/, /новый PIN-код/);
    await anna.send('/pair');
    await anna.waitFor(/Type your PIN/);
    for (let n = 0; n < 5; n++) await anna.send('111222333');
    await anna.waitFor(/Too many wrong PINs/);
    await both(fortress, /typed a wrong PIN too often/, /слишком много неверных PIN-кодов/);
    await fortress.admin.send(`/resetpin ${anna.id}`);
    await fortress.admin.waitFor(/is forgotten/);
    await fortress.russianAdmin.waitFor(/PIN-код забыт: Anna/, { after: 'start' });
  });

  it('that the trail was changed and that the bot was not shut down', async () => {
    const storeUrl = await usedStore(async (store) => {
      const audit = createAudit(store, Date.now);
      for (let n = 0; n < 3; n++) await audit.append({ what: 'case.stage', case: 'C', by: 7, detail: { n } });
      await store.values<string>('audit').set('000000000002', '{}');
      await store.values<number>('run-mark').set('running', Date.now() - 60_000);
    });
    const fortress = await open({ storeUrl });
    await both(
      fortress,
      /was changed: 1 faults?, the first at entry 2/,
      /Журнал аудита изменён, мест: 1, первое в записи 2/,
    );
    await both(fortress, /was not shut down/, /Бота не остановили/);
  });

  it('where the trail ends, when the operator wants it there', async () => {
    const storeUrl = await usedStore(async () => undefined);
    const fortress = await open({
      storeUrl,
      auditHead: {
        everyMs: 86_400_000,
        keepers: [{ to: 'chat' }, { to: 'file', path: '/nonexistent/heads' }],
      },
    });
    await both(fortress, /Keep this message: \d+:[0-9a-f]{64}/, /Сохраните это сообщение: \d+:[0-9a-f]{64}/);
    await both(fortress, /could not be handed on \(file\)/, /не удалось передать \(file\)/);
  });
});
