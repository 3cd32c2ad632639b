import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { childEnv } from '../../kernel/child-env.ts';
import { type Check, finding } from './check.ts';

/**
 * Where Windows keeps the rules of its firewall; whoever may use the laptop may read them. The second holds those of a
 * firm's policy.
 */
const KEYS = [
  'HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules',
  'HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall\\FirewallRules',
];
const READ_MS = 5_000;
/** Some hundreds of rules of some hundred letters each; a few programs make thousands. */
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * What the rules say of datagrams that come in for this program. `partly`: they are kept out on some kinds of networks, of
 * which this one may be none. `none`: nothing lets them in, and nothing keeps them out.
 */
export type Judgement = 'blocked' | 'partly' | 'allowed' | 'none';

/**
 * Whether a rule of Windows' firewall keeps answers of devices from this program, as one does that Windows made by itself
 * when an ordinary user could not say yes. Nothing is said where the rules cannot be read: on other systems, and under
 * Wine. The form is that of [MS-GPFAS], firewall rule grammar; not seen on a real Windows.
 */
export async function checkFirewallRules(port: number, program: string): Promise<Check[]> {
  if (process.platform !== 'win32') return [];
  const reg = join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'reg.exe');
  const read = async (key: string) => {
    const options = {
      encoding: 'latin1',
      timeout: READ_MS,
      maxBuffer: MOST_BYTES,
      windowsHide: true,
      env: childEnv(),
    } as const;
    const { stdout } = await promisify(execFile)(reg, ['query', key], options);
    return stdout;
  };
  const listings = await Promise.all(KEYS.map((key) => read(key).catch(() => '')));
  const rules = listings.flatMap(rulesIn);
  return rules.length === 0 ? [] : [FINDINGS[judge(rules, program, port)]()];
}

const FINDINGS: Readonly<Record<Judgement, () => Check>> = {
  blocked: () => finding('failed', 'agent:doctor.rules.blocked'),
  partly: () => finding('warning', 'agent:doctor.rules.partly'),
  none: () => finding('warning', 'agent:doctor.rules.none'),
  allowed: () => finding('ok', 'agent:doctor.rules.allowed'),
};

/** A rule: `Dir=In` and so on; a name that is given twice has both values. */
export type Rule = ReadonlyMap<string, readonly string[]>;

/** The rules of a listing of `reg query`: `<name> REG_SZ v2.31|Action=Block|Active=TRUE|Dir=In|…`, one a line. */
export function rulesIn(listing: string): Rule[] {
  return listing.split(/\r?\n/).flatMap((line) => {
    const text = /\sREG_SZ\s+v[\d.]+\|(.*)$/.exec(line)?.[1];
    if (text === undefined) return [];
    const rule = new Map<string, string[]>();
    for (const field of text.split('|')) {
      const at = field.indexOf('=');
      if (at <= 0) continue;
      const name = field.slice(0, at);
      rule.set(name, [...(rule.get(name) ?? []), field.slice(at + 1)]);
    }
    return [rule];
  });
}

/**
 * A rule that blocks wins over any that allows, where its profile is that of the network; which that is, is not asked. Of those
 * that block, only what names this program is meant.
 */
export function judge(rules: readonly Rule[], program: string, port: number): Judgement {
  const datagramsIn = rules.filter(
    (rule) =>
      is(rule, 'Active', 'TRUE') &&
      is(rule, 'Dir', 'In') &&
      (!rule.has('Protocol') || is(rule, 'Protocol', UDP)),
  );
  const own = ascii(program);
  const isOurs = (rule: Rule) => (rule.get('App') ?? []).some((one) => ascii(one) === own);
  const blocks = datagramsIn.filter((rule) => is(rule, 'Action', 'Block') && isOurs(rule));
  const isShut = (profile: string) =>
    blocks.some((rule) => !rule.has('Profile') || is(rule, 'Profile', profile));
  if (blocks.length > 0) return PROFILES.every(isShut) ? 'blocked' : 'partly';
  const letsIn = (rule: Rule) =>
    is(rule, 'Action', 'Allow') &&
    (isOurs(rule) || (!rule.has('App') && (rule.get('LPort') ?? []).some((ports) => holds(ports, port))));
  return datagramsIn.some(letsIn) ? 'allowed' : 'none';
}

const UDP = '17';

/** Kinds of networks that a laptop on somebody's site is in; that of a domain is its firm's own. A rule that names none is for all. */
const PROFILES = ['Public', 'Private'];

/** `reg` writes what is no ASCII in the code page of its console, or as question marks: a path is known by the rest of it. */
function ascii(path: string): string {
  return path
    .toLowerCase()
    .replace(/[^ -~]+|\?+/g, '?')
    .replace(/\?+/g, '?');
}

function is(rule: Rule, name: string, value: string): boolean {
  return (rule.get(name) ?? []).some((one) => one.toLowerCase() === value.toLowerCase());
}

/** @param ports one port, or a range `37000-37100`; words stand for ports that are none of ours */
function holds(ports: string, port: number): boolean {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(ports) ?? [];
  return from !== undefined && port >= Number(from) && port <= Number(to);
}
