import { randomUUID } from 'node:crypto';

/** Requests the agent ever makes. Nothing else may be added here: protocol/sadp.md 16. */
export type RequestTypes =
  | 'inquiry'
  | 'getUnbindStatus'
  | 'exchangecode'
  | 'ezvizUnbind'
  | 'exchangecode_v31'
  | 'ezvizUnbind_v31';

/** What a reply is compared with (protocol/sadp.md 3). */
export interface RequestIdentity {
  readonly uuid: string;
  readonly types: RequestTypes;
  /** Null in an inquiry, which addresses everybody. */
  readonly mac: string | null;
}

export interface SadpRequest extends RequestIdentity {
  readonly bytes: Buffer;
}

/** A fresh Uuid as devices want it: upper case, with dashes. Every request has its own. */
export function newUuid(): string {
  return randomUUID().toUpperCase();
}

/** "Who is there?", to everybody. */
export function inquiry(uuid: string): SadpRequest {
  return request({ uuid, types: 'inquiry', mac: null }, '');
}

/** The read-only question of protocol/sadp.md 7. */
export function statusRequest(uuid: string, mac: string): SadpRequest {
  return request({ uuid, types: 'getUnbindStatus', mac }, '');
}

/** Step 1 of an unbind: our public key, nothing secret. `code` is base64. */
export function exchangeRequest(
  uuid: string,
  mac: string,
  types: 'exchangecode' | 'exchangecode_v31',
  code: string,
): SadpRequest {
  return request({ uuid, types, mac }, element('Code', code));
}

/** Step 2 of an unbind by protocol 3.0: THE datagram. `password` is the sealed envelope in base64. */
export function unbindRequest(uuid: string, mac: string, password: string): SadpRequest {
  return request({ uuid, types: 'ezvizUnbind', mac }, element('Password', password));
}

/** Step 2 by protocol 3.1: `iv` is 32 lower-case hexadecimal digits. */
export function unbindRequest31(uuid: string, mac: string, password: string, iv: string): SadpRequest {
  return request({ uuid, types: 'ezvizUnbind_v31', mac }, element('Password', password) + element('Iv', iv));
}

/** Whether an announced MAC may go into a request (protocol/sadp.md 4, writing). */
export function isAddressable(mac: string | null): mac is string {
  return mac !== null && /^[0-9A-Fa-f]{2}([-:][0-9A-Fa-f]{2}){5}$/.test(mac);
}

/** Order of elements, declaration and the missing line break are the vendor's (fixtures/sadp/requests). */
function request(identity: RequestIdentity, rest: string): SadpRequest {
  const mac = identity.mac === null ? '' : element('MAC', identity.mac);
  const body = `${element('Uuid', identity.uuid)}${mac}${element('Types', identity.types)}${rest}`;
  const bytes = Buffer.from(`<?xml version="1.0" encoding="utf-8"?><Probe>${body}</Probe>`);
  return { ...identity, bytes };
}

function element(name: string, text: string): string {
  const escaped = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return `<${name}>${escaped}</${name}>`;
}
