/**
 * What the house gives notice of, as it is raised and stored; how it is told is in notices.ts. The schemas are made with the first
 * notice (docs/decisions/0079).
 */
import * as z from 'zod';
import { once } from '../../kernel/once.ts';

const stranger = z
  .object({
    name: z.string(),
    system: z.string(),
    /** IP address. */
    address: z.string(),
  })
  .readonly();
/** A laptop that is not, or not yet, an agent of this house: what it said of itself, and where it came from. */
export type Stranger = z.infer<typeof stranger>;

const id = z.number();
const notice = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.object({ kind: z.literal(kind), ...shape });

const before3 = once(() => [
  notice('access.joined', { person: id, inviter: id, invitation: z.string() }),
  notice('access.asks', { person: id, inviter: id, invitation: z.string() }),
  notice('access.approved', { person: id, by: id }),
  notice('access.declined', { person: id, by: id }),
  notice('access.revoked', { person: id, by: id }),
  /** Confirmed in the chat. */
  notice('laptop.paired', { agent: z.string(), address: z.string(), by: id }),
  /** "Not mine". */
  notice('laptop.refused', { laptop: stranger, by: id }),
  /** The number typed was not the laptop's: somebody may stand in the middle. */
  notice('laptop.wrong-number', { laptop: stranger, person: id }),
  /**
   * It asks for another key; the owner's yes is awaited, the old key stays good until then. `mark`: what the laptop,
   * too, shows of the key.
   */
  notice('laptop.new-key', { agent: z.string(), mark: z.string(), address: z.string() }),
  /** The new key counts from now on. */
  notice('laptop.rotated', { agent: z.string(), by: id }),
  /** Another process with the same key has taken over. */
  notice('laptop.taken-over', { agent: z.string(), address: z.string() }),
  notice('laptop.new-address', { agent: z.string(), address: z.string() }),
  notice('laptop.revoked', { agent: z.string(), by: id }),
  /** It reported an unbind the house cannot believe. */
  notice('laptop.unproven', { agent: z.string(), serial: z.string(), person: id }),
  /** It sent more than any honest laptop does; the rest is not listened to. */
  notice('laptop.flooding', { agent: z.string() }),
  /** Wrong pairing codes. `prefix`: the network that cannot pair for a while. */
  notice('pairing.guessing', { prefix: z.string() }),
  notice('limit.reached', { person: id, most: z.number() }),
  /** A technician is about to work through more devices than the day allows. */
  notice('limit.asked', { person: id, most: z.number(), devices: z.number() }),
  /** Somebody tried to work on a device of the stolen list. */
  notice('stolen.tried', { person: id, serial: z.string() }),
  /** A device that was put on the stolen list had been unbound here before. */
  notice('stolen.unbound', { serial: z.string(), at: z.number(), person: id }),
  notice('pin.blocked', { person: id, minutes: z.number() }),
  notice('pin.set', { person: id }),
  /** `by` null: at the server itself. */
  notice('pin.reset', { person: id, by: id.nullable() }),
  /** A PIN is asked for, and these have none yet: whoever holds their phone could choose it. */
  notice('pin.missing', { people: z.array(id).readonly() }),
  /** `seq`: the first entry that is not as it was written. */
  notice('audit.damaged', { seq: z.number(), faults: z.number() }),
  /** Where the audit trail ends: kept elsewhere, it proves later that nothing was written anew. */
  notice('audit.head', { place: z.string() }),
  /** The end of the trail could not be handed to where the operator keeps it. */
  notice('audit.unkept', { to: z.string() }),
  /** The bot was not shut down; `at`: its last sign of life. */
  notice('house.crashed', { at: z.number() }),
  /** Telegram does not take what this admin should hear: they stopped the bot, or never wrote to it. */
  notice('house.unheard', { person: id }),
  /** A stored record cannot be read, and a copy was set aside. `record`: the name of its kind. */
  notice('store.aside', { record: z.string() }),
]);

/** All but `house.more`, which names another one. */
const things = once(() =>
  z.discriminatedUnion('kind', [
    ...before3(),
    /** A phone is lost: whoever holds it is a stranger from now on. */
    notice('access.locked', { person: id, by: id }),
    /** `by` null: at the server itself. */
    notice('access.unlocked', { person: id, by: id.nullable() }),
    /** It reported the end of an unbind that began after the backup which was restored. */
    notice('laptop.unknown-job', { agent: z.string(), serial: z.string() }),
  ]),
);
type Thing = Readonly<z.infer<ReturnType<typeof things>>>;

/** More different things waited than are kept apart. */
const more = once(() => notice('house.more', { of: z.string() as z.ZodType<Thing['kind']> }));

/** A notice as it was stored before there were locks and restores. */
export const noticeSchema2 = z.lazy(() => z.discriminatedUnion('kind', [...before3(), more()]));

/** A notice as it lies in the store. */
export const noticeSchema = z.lazy(() => z.discriminatedUnion('kind', [...things().options, more()]));

/**
 * Everything the house gives notice of. A field means the same wherever it stands: `person` and `by` are Telegram ids
 * (whom it is about, who did it), `inviter` who made the invitation no. `invitation`, `agent` a paired laptop, `laptop` one that is not paired, `serial` a short serial
 * number, `at` a moment in milliseconds since 1970. Whoever did a thing gets no notice of it, nor does whoever the chat
 * has answered so (NOT_FOR_PERSON).
 */
export type Notice = Thing | Readonly<z.infer<ReturnType<typeof more>>>;

export type NoticeKind = Notice['kind'];
