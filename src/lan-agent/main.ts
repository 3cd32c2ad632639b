#!/usr/bin/env node
import { sayVersionIfAsked } from '../kernel/version-asked.ts';
import { beginSearch, isPlainSearch } from './network/head-start.ts';
import { realNetwork } from './network/network.ts';
import { AGENT_VERSION } from './version.ts';

const words = process.argv.slice(2);
if (!sayVersionIfAsked(words, AGENT_VERSION)) {
  // A plain search is on the wire before the rest of the program is read (docs/decisions/0030).
  const isAhead = isPlainSearch(words) && !process.env.UNBIND_AGENT_TEST_NETWORK;
  // What goes wrong here goes wrong again in the search itself, which says so.
  const headStart = isAhead ? await beginSearch(realNetwork()).catch(() => null) : null;
  const { start } = await import('./start.ts');
  await start(headStart);
}
