/**
 * The room table of docs/architecture.md as import rules: each room lists the rooms it may import, and nothing
 * else. `npm run check:rooms` fails the build on a forbidden import.
 */
const KERNEL_PURE = '^src/kernel/(once|result|secret)\\.ts$';

/** what the bot is put together from */
const house = [
  'device',
  'policy',
  'link',
  'store',
  'audit',
  'cases',
  'groups',
  'flows',
  'label',
  'hub',
  'cards',
  'report',
];
/** room -> rooms it may import (besides itself and the kernel) */
const rooms = {
  kernel: [],
  device: [],
  policy: ['device'],
  link: ['device'],
  store: [],
  audit: ['store'],
  cases: ['device', 'policy', 'store', 'audit'],
  groups: ['device', 'policy', 'store', 'audit', 'cases'],
  flows: ['device', 'policy', 'cases', 'groups', 'link'],
  label: ['device'],
  hub: ['link', 'store', 'audit'],
  cards: [],
  report: ['device', 'policy', 'audit', 'cases'],
  bot: house,
  'lan-agent': ['device', 'link'],
  sandbox: [...house, 'bot', 'lan-agent'],
};
/** folder of src/bot -> folders beside it that it may import; files directly in src/bot put them together */
const botFolders = {
  telegram: [],
  house: [],
  door: ['house'],
  jobs: ['house', 'door'],
  commands: ['house', 'door', 'jobs', 'page'],
  server: ['house'],
  keep: ['telegram', 'house', 'door', 'jobs', 'commands', 'server'],
  watch: ['telegram', 'house', 'server'],
  settings: ['house', 'server'],
  page: [],
};
/** rooms that do no I/O: they see only the pure part of the kernel and no Node built-in but crypto */
const pure = ['device', 'policy', 'link'];
/** rooms whose sentences live in locales/ and who may read them */
const speaking = ['flows', 'report', 'bot', 'lan-agent', 'sandbox'];

const forbidden = [
  {
    name: 'no-circular',
    severity: 'error',
    comment: 'One layer a file, each knowing only the ones below.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'not-to-test',
    severity: 'error',
    from: { path: '^(src|locales)/' },
    to: { path: '^(test|bench|scripts)/' },
  },
  {
    name: 'no-unresolvable',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'locales-import-nothing-of-src',
    severity: 'error',
    from: { path: '^locales/' },
    to: { path: '^src/' },
  },
  {
    name: 'locales-are-for-speaking-rooms',
    severity: 'error',
    comment: 'Rooms that do not speak to people return keys, never sentences.',
    from: { path: '^src/', pathNot: `^src/(${[...speaking, 'kernel'].join('|')})/` },
    to: { path: '^locales/' },
  },
  {
    name: 'pure-rooms-do-no-io',
    severity: 'error',
    from: { path: `^src/(${pure.join('|')})/` },
    to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
  },
  {
    name: 'pure-rooms-see-the-pure-kernel',
    severity: 'error',
    from: { path: `^src/(${pure.join('|')})/` },
    to: { path: '^src/kernel/', pathNot: KERNEL_PURE },
  },
  {
    name: 'flows-know-no-telegraf',
    severity: 'error',
    from: { path: '^src/flows/' },
    to: { path: 'node_modules/(telegraf|undici|fastify|lmdb|keyv)/' },
  },
  {
    name: 'agent-has-no-native-modules',
    severity: 'error',
    comment: 'The agent bundles to one file beside an untouched node binary.',
    from: { path: '^src/lan-agent/' },
    to: { path: 'node_modules/(sharp|lmdb|telegraf|grammy|fastify|keyv|zxing-wasm)/' },
  },
];

for (const [room, allowed] of Object.entries(rooms)) {
  forbidden.push({
    name: `room-${room}`,
    severity: 'error',
    comment: `src/${room}/ may import: kernel${allowed.length ? `, ${allowed.join(', ')}` : ''}`,
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: `^src/(${[room, 'kernel', ...allowed].join('|')})/` },
  });
}

for (const [folder, allowed] of Object.entries(botFolders)) {
  forbidden.push({
    name: `bot-${folder}`,
    severity: 'error',
    comment: `src/bot/${folder}/ may import of src/bot/: ${allowed.join(', ') || 'nothing'}`,
    from: { path: `^src/bot/${folder}/` },
    to: { path: '^src/bot/', pathNot: `^src/bot/(${[folder, ...allowed].join('|')})/` },
  });
}

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
