/** As stages.ts, for translations: what another language may not leave out, and not add. */
import type { Russian } from '../../locales/sentences.ts';

const en = {
  greeting: 'Hello {{name}} at {{place}}',
  tries_one: '{{count}} try of {{name}}',
  tries_other: '{{count}} tries of {{name}}',
  button: { yes: 'Yes' },
} as const;
type Ru = Russian<typeof en>;

const tries = {
  tries_one: 'одна попытка у {{name}}',
  tries_few: '{{count}} попытки у {{name}}',
  tries_many: '{{count}} попыток у {{name}}',
  tries_other: '{{count}} попытки у {{name}}',
} as const;
const button = { yes: 'Да' } as const;

export const whole = { greeting: '{{place}}: привет, {{name}}', ...tries, button } as const satisfies Ru;

// @ts-expect-error a sentence is missing
export const short = { ...tries, button } as const satisfies Ru;
// @ts-expect-error a sentence of a group is missing
export const empty = { greeting: '{{name}} {{place}}', ...tries, button: {} } as const satisfies Ru;
export const unnamed = {
  // @ts-expect-error the place is not said
  greeting: 'Привет, {{name}}',
  ...tries,
  button,
} as const satisfies Ru;
export const formless = {
  greeting: '{{name}} {{place}}',
  tries_one: 'одна попытка у {{name}}',
  tries_other: '{{count}} попытки у {{name}}',
  button,
  // @ts-expect-error two forms of the plural are missing
} as const satisfies Ru;
export const longer = {
  greeting: '{{name}} {{place}}',
  ...tries,
  // @ts-expect-error English has no such sentence
  button: { yes: 'Да', no: 'Нет' },
} as const satisfies Ru;
