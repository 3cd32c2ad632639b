/**
 * What is said of the portable packages (docs/decisions/0064): the list that lies beside them, signed with the operator's
 * key, and the settings that each of them carries to the laptop.
 */
import { type KeyObject, sign, verify } from 'node:crypto';
import * as z from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import { parsePublicKey } from './signing.ts';

/** Systems there is a package for. */
export const PACKAGE_SYSTEMS = ['win-x64', 'linux-x64', 'mac-arm64', 'mac-x64'] as const;
export type PackageSystem = (typeof PACKAGE_SYSTEMS)[number];

/** What a person double-clicks, in the folder that was unpacked. */
export const START_FILES: Readonly<Record<PackageSystem, string>> = {
  'win-x64': 'Unbind.cmd',
  'linux-x64': 'unbind.sh',
  'mac-arm64': 'Unbind.command',
  'mac-x64': 'Unbind.command',
};

/** No package is as large as this, bytes: Telegram takes a file of 50 MB from a bot, and this is fetched over a phone. */
export const PACKAGE_BYTES_LIMIT = 45_000_000;

/** Files of the folder that the packages lie in. */
export const PACKAGES_FILE = 'packages.json';
/** Ed25519 over the very bytes of `PACKAGES_FILE`, base64. */
export const PACKAGES_SIGNATURE_FILE = 'packages.json.sig';
/** Public half of the key it was signed with, SPKI DER, base64url. Tells which key it was, not that it is the right one. */
export const OPERATOR_KEY_FILE = 'operator.pub';
/** In the form `sha256sum --check` reads. */
export const SUMS_FILE = 'SHA256SUMS';

/** File of a package beside the program that says whose it is; `packageConfig` is what stands in it. */
export const PACKAGE_CONFIG_FILE = 'unbind-agent.json';

/** Ed25519, SPKI DER, base64url. */
const publicKey = z.string().refine((text) => parsePublicKey(text) !== null);
/** As HUB_PUBLIC_URL names it. Whether the way there is encrypted is looked at before anything is sent. */
const server = z.url({ protocol: /^https?$/ }).max(300);

/** What a package brings along: the laptop needs nothing but a pairing code. `unbind-bot agent-config` prints it. */
export const packageConfig = z.lazy(() =>
  z.object({
    version: z.literal(1),
    server,
    /** The hub's, as an agent pins it: a hub that shows another one is not the operator's. */
    hubKey: publicKey,
  }),
);
export type PackageConfig = z.infer<typeof packageConfig>;

const onePackage = z.lazy(() =>
  z.object({
    system: z.enum(PACKAGE_SYSTEMS),
    /** A name in the folder of the list, and of no other. */
    file: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\.zip$/),
    bytes: z.int().positive().lt(PACKAGE_BYTES_LIMIT),
    /** Hex, lower case. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
);
export type AgentPackage = z.infer<typeof onePackage>;

const packagesList = z.lazy(() =>
  z.object({
    version: z.literal(1),
    /** Of the agent in all of them, as it tells the hub. */
    agentVersion: z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}(?:-[0-9A-Za-z.-]{1,40})?$/),
    /** As in the config of each. */
    server,
    hubKey: publicKey,
    packages: z
      .array(onePackage)
      .min(1)
      .max(PACKAGE_SYSTEMS.length)
      .refine(
        (all) => areDifferent(all.map(({ system }) => system)) && areDifferent(all.map(({ file }) => file)),
      ),
  }),
);
/** All packages of one build. */
export type PackagesList = z.infer<typeof packagesList>;

/** `not-signed`: not by this key, or something was changed since. `malformed`: signed, and not a list of this version. */
export type PackagesRefusal = 'not-signed' | 'malformed';

/** The signature of a list, base64, for `PACKAGES_SIGNATURE_FILE`. */
export function signPackages(bytes: Uint8Array, operatorKey: KeyObject): string {
  return sign(null, bytes, operatorKey).toString('base64');
}

/**
 * Reads the list if this operator has signed it; nothing of one that is not signed is looked at. The files themselves are
 * compared with their sums by whoever reads them.
 * @param signature what stands in `PACKAGES_SIGNATURE_FILE`; the end of the line does not matter
 */
export function readPackages(
  bytes: Uint8Array,
  signature: string,
  operatorKey: KeyObject,
): Result<PackagesList, PackagesRefusal> {
  const text = signature.trim();
  // 64 bytes in base64, as signPackages writes them.
  if (!/^[A-Za-z0-9+/]{86}==$/.test(text)) return fail('not-signed');
  if (!verify(null, bytes, operatorKey, Buffer.from(text, 'base64'))) return fail('not-signed');
  const parsed = packagesList.safeParse(jsonOf(bytes));
  return parsed.success ? ok(parsed.data) : fail('malformed');
}

function areDifferent(words: readonly string[]): boolean {
  return new Set(words).size === words.length;
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
