import { randomBytes } from 'node:crypto';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { wireMac } from '../network/neighbour.ts';
import { directWay } from '../network/route.ts';
import type { FoundDevice } from '../network/search.ts';
import { checkPassword, digestPassword, seal31, sealPassword } from '../sadp/envelope.ts';
import { macKey } from '../sadp/message.ts';
import {
  isAddressable,
  newUuid,
  type SadpRequest,
  unbindRequest,
  unbindRequest31,
} from '../sadp/requests.ts';
import { copySecret } from '../secret-bytes.ts';
import type { Channel, Stop } from './channel.ts';
import type { DriverName, UnbindReason } from './contract.ts';
import type { UnbindDriver, UnbindSteps, Way } from './driver.ts';
import { exchangeKeys, SLOWEST_MS } from './exchange.ts';
import { type PendingAnswer, sendOnce } from './send-once.ts';
import { askStatus } from './status.ts';

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
    objectsTo: (device) => (isAddressable(device.announcement.mac) ? null : 'no-mac'),
    check,
    async approach(watch) {
      const { device } = watch;
      const { answer, route } = await askStatus(watch, { signal: watch.signal });
      const channel: Channel = {
        watch,
        mac: device.announcement.mac ?? '',
        route: route ?? directWay(device) ?? 'multicast',
        wireMac: wireMac(device.source, device.via.name),
      };
      return { answer, way: wayOf(channel, route !== null && route !== 'multicast') };
    },
  };

  function wayOf(channel: Channel, isDirect: boolean): Way {
    const { watch, mac, route } = channel;
    return {
      watch,
      mac,
      wireMac: channel.wireMac === macKey(mac) ? null : channel.wireMac,
      isDirect,
      isToEverybody: route === 'multicast',
      isTooSlow: () => watch.slowestMs() > SLOWEST_MS,
      ask: async (options) => (await askStatus(watch, { ...options, route })).answer,
      unbind: (password, steps) => unbind(channel, password, steps),
    };
  }

  async function unbind(
    channel: Channel,
    password: Buffer,
    steps: UnbindSteps,
  ): Promise<Result<PendingAnswer, Stop>> {
    const { lan, device } = channel.watch;
    const prepared = check(device, password);
    if (!prepared.ok) return fail({ reason: prepared.failure });
    const exchanged = await exchangeKeys(channel, version.exchange, version.bits, steps);
    if (!exchanged.ok) {
      prepared.value.fill(0);
      return exchanged;
    }
    const { random, objection, isDisputed } = exchanged.value;
    try {
      const request = version.seal(channel.mac, random, prepared.value);
      // What has arrived is read first: before the attempt is put on record, and once more after that.
      const objects = async () => ((await lan.quiet()) ? objection() : (objection() ?? 'flooded'));
      const refused = (await objects()) ?? (await steps.beforeSending()) ?? (await objects());
      if (refused) return fail({ reason: refused });
      // Nothing is awaited between these checks and the datagram.
      if (steps.signal.aborted) return fail({ reason: 'cancelled' });
      return ok(sendOnce(channel, request, isDisputed));
    } finally {
      random.fill(0);
      prepared.value.fill(0);
    }
  }
}
