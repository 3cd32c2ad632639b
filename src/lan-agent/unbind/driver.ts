import { randomBytes } from 'node:crypto';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { FoundDevice } from '../network/search.ts';
import type { Watch } from '../network/watch.ts';
import { checkPassword, digestPassword, seal31, sealPassword } from '../sadp/envelope.ts';
import { newUuid, type SadpRequest, unbindRequest, unbindRequest31 } from '../sadp/requests.ts';
import { copySecret } from '../secret-bytes.ts';
import type { Channel, Stop } from './channel.ts';
import type { DriverName, UnbindReason } from './contract.ts';
import { exchangeKeys } from './exchange.ts';
import { type PendingAnswer, sendOnce } from './send-once.ts';
import { type AskStatusOptions, askStatus, type StatusReading } from './status.ts';

export interface UnbindSteps {
  readonly signal: AbortSignal;
  /** What had been lost when the device was last seen to be the only one of its name. */
  readonly lostBefore: number;
  /** Puts the intent on disk; a reason instead of null keeps the datagram from being sent. */
  readonly beforeSending: () => Promise<UnbindReason | null>;
}

/** One way to perform the unbind call. */
export interface UnbindDriver {
  readonly name: DriverName;
  /** Whether the device offers this way. */
  fits(device: FoundDevice): boolean;
  /** What the device says about its binding; read-only. */
  precheck(watch: Watch, options: AskStatusOptions): Promise<StatusReading>;
  /** Refuses a password this way cannot carry, before anything is sent. */
  check(device: FoundDevice, password: Buffer): Result<Buffer, UnbindReason>;
  /** Key exchange, then ONE datagram to ONE destination, never repeated. */
  unbind(channel: Channel, password: Buffer, steps: UnbindSteps): Promise<Result<PendingAnswer, Stop>>;
}

/** What differs between the two protocol versions. */
interface Version {
  readonly name: DriverName;
  readonly protocol: '3.0' | '3.1';
  readonly bits: 1024 | 2048;
  readonly exchange: 'exchangecode' | 'exchangecode_v31';
  /** What the password turns into before it is sealed. */
  prepare(device: FoundDevice, password: Buffer): Result<Buffer, UnbindReason>;
  seal(mac: string, random: Buffer, prepared: Buffer): SadpRequest;
}

const VERSION_30: Version = {
  name: 'sadp-3.0',
  protocol: '3.0',
  bits: 1024,
  exchange: 'exchangecode',
  prepare: (_device, password) => ok(copySecret(password)),
  seal: (mac, random, password) => unbindRequest(newUuid(), mac, sealPassword(random, password)),
};

const VERSION_31: Version = {
  name: 'sadp-3.1',
  protocol: '3.1',
  bits: 2048,
  exchange: 'exchangecode_v31',
  prepare: (device, password) => digestPassword(device.announcement, password),
  seal: (mac, random, digest) => {
    const iv = randomBytes(16);
    return unbindRequest31(newUuid(), mac, seal31(random, digest, iv), iv.toString('hex'));
  },
};

/**
 * The drivers in order of preference: 3.0 wherever it is offered; 3.1 was never seen on a network and is there only
 * where the operator switched it on (protocol/sadp.md 9).
 */
export function drivers(sadp31: boolean): readonly UnbindDriver[] {
  return (sadp31 ? [VERSION_30, VERSION_31] : [VERSION_30]).map(driver);
}

function driver(version: Version): UnbindDriver {
  const check = (device: FoundDevice, password: Buffer) => {
    const length = checkPassword(password);
    return length.ok ? version.prepare(device, password) : length;
  };
  return {
    name: version.name,
    fits: (device) => device.announcement.protocols.includes(version.protocol),
    precheck: askStatus,
    check,
    unbind: async (channel, password, { signal, lostBefore, beforeSending }) => {
      const { lan, device } = channel.watch;
      const prepared = check(device, password);
      if (!prepared.ok) return fail({ reason: prepared.failure });
      const exchanged = await exchangeKeys(channel, version.exchange, version.bits, lostBefore, signal);
      if (!exchanged.ok) {
        prepared.value.fill(0);
        return exchanged;
      }
      const { random, objection, isDisputed } = exchanged.value;
      try {
        const request = version.seal(channel.mac, random, prepared.value);
        // What has arrived is read first: before the attempt is put on record, and once more after that.
        const objects = async () => ((await lan.quiet()) ? objection() : (objection() ?? 'flooded'));
        const refused = (await objects()) ?? (await beforeSending()) ?? (await objects());
        if (refused) return fail({ reason: refused });
        // Nothing is awaited between these checks and the datagram.
        if (signal.aborted) return fail({ reason: 'cancelled' });
        return ok(sendOnce(channel, request, isDisputed));
      } finally {
        random.fill(0);
        prepared.value.fill(0);
      }
    },
  };
}
