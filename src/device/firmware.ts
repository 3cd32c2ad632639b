/** A firmware version. Numbers, so that `4.30.085` and `4.30.85` are the same version. */
export interface FirmwareVersion {
  /** 1 to 99. */
  readonly major: number;
  /** 0 to 999. */
  readonly minor: number;
  /** 0 to 999. */
  readonly patch: number;
  /** Build date as the device writes it, `yymmdd`; null when it is not said or is `000000`. */
  readonly build: string | null;
}

/** Lines of firmware as the vendor's support note and policy speak of them. */
export type FirmwareLine = '1.x' | '2.x' | '3.x' | '4.x' | '5.x' | 'later';

/** Longest text looked at, characters; `firmwareVersion` has 64 by the vendor's limit (protocol/isapi.md 2.2). */
const MAX_TEXT = 64;
const VERSION = /(?<![\d.])V?(\d{1,2})\.(\d{1,3})\.(\d{1,3})(?![\d.])/i;
const BUILD = /build\s*(\d{6})(?!\d)/i;

/**
 * Reads a version out of `V4.30.085`, `V5.7.18build 240826`, `3.4.98` and what a technician copies from a menu
 * around it. Three numbers are needed: `4.x` or `5.7` say a line, not a version.
 * @returns null when there is no version in the text or it is longer than 64 characters.
 */
export function parseFirmware(text: string): FirmwareVersion | null {
  if (text.length > MAX_TEXT) return null;
  const [, major = '', minor = '', patch = ''] = VERSION.exec(text) ?? [];
  if (Number(major) < 1) return null;
  const build = BUILD.exec(text)?.[1];
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    build: build === undefined || build === '000000' ? null : build,
  };
}

/**
 * Writes a version the way devices do: the last number has three digits where the second has two (`V4.30.085`),
 * and none added where it has one (`V5.7.18`).
 */
export function formatFirmware(version: FirmwareVersion): string {
  const patch = String(version.patch).padStart(version.minor >= 10 ? 3 : 1, '0');
  const build = version.build === null ? '' : ` build ${version.build}`;
  return `V${version.major}.${version.minor}.${patch}${build}`;
}

/**
 * Orders versions from old to new: negative when `a` is older, 0 when they are the same. The build decides last;
 * an unknown build counts as older than any known one.
 */
export function compareFirmware(a: FirmwareVersion, b: FirmwareVersion): number {
  return (
    a.major - b.major || a.minor - b.minor || a.patch - b.patch || Number(a.build ?? 0) - Number(b.build ?? 0)
  );
}

const LINES: readonly FirmwareLine[] = ['1.x', '2.x', '3.x', '4.x', '5.x'];

/** A line or the beginning of a version, alone: `3.x` (with a Latin or Cyrillic x), `V3.4`, `4.30`. */
const BEGINNING = /^V?([1-9]\d?)\.(?:[x\u0445]|(\d{1,3}))$/iu;

/**
 * Firmware as far as a person said it: a version as `formatFirmware` writes it, else `V3.4` or `3.x`, from which the
 * line can be told all the same.
 * @returns null when neither is in the text.
 */
export function saidFirmware(text: string): string | null {
  const version = parseFirmware(text);
  if (version) return formatFirmware(version);
  const [, major, minor] = BEGINNING.exec(text.trim()) ?? [];
  if (major === undefined) return null;
  return minor === undefined ? `${major}.x` : `V${major}.${minor}`;
}

/** The line of firmware as `saidFirmware` spells it, everything from 6.0 on is `later`; null for any other text. */
export function lineOfFirmware(text: string): FirmwareLine | null {
  const major = parseFirmware(text)?.major ?? BEGINNING.exec(text)?.[1];
  return major === undefined ? null : (LINES[Number(major) - 1] ?? 'later');
}
