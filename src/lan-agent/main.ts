#!/usr/bin/env node
import { beginSearch, isPlainSearch } from './network/head-start.ts';
import { realNetwork } from './network/network.ts';

// A plain search is on the wire before the rest of the program is read (docs/decisions/0030).
const isAhead = isPlainSearch(process.argv.slice(2)) && !process.env.UNBIND_AGENT_TEST_NETWORK;
// What goes wrong here goes wrong again in the search itself, which says so.
const headStart = isAhead ? await beginSearch(realNetwork()).catch(() => null) : null;
const { start } = await import('./start.ts');
await start(headStart);
