import { describe, expect, it } from 'vitest';
import { pdfOf } from '../../../src/report/pdf.ts';
import { readPdf } from '../../support/pdf.ts';
import { UNBOUND, visitOf } from './cases.ts';

const read = async (...visit: Parameters<typeof visitOf>) => readPdf(await pdfOf(visitOf(...visit)));
/** As it was set, wherever its lines were broken. */
const flat = (text: string) => text.replaceAll('\n', ' ');

describe('the paper', () => {
  it('says all of a device and its letterhead in Cyrillic, in fonts it brings along', async () => {
    const { pages, embedded } = await read(1, 'ru');
    expect(embedded.toSorted()).toEqual(['PTSans-Bold', 'PTSans-Regular']);
    const text = flat(pages.join(' '));
    for (const words of [
      'Отвязка устройств от учётной записи Hik-Connect: отчёт',
      'ООО «Вектор»',
      'ЖК «Северный», корпус 2',
      'Иван Петров, +7 900 123-45-67',
      '2026-11-29 15:05 (Europe/Moscow)',
      'DS-2CD2386G2-IU J50000060',
      '192.168.1.64',
      'по сети, с ноутбука',
      'привязано, можно отвязать',
      'не привязано',
      'Отвязано сказало само устройство, сразу после отвязки',
      'Полный номер DS-2CD2386G2-IU20200101CCRRJ50000060WCVU',
      `Запись журнала 5:${UNBOUND.at(-1)?.hash}`,
      'unbind-bot audit verify --head',
      'Страница 1 из 1',
    ])
      expect(text).toContain(words);
    expect(text).not.toContain('\ufffd');
  });

  it.each(['en', 'ru'] as const)(
    'has ten devices on one page, and the head of the table on each further one: %s',
    async (language) => {
      const pagesOf = async (count: number) => (await read(count, language)).pages;
      expect(await pagesOf(10)).toHaveLength(1);
      const pages = await pagesOf(60);
      expect(pages.length).toBeGreaterThan(1);
      const head = language === 'en' ? 'Result, how verified' : 'Итог, чем подтверждён';
      for (const [at, page] of pages.entries()) {
        expect(page).toContain(head);
        expect(page).toContain(
          language === 'en' ? `Page ${at + 1} of ${pages.length}` : `Страница ${at + 1} из ${pages.length}`,
        );
      }
      const serials = pages.join('\n').match(/^J5\d{7}$/gm);
      expect(serials).toEqual(Array.from({ length: 60 }, (_, nth) => `J${50_000_060 + nth}`));
    },
  );

  it('has ten of the longest results on one page', async () => {
    const guide = { way: 'recorder-menu', at: 0 };
    const { pages } = await read(10, 'ru', { outcome: 'reported-done', guide, sighting: null });
    expect(pages).toHaveLength(1);
  });

  it('breaks long values and marks letters that no font of it has', async () => {
    const model = `${'X'.repeat(110)}監视`;
    const device = { shortSerial: 'J50000062', fullSerial: null, model, manufactured: null };
    const { pages } = await read(1, 'en', { device, sighting: null });
    expect((pages[0] ?? '').replaceAll('\n', '')).toContain(`${'X'.repeat(110)}??`);
  });

  it('is the same to the byte for the same report', async () => {
    const visit = visitOf(3, 'ru');
    expect((await pdfOf(visit)).equals(await pdfOf(visit))).toBe(true);
  });
});
