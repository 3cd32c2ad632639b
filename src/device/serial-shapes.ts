/** Longest text tried, characters: the vendor's limit is 48 and people add spaces. Keeps every pattern cheap. */
export const MAX_SERIAL_TEXT = 64;

/** A full serial without white space, in upper case (protocol/labels.md 1.2). */
export const FULL_SERIAL =
  /^(?<head>.*?)(?<date>20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:V(?<fw>\d{6}))?(?<codes>(?:[A-Z]{2}){1,2})(?<short>\d{9}|[A-Z]\d{8}|[A-Z]{2}\d{7})(?<feat>[A-Z]{2,6})?$/;

/** How models begin, with their brand or, of the second brands, with their kind (kinds.ts). Source of a pattern, upper case. */
export const MODEL_PREFIX = '(?:I?DS|CS|IPC|THC|PTZ|NVR|DVR|HW[DINPT])-';

/** How models begin, and with them most full serials; upper case. */
export const MODEL_START = new RegExp(`^${MODEL_PREFIX}`);

/** True for exactly nine characters in one of the three forms of a short serial (protocol/labels.md 1.1), upper case. */
export function isShortSerial(text: string): boolean {
  return /^(?:\d{9}|[A-Z]\d{8}|[A-Z]{2}\d{7})$/.test(text);
}

/** Regions that were seen (protocol/labels.md 1.1). Source of a pattern, upper case. */
export const REGION = '(?:WR|RR|CH|EU|TW|JP|EN)';

const CUT_OFF = new RegExp(`^(?!${REGION})[A-Z]{2} ${REGION}\\d{7}$`);

/**
 * Whether a full serial lacks its last two digits: `…AAWR3195309`, where the region would be the letters of the short serial.
 * @param codes the letters before what has the form of a short serial
 */
export function isCutOff(codes: string, short: string): boolean {
  return CUT_OFF.test(`${codes} ${short}`);
}
