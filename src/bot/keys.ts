import { createHmac, hkdfSync } from 'node:crypto';
import type { Seal } from '../audit/chain.ts';
import { Secret } from '../kernel/secret.ts';

/** What a key is for; each purpose gets its own. */
export type KeyPurpose = 'invitations' | 'buttons' | 'audit' | 'pins' | 'updates';

/**
 * A 32-byte key for keyed hashes and for sealing, derived from the bot token (HKDF, RFC 5869). It is never stored, so that a
 * copy of the store alone opens nothing; a new token from @BotFather makes open invitations and buttons void.
 */
export function keyFor(token: Secret<string>, purpose: KeyPurpose): Secret<Uint8Array> {
  return new Secret(new Uint8Array(hkdfSync('sha256', token.reveal(), '', `unbind-bot ${purpose}`, 32)));
}

/** How this bot seals a text of its audit trail (audit/chain.ts). */
export function sealFor(token: Secret<string>): Seal {
  const key = keyFor(token, 'audit');
  return (text) => createHmac('sha256', key.reveal()).update(text).digest('hex');
}
