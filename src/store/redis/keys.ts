/** Names of the keys of a store in Redis. All share a hash tag, so that one script may write all of them, in a Cluster, too. */
import type { StoredRecord } from '../store.ts';

export type RecordKey = StoredRecord['key'];

export interface StoreKeys {
  /** A hash: the text of every record but messages, by its field. */
  readonly records: string;
  /** A sorted set without scores: the fields in the order of their bytes. */
  readonly index: string;
  /** A sorted set: fields by when their time runs out (ms since 1970), messages among them. */
  readonly due: string;
  /** What the streams of mailboxes begin with. */
  readonly boxes: string;
  /** A text: names this store, so that one that was begun in its place is not taken for it. */
  readonly name: string;
  /** Written by whoever waits for replicas. */
  readonly settling: string;
  /** Where it is told that a mailbox has a message, or that a claim is free. */
  readonly channel: string;
}

/** @param part what lies apart from the store that is in use: one that is being made, or was replaced */
export function keysOf(tag: string, part = ''): StoreKeys {
  const at = (name: string) => `{${tag}}:${part}${name}`;
  return {
    records: at('records'),
    index: at('index'),
    due: at('due'),
    boxes: at('box:'),
    name: at('name'),
    settling: at('settling'),
    channel: at('wake'),
  };
}

const BETWEEN = '\0\0';

/** A record's key as one name, in the same order: names with two zeros between, and a zero within a name marked. */
export function fieldOf(key: RecordKey): string {
  return key.map(escaped).join(BETWEEN);
}

export function keyOf(field: string): RecordKey {
  return field.split(BETWEEN).map((name) => name.replaceAll('\0\x01', '\0')) as unknown as RecordKey;
}

/** What the fields of all records below begin with. */
export function below(...names: string[]): string {
  return `${names.map(escaped).join(BETWEEN)}${BETWEEN}`;
}

export function escaped(name: string): string {
  return name.replaceAll('\0', '\0\x01');
}
