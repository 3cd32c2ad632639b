/** Longest name, model or place that is taken over, characters. */
const LONGEST = 120;
/** What is not seen, and what turns the reading direction. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/** A text from outside as one line of at most `most` characters. Pure. */
export function oneLine(text: string, most = LONGEST): string {
  return text.slice(0, most).replace(UNSEEN, ' ').replace(/\s+/g, ' ').trim();
}
