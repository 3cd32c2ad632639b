/**
 * Numbers and words that clouds, the SADP tool and the vendor's SDK print, as far as public documents explain them: what each
 * means, in our words, and where /help leads from it. Nothing of it was seen on a device by us.
 */
import type { ArticleId, Asked } from './articles.ts';

/** Where a meaning is from, and how sure that is: high, medium. */
export const CODE_SOURCES = {
  cloud: { name: 'vendor’s partner API guide V2.14.0, appendix A.1', sure: 'H' },
  'cloud-other': { name: 'EZVIZ open platform API document', sure: 'M' },
  tool: { name: 'SADP tool, newer SDK with third-party binding', sure: 'M' },
  sdk: { name: 'HCNetSDK words in the partner API guide V2.14.0, p. 241', sure: 'M' },
} as const;

/** Where a code leads: to an article, to one of two that only a person can tell apart, or to a question. */
export type Lead = ArticleId | readonly [ArticleId, ArticleId] | { readonly asks: Asked };

/** One code: as it is written without `EVZ` and without the leading 1 of the cloud's long form. */
export interface Code {
  readonly code: string;
  readonly means: string;
  readonly leads: Lead;
  readonly source: keyof typeof CODE_SOURCES;
}

const from =
  (source: Code['source']) =>
  (code: string, means: string, leads: Lead): Code => ({ code, means, leads, source });
const cloud = from('cloud');
const tool = from('tool');
const sdk = from('sdk');

export const CODES: readonly Code[] = [
  cloud('20002', 'this cloud does not know the device', 'device-unknown'),
  from('cloud-other')('20006', 'the network failed', ['device-offline', 'not-found']),
  cloud('20007', 'the device is not online', 'device-offline'),
  cloud('20008', 'the device was too slow to answer', 'device-error'),
  cloud('20010', 'the verification code does not fit', 'code-refused'),
  cloud('20013', 'another account has it', 'added-by-other'),
  cloud('20014', 'no such serial number', 'serial-refused'),
  cloud('20015', 'the device does not have this function', 'not-supported'),
  cloud('20017', 'your own account has it', 'own-already'),
  cloud('20018', 'this account does not have it', ['added-by-other', 'owner']),
  cloud('20020', 'your own account has it; online', 'own-already'),
  cloud('20021', 'nobody’s account has it; online', 'not-added'),
  cloud('20022', 'another account has it; online', 'added-by-other'),
  cloud('20023', 'nobody’s account has it; offline', 'not-added'),
  cloud('20024', 'offline, and in another account or, by another document, in your own', {
    asks: 'whose-list',
  }),
  cloud('20029', 'your own account has it; offline', 'own-already'),
  cloud('60040', 'the phone is in another network than the device', 'not-found'),
  cloud('60041', 'another account has it, or nothing answered in time', ['added-by-other', 'device-error']),
  cloud('60042', 'the admin password of the device is wrong', 'wrong-password'),
  cloud('60050', 'its firmware has to be updated first', 'firmware-needed'),
  cloud('60051', 'the device does not have this function', 'not-supported'),
  cloud('60054', 'the device is locked', 'locked'),
  cloud('1100', 'the account was registered in another region', 'account-region'),
  tool('2009', 'in the tool denied; in the cloud the device cannot be reached', { asks: 'seen-where' }),
  tool('2040', 'the tool may not do it on this computer', 'tool-administrator'),
  tool('2049', 'the tool has lost the device from its list', 'not-found'),
  tool('2050', 'a search is running', 'tool-busy'),
  tool('2051', 'not over this link', 'tool-cannot'),
  tool('2053', 'a login has to come first', 'tool-login'),
  tool('2054', 'the device can only be discovered', 'tool-cannot'),
  tool('2055', 'too many devices at once', 'tool-busy'),
  sdk('0x1400004', 'the device has no password yet', 'not-activated'),
  sdk('0x1400006', 'the address is shut out', 'address-banned'),
  sdk('0x400010e7', 'the password is wrong', 'wrong-password'),
  sdk('0x400010ec', 'too many sessions', 'too-many-users'),
];
