/**
 * Where the product says what the vendor's note says: for each sentence of docs/vendor-note.md its texts (`namespace:key`),
 * cards (`card:<guide>.<step>`) and rules (`rule:<id>`). None: there is nothing in it to be said.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { hasText, textsFor } from '../../src/kernel/all-texts.ts';
import { RULES } from '../../src/policy/rules.ts';
import { CARDS } from '../cards/cards.ts';

export const SAID_WHERE: Readonly<Record<string, readonly string[]>> = {
  'Отвязка устройства от учетной записи Hik-Connect, v1.0, 12/03/2023': ['bot:rma.sourceDated'],
  'IP камеры, регистраторы, интерком устройства.': ['policy:question.kind.text', 'rule:no-password'],
  'С 2020 года у вас, наших клиентов, есть инструменты для самостоятельной отвязки устройства из учетной записи.':
    ['bot:command.start'],
  'В связи с этим у технической поддержки доступ к отвязке заблокирован.': [
    'policy:rma.says.support-does-not-unbind',
  ],
  'Отныне все операции по добавлению и удалению устройств из учетных записей в Hik-Connect доступны только владельцам оборудования.':
    ['bot:order.ask', 'help:article.owner.means'],
  'Если актуальная версия прошивки вашего регистратора V3.X и обновлений до V4.X нет, то для отвязки устройства потребуется отправлять его в наш сервисный центр.':
    ['rule:recorder-3x-no-update', 'policy:rule.recorder-3x-no-update'],
  'Перед отправкой в сервис просим отправить нам серийный номер устройства(текстом!!!) на support.ru@hikvision.com.':
    ['policy:rma.asks.serial-as-text-first', 'bot:rma.write'],
  'Приносим извинения за доставленные неудобства.': [],
  'Если ранее, ваше устройство было добавлено в учетную запись EZVIZ и использовалось одноименное приложение, то вне зависимости от версии прошивки устройства его нужно будет отправлять в сервисный центр для отвязки.':
    ['rule:ever-in-ezviz', 'policy:question.everInEzviz.text'],
  'Это связано с тем, что в сервисе EZVIZ в принципе не предусмотрен механизм отвязки от учетной записи.': [
    'policy:rule.ever-in-ezviz',
    'help:article.ezviz.means',
  ],
  'Пароль от учетной записи admin': ['rule:no-password', 'policy:rule.no-password'],
  'Быть подключенным к той же локальной сети, что и устройство которое отвязываем': [
    'rule:nobody-on-lan',
    'policy:rule.nobody-on-lan',
  ],
  'Статус облачного подключения на устройстве должен быть “В сети”': [
    'rule:cloud-not-online',
    'guide:success.bring-online',
  ],
  'Утилита SADP или мобильное приложение Hik-Connect': ['policy:method.vendor-tool', 'policy:method.app'],
  'Скачайте и установите утилиту SADP с нашего сайта': ['guide:step.vendor-tool.install.text'],
  'Запускайте утилиту от имени администратора': [
    'guide:step.vendor-tool.start.text',
    'card:vendor-tool.start',
  ],
  'В правом верхнем углу открываем настройки, где выбираем регион.': [
    'guide:step.vendor-tool.region.text',
    'card:vendor-tool.region',
  ],
  'Выбираем устройство, нажимаем Unbind, вводим пароль администратора и код с картинки.': [
    'guide:step.vendor-tool.select.text',
    'card:vendor-tool.select',
    'guide:step.vendor-tool.login.text',
    'card:vendor-tool.login',
  ],
  'Видим это уведомление, после добавляем устройство в свою учетную запись': [
    'guide:step.vendor-tool.finish.text',
    'card:vendor-tool.finish',
  ],
  'Запускаем Hik-Connect и сканируем QR код устройства': ['guide:step.app.scan.text', 'card:app.scan'],
  'Если устройство добавлено в облако, увидим такую страницу, где выбираем Отсоединение устройства': [
    'guide:step.app.unbind.text',
    'card:app.unbind',
  ],
  'В открывшейся странице вводим пароль от учетной записи admin и код с картинки': [
    'guide:step.app.login.text',
    'card:app.login',
  ],
  'Здесь должен использоваться пароль администратора, созданный вами при активации устройства, а не код верификации устройства.':
    ['guide:step.app.login.text', 'help:article.which-password.means'],
  Завершить: ['guide:step.app.finish.text', 'card:app.login'],
  'Если всё сделано по инструкции, то увидите сообщение': ['guide:success.app'],
  'Можете добавлять устройство в свою учетную запись!': ['guide:step.app.finish.text', 'card:app.finish'],
  'В прошивках версий 4.x была добавлена возможность отвязать устройство от облака через локальное меню.': [
    'rule:monitor-at-recorder',
    'guide:title.recorder-menu',
    'guide:step.recorder-menu.unbind.text',
    'card:recorder-menu.unbind',
  ],
  'С уважением, Hikvision Russia Support team!': [],
};

/** A sentence of the note: its section and step, and its words. */
export interface NoteSentence {
  readonly at: string;
  readonly words: string;
}

/** The sentences of the note, in its order. */
export function noteSentences(
  page = readFileSync(fileURLToPath(new URL('../../docs/vendor-note.md', import.meta.url)), 'utf8'),
): NoteSentence[] {
  return [...page.matchAll(/^- `([^`]+)` (.+)$/gm)].map(([, at = '', words = '']) => ({ at, words }));
}

/** What is wrong between the note and the product, a line each. */
export function noteFaults(
  sentences: readonly NoteSentence[],
  saidWhere: Readonly<Record<string, readonly string[]>> = SAID_WHERE,
): string[] {
  const words = new Set(sentences.map((sentence) => sentence.words));
  return [
    ...sentences
      .filter((sentence) => saidWhere[sentence.words] === undefined)
      .map(({ at, words }) => `${at} “${words}” is said nowhere (scripts/methods/note.ts)`),
    ...Object.keys(saidWhere)
      .filter((one) => !words.has(one))
      .map((one) => `“${one}” is not in the note (docs/vendor-note.md)`),
    ...Object.values(saidWhere)
      .flat()
      .filter((place) => !isThere(place))
      .map((place) => `${place} does not exist`),
  ];
}

function isThere(place: string): boolean {
  const [kind = '', name = ''] = place.split(':');
  if (kind === 'rule') return RULES.some(({ id }) => id === name);
  if (kind !== 'card') return hasText(place);
  const [guide = '', step = ''] = name.split('.');
  return CARDS[guide]?.[step] !== undefined;
}

/** Rows of the table: section, the note's words, places, and what the Russian texts among them say. */
export function noteRows(sentences: readonly NoteSentence[]): string[][] {
  const t = textsFor('ru') as unknown as (key: string) => string;
  return sentences.map(({ at, words }) => {
    const places = SAID_WHERE[words] ?? [];
    const texts = places.filter((place) => hasText(place)).map((place) => t(place).replace(/<[^>]+>/g, ''));
    const cell = (parts: readonly string[]) => parts.join(' · ').replace(/\s+/g, ' ').replaceAll('|', '/');
    return [at, words, cell(places.map((place) => `\`${place}\``)) || 'nothing to be said', cell(texts)];
  });
}
