import { inquiry, newUuid } from '../sadp/requests.ts';
import { type Datagram, type Lan, openLan } from './lan.ts';
import { chooseInterfaces, type LanInterface, type Network, type Survey } from './network.ts';

/** What may arrive before the search reads it: a LAN of thousands answers within a second. */
const MAX_HEARD = 4096;
const MAX_HEARD_BYTES = 16 * 1024 * 1024;

/** An inquiry that was sent ahead, as its search goes on with it. */
export interface AskedAhead {
  readonly uuid: string;
  readonly through: LanInterface;
}

/** A search that has begun before the program was loaded (docs/decisions/0030). */
export interface HeadStart {
  readonly lan: Lan;
  readonly survey: Survey;
  readonly asked: readonly AskedAhead[];
  /** What had been lost when it began, as `Lan.lost` counts. */
  readonly lostBefore: number;
  /** Hands over what has arrived so far, once; from here on the search listens itself. */
  take(): { readonly heard: readonly Datagram[]; readonly dropped: number };
}

/**
 * Whether these words of a command line are a search on every interface and nothing else. A closed list: whatever it does
 * not know, `--interface` above all, says where a question may go, and waits until the command line has been read.
 */
export function isPlainSearch(words: readonly string[]): boolean {
  const [command, ...options] = words;
  return command === 'discover' && PLAIN.test(options.map((word) => `${word} `).join(''));
}

const PLAIN = /^(?:--json |--wait [1-9]\d{0,4} |--until [A-Z\d]{9} )*$/;

/** Opens the LAN and asks "who is there?" by multicast, once on every interface that is asked first. */
export async function beginSearch(network: Network): Promise<HeadStart> {
  const chosen = chooseInterfaces(network.survey());
  // Only named ones can be unknown.
  if (!chosen.ok) throw new Error(`no interface ${chosen.failure.wanted}`);
  const survey = chosen.value;
  const lan = await openLan(network, survey.used);
  const heard: Datagram[] = [];
  let bytes = 0;
  let dropped = 0;
  const stop = lan.listen((datagram) => {
    bytes += datagram.bytes.length;
    if (heard.length < MAX_HEARD && bytes <= MAX_HEARD_BYTES) heard.push(datagram);
    else dropped++;
    return true;
  });
  const lostBefore = lan.lost();
  const asked: AskedAhead[] = [];
  const first = lan.interfaces.filter(({ setAside }) => !setAside);
  for (const through of first.length > 0 ? first : lan.interfaces) {
    const uuid = newUuid();
    asked.push({ uuid, through });
    await lan.send(through, 'multicast', inquiry(uuid).bytes);
  }
  return {
    lan,
    survey,
    asked,
    lostBefore,
    take: () => {
      stop();
      return { heard: heard.splice(0), dropped };
    },
  };
}
