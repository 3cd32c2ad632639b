import { once } from '../kernel/once.ts';
import { fold } from './lookalikes.ts';

/** Pieces of everyday messages with letters and digits in them that are no passwords. Case is ignored. */
const ordinary = once((): readonly RegExp[] => [
  // Numbers: versions, dates, times, sums, telephone numbers, IPv4 with a mask or a port.
  /^[\d\s+().,:/-]+$/,
  /^v?\d+(?:[.,]\d+)+(?:[-_ ]?(?:build)?[-_ ]?\d*|[a-z]{0,3}|[:/]\d+)$/,
  /^(?:v\d+|build)[-_.]?\d*(?:build)?[-_.]?\d*$/,
  // Link-layer and IPv6 addresses, numbers of programs.
  /^(?:[\da-f]{2}[:-]){5}[\da-f]{2}$/,
  /^[\da-f]{4}(?:\.[\da-f]{4}){2}$/,
  /^[\da-f]{12}$/,
  /^(?=.*:.*:)[\da-f:.]+(?:%\w+)?(?:\/\d+)?$/,
  /^0x[\da-f]+$/,
  // Links, hosts, mail, names, files.
  /^[a-z][a-z\d+.-]*:\/\/\S+$/,
  /^(?:[\p{L}\d-]+\.)+\p{L}{2,}(?:[:/?#]\S*)?$/u,
  /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/,
  /^@\w+$/,
  /^[\p{L}\d_.-]+\.(?:jpe?g|png|heic|pdf|dav|pak|zip|exe|xlsx?|docx?|txt|bin|dll|mp4|avi|eml)(?:\[\d+)?$/u,
  /^[a-z]:\\\S*$/,
  // Number and unit or word: `16-channel`, `100mbit`; word and number: `camera-12`.
  /^\d{1,4}-\p{L}+(?:-\p{L}+)*$/u,
  /^\d{1,5}(?:mm|mp|ch|mb|gb|tb|[kmg]?bits?|[kmg]?bps|[mg]?hz|fps|min|sec|\u043a\u0430\u043d\p{L}*|\u043c\u0438\u043d\p{L}*)$/u,
  /^\p{L}+[-_.]\d{1,3}$/u,
  // Serial numbers, also such as are a digit too long or too short or cut off.
  /^[a-z]{1,2}\d{5,10}$/,
  // Several without anything between them, or one behind its name.
  /^(?:s\/?n)?(?:[a-z]\d{8}|[a-z]{2}\d{7})+$/,
  /\d{8}[a-z]{4,}/,
  // Models by the letters they begin with (protocol/isapi.md 2.3) and by their pattern: `hwi-b120h`.
  /^(?:i?ds|cs|ipc|nvr|dvr|xvr|hw[a-z]|dh|rvi|lt[a-z]|k[vbdhm])[-_]?[a-z]?\d/,
  /^\p{L}{2,3}-\d\p{L}{1,2}\d{3}/u,
  /^\p{L}{2,4}-\p{L}{0,3}\d{2,}\p{L}+[\w()/.+-]*$/u,
]);

/** Written in capitals alone: models, numbers of orders and names of programs' errors are, few passwords. */
const CAPITALS: readonly RegExp[] = [
  /^[A-Z\d]+(?:[-/().+_][A-Z\d]*)+$/,
  /^[A-Z]{2,5}\d+[A-Z][A-Z\d]*$/,
  /^[A-Z\d]{1,7}$/,
];

/** Signs that stand inside passwords and hardly ever inside words. */
const SIGN = /[!@$%^&*~\\?{}+]|(?<=\p{L})#(?=\p{L})/u;

/** Whether a piece has a known form that is no password's. */
export function isOrdinary(piece: string): boolean {
  if (CAPITALS.some((form) => form.test(piece))) return true;
  const low = piece.toLowerCase();
  // Serial numbers and models are typed with look-alikes of other alphabets.
  const folded = fold(piece).toLowerCase();
  return ordinary().some((form) => form.test(low) || form.test(folded));
}

/** Whether a piece that is nothing ordinary looks more like a password than like a word. */
export function isLikelySecret(piece: string): boolean {
  const { length } = piece;
  if (length < 6) return false;
  const hasDigit = /\d/.test(piece);
  const hasSign = SIGN.test(piece.slice(0, -1));
  if (!/\p{L}/u.test(piece)) return hasSign && hasDigit;
  if (hasSign) return true;
  if (!hasDigit) {
    // No name of a program changes between small letters and capitals that often.
    const changes = [...piece.matchAll(/\p{Ll}\p{Lu}/gu)].length;
    return changes >= 3 && length / changes < 4;
  }
  const isMixed = /\p{Ll}/u.test(piece) && /\p{Lu}/u.test(piece);
  return length >= 8 || isMixed || /^\p{Ll}{3,}\d{3,}$/u.test(piece);
}

/** Whether a link carries the password of whoever opens it: `rtsp://admin:…@192.168.1.64`. */
export function isLinkWithPassword(piece: string): boolean {
  return /^\W*[a-z][a-z\d+.-]*:\/\/[^/\s:@]*:[^/\s]+@/i.test(piece);
}
