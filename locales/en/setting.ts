/** What the operator's settings are for: .env.example and docs/settings.md. */
export const setting = {
  file: {
    head: 'Settings of the bot. unbind-bot init asks for the few that are needed and writes them; or copy this file to .env and fill in what has no default.',
    blank:
      'A blank value counts as not set. All of them are checked at start, and every mistake is named at once.',
    required: 'Required.',
    secret: 'Secret: it is never logged. It may lie in a file of its own instead:',
    more: 'Beside what is listed here HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured on the way to Telegram.',
  },
  page: {
    title: 'Settings',
    made: 'Made by `npx tsx scripts/settings.ts` of `src/bot/settings/registry.ts`; do not edit.',
    where:
      'The bot reads its environment and the file `.env` of its working directory; what the environment has counts first. `unbind-bot init` asks for what is needed, checks it and writes `.env`; `unbind-bot doctor` looks at all of it.',
    files:
      'A secret may lie in a file instead: `<NAME>_FILE` names it, or systemd hands it over as the credential `<NAME>` (`LoadCredential=BOT_TOKEN:/etc/unbind-bot/token`).',
    required: 'Required',
    usual: 'Default',
    example: 'Example',
    secret: 'Secret; in a file',
  },
  group: {
    telegram: 'Telegram',
    store: 'State',
    hub: 'Hub: the address agents call',
    webhook: 'Webhook (without it the bot polls)',
    work: 'Work on devices',
    people: 'People and notices',
    keep: 'Backups, and what is kept',
    watch: 'Watching',
  },
  about: {
    BOT_TOKEN: 'The token @BotFather gave.',
    ADMIN_IDS:
      'Telegram user ids of the admins, separated by commas. Admins invite technicians. The bot tells everybody their own id: /id.',
    TELEGRAM_API_ROOT:
      'Root of the Bot API. Another one only for a Bot API server of your own (without --local); https, or http on this machine.',
    STORE_URL:
      'Where state lives: lmdb:<folder>, relative to the working directory. The folder is made with rights for its owner only, and one bot works in it. For several bots: redis:// or rediss://[user][:password]@host[:port][,host…][/database][?sentinel=<name>|cluster][&replicas=<n>][&tag=<name>][&ca=<file>] (docs/install.md).',
    HUB_LISTEN: 'host:port to listen on. The default serves agents on this machine only.',
    HUB_PUBLIC_URL:
      'What agents are told to call; https except on this machine. Required when HUB_LISTEN is not a loopback address.',
    HUB_TLS_CERT: 'PEM file of the certificate. Goes with HUB_TLS_KEY; neither where a proxy speaks TLS.',
    HUB_TLS_KEY: 'PEM file of the certificate’s key, readable by the bot alone. Goes with HUB_TLS_CERT.',
    TRUSTED_PROXY:
      'Proxies in front of the hub whose X-Forwarded-For is believed, so that limits hold for each laptop by itself: loopback (this machine), addresses and networks, separated by commas; or none. The proxy has to set that header itself and to limit connections. Name only what is yours: others would choose whom they seem to be.',
    AGENT_PACKAGES:
      'Folder that npm run package:agent has written. Technicians get the agent at HUB_PUBLIC_URL/agent and as a file in the chat; signature and sums are checked at start. Not set: the page says how the agent runs from source.',
    AGENT_PACKAGES_KEY:
      'Whose signature on the packages counts: what stands in operator.pub, written down where the packages were made. Not set: the operator.pub beside them is believed, which finds damage but nobody who exchanges all of it.',
    WEBHOOK_URL:
      'Public address Telegram posts updates to. Served by the hub’s listener under its path. Port 443, 80, 88 or 8443. Goes with WEBHOOK_SECRET.',
    WEBHOOK_SECRET: '16 to 256 characters of A-Z a-z 0-9 _ -, for instance from: openssl rand -hex 32',
    REGION_PACK:
      'Whose service centre technicians are sent to: default (no address is known: ask the distributor), ru (Russia, by the vendor’s note), or a JSON file of your own (docs/operations.md; unbind-bot data check looks at it). Not set: default, and a reminder.',
    FIRM: 'The firm that stands in reports and in letters to a service centre, one line of at most 64 characters. Not set: each technician is asked for it together with name and phone.',
    READ_PRINT:
      'on or off. off: where no code can be read, the bot asks for the serial number instead of reading the print, which takes up to 1.5 GB of memory while it works. For small servers.',
    PHOTO_SECONDS:
      'Longest from a photo to its answer, seconds, 3 to 300. On a slow server more time reads more print, and people wait.',
    INVITES_ASK:
      'on or off. on: whoever uses an invitation waits until an admin lets them in. /invite ask does it for one invitation.',
    ASK_PIN:
      'on or off. on: a new laptop and every unbind ask the technician for a PIN they chose (/pin): a lost phone is not enough.',
    NOTICES:
      'How admins hear of what happens: sound, quiet (no sound) or digest, as kind=way. Only what is to differ from the defaults, which are:',
    NOTICE_DIGEST_HOURS: 'Hours after which what waits for the digest is told: 1 to 168.',
    KEEP_CASES_DAYS:
      'Closed cases are dropped after so many days, with their photos and notes. Not set: they are kept.',
    KEEP_NOTES_DAYS:
      'Photos and notes of closed cases are dropped after so many days. Not set: with their cases.',
    BACKUP_RECIPIENTS:
      'Public keys of age (age1…) that backups are encrypted to, separated by commas; make a pair elsewhere with age-keygen and keep the private key there. Not set: backups are readable.',
    WATCH_LISTEN:
      'host:port of /health, /ready and /metrics (Prometheus), or off. Beyond this machine only with WATCH_TOKEN.',
    WATCH_TOKEN:
      'What whoever asks there has to show (Authorization: Bearer), 16 to 256 characters. Not set: nobody has to, and only this machine may ask.',
    AUDIT_HEAD_TO:
      'Where the audit trail ends is in the log; kept outside this machine it shows later that nothing was written anew. Any of: chat (a message to the admins), file:<path> (one line more each time), syslog://host:port (UDP).',
    AUDIT_HEAD_HOURS: 'How often the trail is checked and its end handed on, hours: 1 to 168.',
    UPDATE_URL:
      'Where the newest version of the bot is told, as JSON with the field version (docs/operations.md): https, asked once a day, shown in /admin. Nothing is downloaded. Not set: nobody is asked.',
    LOG_LEVEL: 'silent, fatal, error, warn, info, debug or trace. The log is JSON lines on standard error.',
  },
} as const;
