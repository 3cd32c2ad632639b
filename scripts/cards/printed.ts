/** Which words of the cards are a source's, and which are ours. */
import { type Card, type CardWord, wordsOf } from './cards.ts';

/** Words that are on no screen of a vendor: what things are, what we say beside them, and our own window. */
const CAPTIONS: readonly CardWord[] = [
  'desktop',
  'rightClick',
  'downloads',
  'folder',
  'doubleClick',
  'agentWindow',
  'codeOfChat',
  'pairingCode',
  'goOn',
  'sadp',
  'ownersRegion',
  'app',
  'ezvizApp',
  'pointAtLabel',
  'notVerificationCode',
  'keepPower',
  'oneNetwork',
  'laptop',
  'router',
  'deviceBox',
  'ipv4',
  'wifi',
  'mainWifi',
  'guestWifi',
  'mobileData',
  'sameThree',
  'otherSubnet',
  'ours',
];

/** What stands on the cards as printed by a source: without captions, and without what an asterisk marks as ours. */
export function printedOn(
  cards: Readonly<Record<string, Readonly<Record<string, Card>>>>,
  texts: Readonly<Record<CardWord, string>>,
): string[] {
  const words = Object.values(cards).flatMap((steps) => Object.values(steps).flatMap(wordsOf));
  const ours = /\s*\([^)]*\*\)$/;
  return [...new Set(words)]
    .filter((word) => !CAPTIONS.includes(word))
    .map((word) => texts[word].replace(ours, ''))
    .filter((text) => !text.includes('*'));
}
