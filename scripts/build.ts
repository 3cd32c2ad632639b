/** `npm run build`: both programs, into `dist/` (bundles.ts says what lies there). */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildAgent, buildBot } from './bundles.ts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
await rm(dist, { recursive: true, force: true });
await buildBot(dist);
await buildAgent(dist);
