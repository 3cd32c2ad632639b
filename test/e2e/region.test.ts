/** A bot that was told no region, as it is released: it says so, names nobody's address, and knows the firmware of recorders. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../locales/language.ts';
import type { Stage } from '../../src/sandbox/stage.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import { anyText } from '../support/any-text.ts';
import { invited, offering, openStage, pressId, STEP } from '../support/stage.ts';
import { temporaryFolder } from '../support/store.ts';

const botLines: string[] = [];
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ devices: [], region: null, onBotLine: (line) => botLines.push(line) });
}, 90_000);
afterAll(() => stage.close(), 60_000);

/** Answers what is asked before any parcel. */
async function nobodyDeletesIt(technician: SimUser): Promise<void> {
  await technician.waitFor(offering('no'), STEP);
  await pressId(technician, 'no');
}

it('says in its log that no region is set, and to an admin at /start', async () => {
  expect(botLines.filter((line) => line.includes('REGION_PACK is not set'))).toHaveLength(1);
  const admin = stage.technician('en');
  await admin.send('/start');
  expect((await admin.waitFor(/REGION_PACK/, STEP)).text).toContain('REGION_PACK=ru');
});

describe.each(LANGUAGES)('without a region, in %s', (language) => {
  const t = anyText(language);

  it('leads to the service centre without an address and without the note’s word on Russia', async () => {
    const technician = await invited(stage, language);
    await technician.send('/start');
    await technician.waitFor(({ from, text }) => from === 'bot' && !text.includes('REGION_PACK'), STEP);
    await technician.send('J50000062');
    await technician.waitFor(offering('yes'), STEP);
    await pressId(technician, 'yes');
    await nobodyDeletesIt(technician);
    await technician.waitFor(offering('service-centre'), STEP);
    await pressId(technician, 'service-centre');
    await technician.waitFor(offering('leave-out'), STEP);
    await pressId(technician, 'leave-out');
    await technician.waitFor(offering('sent'), STEP);
    await technician.send('/help support');
    await technician.waitFor(({ from }) => from === 'bot', STEP);
    const said = technician.messages.filter(({ from }) => from === 'bot').map(({ text }) => text);
    expect(said.join('\n')).toContain(t('bot:rma.noAddress').slice(0, 40));
    expect(said.join('\n')).not.toMatch(/@hikvision|support\.ru|2020|12[./]03[./]2023|Russia|Росси/);
    await technician.send('/cancel');
  }, 90_000);

  it('tells what the catalogue has of a recorder, the newest build, and when somebody looked', async () => {
    const technician = await invited(stage, language);
    await technician.send('/new');
    await technician.send(
      language === 'en'
        ? 'DS-7604NI-K1/4K on 3.4.98, never in EZVIZ'
        : 'DS-7604NI-K1/4K на 3.4.98, в EZVIZ не был',
    );
    const { text } = await technician.waitFor(offering('firmware-first'), STEP);
    expect(text).toContain('4.84.106');
    expect(text).toMatch(
      language === 'en' ? /18, 2026[\s\S]*November 2026/ : /18 июня 2026[\s\S]*ноябрь 2026/,
    );
    await pressId(technician, 'firmware-first');
    await technician.waitFor(offering('next'), STEP);
    await pressId(technician, 'next');
    const page = await technician.waitFor(/https:\/\/www\.hikvision\.com\//, STEP);
    expect(page.text).not.toMatch(/assets\.hikvision|\.dav\b.*https|https\S+\.(?:dav|zip|pdf)/);
    await technician.send('/explain');
    const explained = await technician.waitFor(/4\.84\.106/, STEP);
    expect(explained.text).toContain('DS-7604NI-K1/4K');
  }, 90_000);
});

it('tells what an operator’s own file says: a last way, what is asked for, how sure it is, and firmware', async (t) => {
  const folder = await temporaryFolder();
  t.onTestFinished(() => folder.remove());
  const example = new URL('../../docs/examples/region-vn.json', import.meta.url);
  const pack = JSON.parse(await readFile(example, 'utf8'));
  const firmware = [
    {
      model: 'DS-7608NI-E2',
      lines: ['3.x'],
      updateTo4x: 'none',
      source: 'Saigon CCTV',
      checkedAt: '2026-11-01',
    },
  ];
  const region = join(folder.path, 'region.json');
  await writeFile(region, JSON.stringify({ ...pack, firmware }));
  const stage = await openStage({ devices: [], region });
  t.onTestFinished(() => stage.close());
  const admin = stage.technician('en');
  await admin.send('/start');
  expect((await admin.waitFor(/Hikvision/, STEP)).text).not.toContain('REGION_PACK');

  await admin.send('DS-7608NI-E2/8P on 3.4.98, 4.x is available, never in EZVIZ');
  const disagreed = await admin.waitFor(/Saigon CCTV/, STEP);
  expect(disagreed.text).toMatch(/no 4\.x for DS-7608NI-E2[\s\S]*November 1, 2026/);
  await nobodyDeletesIt(admin);
  await admin.waitFor(offering('service-centre'), STEP);
  await admin.send('/new');
  await admin.send('J50000062');
  await admin.waitFor(offering('yes'), STEP);
  await pressId(admin, 'yes');
  await nobodyDeletesIt(admin);
  await admin.waitFor(offering('service-centre'), STEP);
  await pressId(admin, 'service-centre');
  await admin.waitFor(offering('leave-out'), STEP);
  await pressId(admin, 'leave-out');
  const lastWay = await admin.waitFor(/One more way before a parcel/, STEP);
  expect(lastWay.text).toMatch(
    /verified in Hik-Partner Pro[\s\S]*two distributors, 2024[\s\S]*November 2026[\s\S]*Not the vendor/,
  );
  const whereTo = await admin.waitFor(/🛠 Service centre/u, STEP);
  expect(whereTo.text).toMatch(/photo of the label[\s\S]*invoice[\s\S]*two distributors, 2024/);
  await admin.waitFor(offering('sent'), STEP);
}, 120_000);
