/** Every bench there is. A test holds this list to the folder. */

/** A program of `bench/`, as the runner knows it. */
export interface Listed {
  readonly name: string;
  readonly about: string;
  /** Takes minutes, or needs rights that not everybody has: only with `--all`, or by its name. */
  readonly isHeavy?: true;
  /** Words for its command line, where `npm run bench` wants it smaller than it is by itself. */
  readonly words?: readonly string[];
  /** Of node itself, such as `--expose-gc`. */
  readonly node?: readonly string[];
  /** Longer than this, minutes, it is ended and counts as failed. */
  readonly minutes?: number;
}

export const BENCHES: readonly Listed[] = [
  // The bot.
  {
    name: 'bot-api',
    about: 'processor time of a call of the Bot API, beside telegraf',
    words: ['--rounds', '5'],
  },
  {
    name: 'press',
    about: 'a press that answers a question, beside telegraf; its durable writes',
    words: ['--rounds', '30'],
  },
  {
    name: 'bot-start',
    about: 'from the start of the bot to its first answer, beside a bot of telegraf that echoes',
    words: ['--runs', '7'],
  },
  { name: 'intake', about: 'what a chat that Telegram holds up costs the others' },
  {
    name: 'processes',
    about: 'updates of two and four bots on one Redis, beside one',
    isHeavy: true,
    minutes: 20,
  },
  { name: 'flood', about: 'what a flood costs honest people', words: ['--rounds', '3'] },
  {
    name: 'site',
    about: 'a site of cameras as one group, beside one case after another; kills on the way',
    isHeavy: true,
    minutes: 30,
  },
  // What it keeps.
  { name: 'store', about: 'what it costs that every record is checked when it is read' },
  {
    name: 'store-look',
    about: 'the look at a store before a start, beside reading its file',
    words: ['--records', '100000'],
  },
  {
    name: 'flat',
    about:
      'what must not grow with what is stored: /new, late answers, a start, heap, beside where little is',
    words: ['--rounds', '7', '--cases', '20000'],
    node: ['--expose-gc'],
  },
  { name: 'audit-prune', about: 'appending to the audit trail while its oldest entries are forgotten' },
  { name: 'backup', about: 'writes beside a backup, beside a copy of the file', words: ['--cases', '5000'] },
  // The hub, and what laptops ask of it.
  { name: 'hub', about: 'a command to a held poll, beside a bare fastify' },
  {
    name: 'idle-agents',
    about: 'what an agent costs the hub that is sent nothing, beside bare long polls',
    words: ['--agents', '2000'],
  },
  {
    name: 'agent-page',
    about: 'a poll beside downloads of packages',
    words: ['--rounds', '3', '--polls', '50'],
  },
  { name: 'hub-attack', about: 'memory and honest polls beside strangers', isHeavy: true },
  {
    name: 'relay',
    about: 'a picture to the chat and its answer to the laptop, beside bare hops and durable writes',
  },
  // The agent.
  { name: 'start', about: 'what the agent does first, beside node -e 0', words: ['--runs', '9'] },
  {
    name: 'discovery',
    about: 'searches of large sites, beside the plain search',
    isHeavy: true,
    minutes: 20,
  },
  { name: 'pair', about: 'pairing in the window, beside a terminal', isHeavy: true },
  {
    name: 'lan-attack',
    about: 'how often a host on the network gets the admin password',
    isHeavy: true,
    minutes: 60,
  },
  // What is read.
  { name: 'typed', about: 'devices in typed texts, beside a plain pattern' },
  {
    name: 'device',
    about: 'the slowest texts for each parser, beside a trivial pattern',
    words: ['--rounds', '9'],
  },
  {
    name: 'fuzz',
    about: 'what hostile input costs the parsers, beside their fixtures',
    node: ['--expose-gc'],
    words: ['--count', '1000', '--slowest', '500'],
  },
  { name: 'regex', about: 'every expression on text made to hurt', isHeavy: true, minutes: 20 },
  { name: 'label-text', about: 'how print is read, beside its lines alone', isHeavy: true, minutes: 60 },
  { name: 'labels', about: 'photos of labels, beside single readers', isHeavy: true, minutes: 120 },
  {
    name: 'labels-advice',
    about: 'tips for photos that could not be read, beside the usual measures',
    isHeavy: true,
    minutes: 60,
  },
  {
    name: 'labels-queue',
    about: 'photos in processes of their own, beside the main thread',
    isHeavy: true,
    minutes: 20,
  },
  {
    name: 'photo-time',
    about: 'from a photo to its answer, beside the same without a limit',
    isHeavy: true,
    minutes: 60,
  },
];

/** What a bench without a limit of its own may take, minutes. */
export const MINUTES = 5;
