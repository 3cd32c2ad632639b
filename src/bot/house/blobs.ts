import * as z from 'zod';
import { kind } from '../../store/kind.ts';

/** Bytes by key, in base64: pictures, notes, files on their way. */
export const BLOBS = kind({ name: 'blobs', gathers: true, version: 1, schema: z.string() });
