import { readdirSync } from 'node:fs';
import { networkInterfaces, platform } from 'node:os';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { isHostOnlyName, isTunnelName } from './names.ts';

/** Port of SADP (protocol/sadp.md 2). */
const SADP_PORT = 37_020;

/** One IPv4 address of one interface: what discovery sends from. An interface with two addresses is two of these. */
export interface LanInterface {
  readonly name: string;
  readonly address: string;
  /** Length of the subnet prefix, 1 to 31. */
  readonly prefix: number;
  /** By its name it belongs to virtual machines, and nobody has named it: asked only where nothing else has answered. */
  readonly setAside?: true;
}

/**
 * Why an interface is not used. `vpn` and `virtual` are a judgement by the name; `--interface` overrules it, and a
 * search that has found nothing asks the virtual ones, too (docs/decisions/0029).
 */
export type SkipReason = 'loopback' | 'down' | 'ipv6-only' | 'virtual' | 'vpn';

export interface SkippedInterface {
  readonly name: string;
  /** Empty when it has no IPv4 address. */
  readonly address: string;
  readonly prefix: number;
  readonly reason: SkipReason;
}

export interface Survey {
  readonly used: readonly LanInterface[];
  readonly skipped: readonly SkippedInterface[];
}

/** The network as the agent may touch it: the real one, or loopback under the test setting. */
export interface Network {
  /** UDP port of SADP. */
  readonly port: number;
  /** True only under the test setting: devices live in 127.0.0.0/8. */
  readonly loopback: boolean;
  /** What there is right now; interfaces come and go while the agent runs. */
  survey(): Survey;
}

/** The network of this laptop, as it is at the moment of each survey. */
export function realNetwork(): Network {
  return { port: SADP_PORT, loopback: false, survey: () => surveyInterfaces() };
}

/** A name or address given with `--interface` that cannot be used; `exists` lists what can. */
export interface UnknownInterface {
  readonly wanted: string;
  readonly exists: readonly { readonly name: string; readonly address: string }[];
}

/**
 * The interfaces to search on: those named, by interface name or IPv4 address; without names every one that is up and
 * has IPv4, virtual ones as set aside, but for VPNs: a tunnel's far end is not the device's LAN.
 */
export function chooseInterfaces(
  survey: Survey,
  wanted: readonly string[] = [],
): Result<Survey, UnknownInterface> {
  if (wanted.length === 0) {
    const isVirtual = ({ reason }: SkippedInterface) => reason === 'virtual';
    const virtual = survey.skipped
      .filter(isVirtual)
      .map(({ name, address, prefix }): LanInterface => ({ name, address, prefix, setAside: true }));
    return ok({
      used: [...survey.used, ...virtual],
      skipped: survey.skipped.filter((one) => !isVirtual(one)),
    });
  }
  const overruled = survey.skipped.filter(({ reason }) => reason === 'virtual' || reason === 'vpn');
  const usable: readonly LanInterface[] = [
    ...survey.used,
    ...overruled.map(({ name, address, prefix }) => ({ name, address, prefix })),
  ];
  const chosen = new Set<LanInterface>();
  for (const word of wanted) {
    const found = usable.filter(({ name, address }) => name === word || address === word);
    if (found.length === 0) return fail({ wanted: word, exists: usable });
    for (const one of found) chosen.add(one);
  }
  const left = survey.skipped.filter(({ address }) => ![...chosen].some((one) => one.address === address));
  return ok({ used: [...chosen], skipped: left });
}

/** Whether an address lies in the subnet of an interface. */
export function inSubnet(lan: LanInterface, address: string): boolean {
  const mask = maskOf(lan.prefix);
  return (toNumber(lan.address) & mask) === (toNumber(address) & mask);
}

/** The subnet's broadcast address. */
export function broadcastOf(lan: LanInterface): string {
  const number = toNumber(lan.address) | ~maskOf(lan.prefix);
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

function surveyInterfaces(): Survey {
  const used: LanInterface[] = [];
  const skipped: SkippedInterface[] = [];
  const all = networkInterfaces();
  for (const [name, addresses = []] of Object.entries(all)) {
    const ipv4 = addresses.filter(({ family }) => family === 'IPv4');
    if (ipv4.length === 0) skipped.push({ name, address: '', prefix: 0, reason: 'ipv6-only' });
    for (const { address, cidr, internal } of ipv4) {
      const prefix = Number(cidr?.split('/')[1] ?? 24);
      const reason = internal ? 'loopback' : judge(name, prefix);
      if (reason) skipped.push({ name, address, prefix, reason });
      else used.push({ name, address, prefix });
    }
  }
  const down = interfacesOfSystem().filter((name) => !(name in all));
  return {
    used,
    skipped: [...skipped, ...down.map((name) => ({ name, address: '', prefix: 0, reason: 'down' }) as const)],
  };
}

function judge(name: string, prefix: number): SkipReason | null {
  // A subnet of one address is how tunnels look; there is nobody to multicast to.
  if (prefix >= 32 || isTunnelName(name)) return 'vpn';
  return isHostOnlyName(name) ? 'virtual' : null;
}

/** Node lists only interfaces that are up and have an address; on Linux the others can be named as well. */
function interfacesOfSystem(): string[] {
  try {
    return platform() === 'linux' ? readdirSync('/sys/class/net') : [];
  } catch {
    return [];
  }
}

function maskOf(prefix: number): number {
  return prefix === 0 ? 0 : (-1 << (32 - prefix)) | 0;
}

function toNumber(address: string): number {
  return address.split('.').reduce((number, part) => (number << 8) | (Number(part) & 255), 0);
}
