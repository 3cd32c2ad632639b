import { createRequire } from 'node:module';

// What reads msgpack faster is a native part of its own: our records are texts.
process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED ??= 'true';

/**
 * The engine's `open`, of the package's build that is one file: its modules, which an import would take, are read one by one, and a
 * tenth of the bot's start was that (docs/decisions/0079).
 */
export const { open } = createRequire(import.meta.url)('lmdb') as typeof import('lmdb');
