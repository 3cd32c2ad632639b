/**
 * What each step's picture shows, as data: our own schematic drawings, no screenshots. Words are keys of
 * `card:text.<word>`, so a card speaks the chat's language; what stands in `say` is drawn as it is.
 */
import type { WordAfter } from '../../src/kernel/texts.ts';

/** A word on a card: `card:text.<word>`. */
export type CardWord = WordAfter<'card:text.'>;

/** What a screen is made of, from top to bottom. The one with `here` is what the technician touches. */
export type Item = { readonly here?: true } & (
  | { readonly is: 'line'; readonly word: CardWord }
  | { readonly is: 'row'; readonly word?: CardWord; readonly say?: string; readonly tick?: 'on' | 'off' }
  | {
      readonly is: 'field';
      readonly word: CardWord;
      readonly say?: string;
      readonly secret?: true;
      readonly choice?: true;
    }
  | { readonly is: 'button'; readonly word: CardWord }
  /** A button at the right end, as in the top corner of a window. */
  | { readonly is: 'corner'; readonly word: CardWord }
  | { readonly is: 'picture-code' }
  | { readonly is: 'notice'; readonly word: CardWord; readonly tone: 'good' | 'warn' }
  | { readonly is: 'viewfinder' }
  | { readonly is: 'progress'; readonly word: CardWord }
  | { readonly is: 'wiring' }
);

/** A window on a PC, a phone, a recorder's monitor. */
export interface Card {
  readonly frame: 'window' | 'phone' | 'monitor';
  readonly title: CardWord;
  readonly items: readonly Item[];
}

/** Every word a card says. */
export function wordsOf({ title, items }: Card): CardWord[] {
  return [title, ...items.flatMap((item) => ('word' in item && item.word !== undefined ? [item.word] : []))];
}

const PASSWORD: Item = { is: 'field', word: 'adminPassword', secret: true, here: true };
const field = (word: CardWord, say: string, here?: true): Item => ({
  is: 'field',
  word,
  say,
  ...(here ? { here } : {}),
});
const ADDRESS = field('address', '192.168.1.64');
const MASK = field('mask', '255.255.255.0');
const GATEWAY = field('gateway', '192.168.1.1');
const DNS = field('dns', '8.8.8.8');
const here = (item: Item): Item => ({ ...item, here: true });
const LOGIN_AS_ADMIN: Item = { is: 'field', word: 'user', say: 'admin' };
/** The password of a recorder's own login. */
const MENU_PASSWORD: Item = { is: 'field', word: 'password', secret: true, here: true };
const LAPTOP = field('laptop', '192.168.1.20');
/** The Wi-Fi of the device's own router, and neither the guests' nor the provider's. */
const WIFI: Card = {
  frame: 'phone',
  title: 'wifi',
  items: [
    { is: 'row', word: 'mainWifi', tick: 'on', here: true },
    { is: 'row', word: 'guestWifi', tick: 'off' },
    { is: 'row', word: 'mobileData', tick: 'off' },
  ],
};

/** Pictures by guide and step (`src/flows/guides.ts`), and those of the page `/agent` (`src/bot/page/agent-page.ts`). */
export const CARDS: Readonly<Record<string, Readonly<Record<string, Card>>>> = {
  agent: {
    unzip: {
      frame: 'window',
      title: 'downloads',
      items: [
        { is: 'row', say: 'unbind-agent….zip' },
        { is: 'line', word: 'rightClick' },
        { is: 'row', word: 'open' },
        { is: 'row', word: 'extractAll', here: true },
        { is: 'row', word: 'properties' },
      ],
    },
    start: {
      frame: 'window',
      title: 'folder',
      items: [
        { is: 'row', say: 'app' },
        { is: 'row', say: 'Unbind', here: true },
        { is: 'line', word: 'doubleClick' },
      ],
    },
    code: {
      frame: 'window',
      title: 'agentWindow',
      items: [
        { is: 'line', word: 'codeOfChat' },
        field('pairingCode', 'BCDFG-HJKLM', true),
        { is: 'button', word: 'goOn' },
      ],
    },
  },
  'vendor-tool': {
    start: {
      frame: 'window',
      title: 'desktop',
      items: [
        { is: 'row', say: 'SADP' },
        { is: 'line', word: 'rightClick' },
        { is: 'row', word: 'open' },
        { is: 'row', word: 'runAsAdmin', here: true },
        { is: 'row', word: 'properties' },
      ],
    },
    region: {
      frame: 'window',
      title: 'sadp',
      items: [
        { is: 'corner', word: 'settings', here: true },
        { is: 'field', word: 'region', choice: true, here: true },
      ],
    },
    select: {
      frame: 'window',
      title: 'sadp',
      items: [
        { is: 'row', say: '192.168.1.20   DS-2CD…   AC1234567', tick: 'off' },
        { is: 'row', say: '192.168.1.64   DS-76…   G12345678', tick: 'on' },
        { is: 'row', say: '192.168.1.65   DS-KV…   K12345678', tick: 'off' },
        { is: 'button', word: 'unbind', here: true },
      ],
    },
    login: {
      frame: 'window',
      title: 'unbind',
      items: [
        PASSWORD,
        { is: 'picture-code' },
        { is: 'field', word: 'pictureCode', say: '7KXQ' },
        { is: 'button', word: 'confirm' },
      ],
    },
    finish: {
      frame: 'window',
      title: 'sadp',
      items: [{ is: 'notice', word: 'unbindSucceeded', tone: 'good', here: true }],
    },
  },
  app: {
    network: WIFI,
    scan: {
      frame: 'phone',
      title: 'app',
      items: [
        { is: 'viewfinder', here: true },
        { is: 'line', word: 'pointAtLabel' },
      ],
    },
    unbind: {
      frame: 'phone',
      title: 'app',
      items: [
        { is: 'notice', word: 'addedByOther', tone: 'warn' },
        { is: 'button', word: 'unbindDevice', here: true },
      ],
    },
    login: {
      frame: 'phone',
      title: 'unbindDevice',
      items: [
        PASSWORD,
        { is: 'line', word: 'notVerificationCode' },
        { is: 'picture-code' },
        { is: 'field', word: 'pictureCode', say: '7KXQ' },
        { is: 'button', word: 'finish' },
      ],
    },
    finish: {
      frame: 'phone',
      title: 'unbindDevice',
      items: [
        { is: 'notice', word: 'unbound', tone: 'good', here: true },
        { is: 'button', word: 'addDevice' },
      ],
    },
  },
  'recorder-menu': {
    login: {
      frame: 'monitor',
      title: 'login',
      items: [LOGIN_AS_ADMIN, MENU_PASSWORD, { is: 'button', word: 'ok' }],
    },
    platform: {
      frame: 'monitor',
      title: 'menu',
      items: [
        { is: 'row', word: 'system' },
        { is: 'row', word: 'network' },
        { is: 'row', word: 'advanced' },
        { is: 'row', word: 'platformAccess', here: true },
      ],
    },
    unbind: {
      frame: 'monitor',
      title: 'platformAccess',
      items: [
        { is: 'row', word: 'enable', tick: 'on' },
        { is: 'field', word: 'account', say: '***@mail' },
        { is: 'button', word: 'unbindInMenu', here: true },
      ],
    },
    finish: {
      frame: 'monitor',
      title: 'platformAccess',
      items: [
        { is: 'row', word: 'enable', tick: 'on' },
        { is: 'field', word: 'account', say: '—', here: true },
        { is: 'notice', word: 'noAccount', tone: 'good' },
      ],
    },
  },
  'firmware-first': {
    backup: {
      frame: 'monitor',
      title: 'importExport',
      items: [
        { is: 'field', word: 'device', say: 'USB' },
        { is: 'button', word: 'export', here: true },
        { is: 'button', word: 'import' },
      ],
    },
    update: {
      frame: 'monitor',
      title: 'upgrade',
      items: [
        { is: 'field', word: 'file', say: 'digicap.dav' },
        { is: 'button', word: 'upgrade', here: true },
        { is: 'progress', word: 'keepPower' },
      ],
    },
    wait: {
      frame: 'monitor',
      title: 'systemInfo',
      items: [field('model', 'DS-76…'), field('firmware', 'V4.30…', true), field('serial', 'G12345678')],
    },
  },
  'bring-online': {
    enabled: {
      frame: 'monitor',
      title: 'platformAccess',
      items: [
        { is: 'row', word: 'enable', tick: 'on', here: true },
        { is: 'field', word: 'verificationCode', secret: true },
        { is: 'field', word: 'status', say: '…' },
      ],
    },
    address: {
      frame: 'monitor',
      title: 'tcpIp',
      items: [{ is: 'row', word: 'dhcp', tick: 'on' }, here(ADDRESS), MASK, GATEWAY],
    },
    gateway: { frame: 'monitor', title: 'tcpIp', items: [ADDRESS, MASK, here(GATEWAY), DNS] },
    dns: { frame: 'monitor', title: 'tcpIp', items: [ADDRESS, MASK, GATEWAY, here(DNS)] },
    time: {
      frame: 'monitor',
      title: 'time',
      items: [
        { is: 'field', word: 'dateTime', say: '2026-11-24   14:05', here: true },
        { is: 'row', say: 'NTP', tick: 'on' },
        { is: 'button', word: 'apply' },
      ],
    },
  },
  'get-onto-lan': {
    cable: { frame: 'window', title: 'oneNetwork', items: [{ is: 'wiring', here: true }] },
    address: {
      frame: 'window',
      title: 'oneNetwork',
      items: [LAPTOP, here(field('deviceBox', '192.168.1.64')), { is: 'line', word: 'sameThree' }],
    },
  },
  'recover-password': {
    which: {
      frame: 'monitor',
      title: 'login',
      items: [LOGIN_AS_ADMIN, MENU_PASSWORD, { is: 'line', word: 'notVerificationCode' }],
    },
    recovery: {
      frame: 'monitor',
      title: 'login',
      items: [
        LOGIN_AS_ADMIN,
        { is: 'field', word: 'password' },
        { is: 'button', word: 'forgotPassword', here: true },
      ],
    },
  },
  'bring-phone': { wifi: WIFI },
  'previous-owner': {
    ask: {
      frame: 'phone',
      title: 'settings',
      items: [
        { is: 'row', say: 'CS-…   K12345678' },
        { is: 'button', word: 'deleteDevice', here: true },
      ],
    },
    request: {
      frame: 'phone',
      title: 'ezvizApp',
      items: [
        { is: 'notice', word: 'addedByOther', tone: 'warn' },
        { is: 'button', word: 'applyForUnbinding', here: true },
      ],
    },
  },
  activate: {
    tool: {
      frame: 'window',
      title: 'sadp',
      items: [
        { is: 'row', say: '192.168.1.20   DS-2CD…', tick: 'off' },
        { is: 'row', word: 'inactiveRow', tick: 'on', here: true },
        { is: 'button', word: 'activate' },
      ],
    },
    password: {
      frame: 'window',
      title: 'activate',
      items: [
        { is: 'field', word: 'newPassword', secret: true, here: true },
        { is: 'field', word: 'confirmPassword', secret: true },
        { is: 'button', word: 'activate' },
      ],
    },
  },
  'other-subnet': {
    look: {
      frame: 'window',
      title: 'otherSubnet',
      items: [LAPTOP, here(field('deviceBox', '10.0.0.64'))],
    },
    change: {
      frame: 'window',
      title: 'ipv4',
      items: [
        { is: 'row', word: 'manual', tick: 'on' },
        here(field('address', '10.0.0.65')),
        MASK,
        { is: 'button', word: 'ok' },
      ],
    },
  },
};
