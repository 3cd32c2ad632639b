/** Models in what people write: whole, as the label prints them, and as they are shortened. */
import { fold } from './lookalikes.ts';
import { isShortSerial } from './serial-shapes.ts';

/** A model in a text, and where it stands; `to` is behind its last character. */
export interface SaidModel {
  readonly model: string;
  readonly from: number;
  readonly to: number;
}

/** A lens or the like, set apart from the model it belongs to: `DS-2CD2143G2-I (2.8mm)`. */
const LENS = String.raw`(?: \([\d.,-]{1,9}MM\))?`;
const BODY = String.raw`(?:[\w/+-]|\([A-Z\d.,/-]{1,9}\))`;
/** Nothing of it goes on: what holds a sign that no model has is a password. */
const END = String.raw`(?=[.!?)\]"'\u00bb>*]*(?:[\s,;:|=]|$)|\()`;
/**
 * A model as the label prints it, and as people shorten it: `2cd2143`, `7608ni-k2`, `ds7204huhi`, `DS N304P`
 * (isapi.md 2.3; second brands: kinds.ts). The first group is what `DS-` belongs in front of.
 */
const WHOLE = `I?DS-(?=[A-Z]{0,3}\\d)${BODY}{3,40}|CS-(?=[\\w-]*\\d)${BODY}{2,40}|(?:IPC|THC|PTZ|NVR|DVR|HW[DINPT])-(?=[A-Z]{0,2}\\d{3})${BODY}{4,40}`;
const SHORTENED = `2(?:C[DEV]|D[EF]|TD|SE|XS)\\d\\w{2}${BODY}{0,36}|[789]\\d{3,4}(?:N[IX]|H[A-Z]{0,2}HI)${BODY}{0,30}|K[VBDHM]\\d{4}${BODY}{0,30}|K[12][AT]\\d{3}${BODY}{0,30}|(?<=DS[ _]?)[HINT]\\d{3}${BODY}{0,30}`;
const MODEL = new RegExp(`(?<![\\w-])(?:(?:${WHOLE})|(?:DS[ _]?)?(${SHORTENED}))${LENS}${END}`, 'g');
/** A full serial number, or one that is cut off: its date and the letters behind it. */
const DATED = /20\d{6}(?:V\d{6})?[A-Z]{2}/;
/** One that is cut off in its date; in the form of a short serial number glued to a model, and none. */
const CUT_IN_DATE = /-[A-Z]{1,2}20[0-3]\d[01]\d{1,3}$/;
/** A short serial number glued to the model in front of it: `DS-2CD2143G2-I(J50000062)`. */
const GLUED = /[(/_-](?:\d{9}|[A-Z]\d{8}|[A-Z]{2}\d{7})\)?$/;
/** Letters in a row that no model has: a word, and with it a password. Door stations are named for where they are mounted. */
const WORD = /(?<![A-Z])(?!SURFACE(?![A-Z]))[A-Z]{6,}/i;
const ONE_SHORTENED = new RegExp(`^(?:${SHORTENED})$`);

/** The models of a text, in its order; serial numbers are none. */
export function saidModels(text: string): SaidModel[] {
  return [...fold(text).matchAll(MODEL)].flatMap(({ 0: whole, 1: short, index }): SaidModel[] => {
    const match = whole.replace(GLUED, '').replace(/[-/+]+$/, '');
    if (DATED.test(match) || CUT_IN_DATE.test(whole) || isShortSerial(match) || holdsWord(match)) return [];
    const model = short === undefined ? match : `DS-${match.slice(match.indexOf(short[0] ?? ''))}`;
    return [{ model: model.replace(/^I(?=DS-)/, 'i'), from: index, to: index + match.length }];
  });
}

/** Whether what begins as a model holds a word, as passwords do: `DS-1Canary`. */
export function holdsWord(model: string): boolean {
  return WORD.test(model);
}

/** A model from which `DS-` was left out, with it; null where the text is none. Upper case. */
export function lengthened(text: string): string | null {
  return ONE_SHORTENED.test(text) ? `DS-${text}` : null;
}
