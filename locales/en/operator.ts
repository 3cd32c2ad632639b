/** What the operator's program says beside the bot itself: doctor and init. */
export const operator = {
  doctor: {
    cli: {
      about: 'say what is in the way of the bot, and the cure for each; changes nothing, also while it runs',
      json: 'findings as JSON',
      bundle: 'write what support needs into a new file: no secret, nobody’s name or number',
      written: 'Written: {{file}}. It holds no secret; look at it before you send it.',
      notWritten:
        '{{file}} was not written ({{detail}}). Name a file that is not there yet, in a folder that is yours.',
    },
    settings: {
      good: 'Settings: all of them can be read.',
      unknown: '.env sets {{name}}, which is no setting. Is it misspelt? docs/settings.md has them all.',
      exposed: 'Others on this machine may read {{file}} (mode {{mode}}). Cure: chmod 600 {{file}}',
    },
    token: {
      good: 'Token: it is that of {{name}}.',
      refused:
        'Token: Telegram refuses it. Cure: /token at @BotFather shows the one that is good; put it into BOT_TOKEN, then start the bot again.',
      unreached:
        'Telegram is not reached ({{detail}}). Cure: does this machine reach api.telegram.org on port 443? Behind a proxy set HTTPS_PROXY; another Bot API is TELEGRAM_API_ROOT.',
    },
    updates: {
      webhook: 'Updates: Telegram posts them to WEBHOOK_URL.',
      webhookElsewhere:
        'Updates: a webhook is set for this token, and this bot polls: another program has the same token. Cure: stop that one, or get a token of its own for this bot from @BotFather.',
      otherWebhook:
        'Updates: the webhook that Telegram knows is not WEBHOOK_URL. Cure: start the bot, which sets it; if it comes back, another program has the same token.',
      webhookFails:
        'Updates: Telegram could not post to WEBHOOK_URL ({{detail}}). Cure: its name, port and certificate have to be right from outside, and the proxy has to hand its path on.',
      conflict:
        'Updates: the running bot gets none, because another program polls with the same token. Cure: stop that one, or get a token of its own for this bot from @BotFather.',
    },
    clock: {
      right: 'Clock: right.',
      off: 'Clock: {{seconds}} seconds off. Laptops are refused and certificates look wrong. Cure: timedatectl set-ntp true',
    },
    store: {
      whole: 'Store {{place}}: nothing is damaged.',
      new: 'Store {{place}}: there is none yet; the first start makes it.',
      cannotMake:
        'Store {{place}}: it cannot be made, {{at}} is no folder this user may write to. Cure: give the folder to the user the bot runs as, or name another one in STORE_URL.',
      notWritable:
        'Store {{place}}: this user may not write there. Cure: give the folder and its files to the user the bot runs as (chown -R).',
    },
    redis: {
      reached: 'Store {{place}}: {{program}} answers, and it is the primary.',
      forgets:
        'Store {{place}}: Redis keeps its records in memory, and writes them to its disk now and then. A crash loses what came since. Cure: appendonly yes, appendfsync always.',
      unsaved:
        'Store {{place}}: Redis could not write to its disk the last time. Cure: make room there, and look into its log.',
      tooFew:
        'Store {{place}}: {{replicas}} replicas are connected, STORE_URL asks for {{needed}}. No unbind is permitted meanwhile. Cure: bring the replica back, or put replicas= in STORE_URL right.',
      alone:
        'Store {{place}}: it has no replica. While this server is away the bots stand still; nothing is lost. Cure: a replica and three Sentinels (docs/install.md).',
      notWaited:
        'Store {{place}}: it has replicas, and nobody waits for them (replicas=0). After a failover jobs may stay unknown that are not. Cure: replicas=1 in STORE_URL.',
      tight:
        'Store {{place}}: {{megabytes}} of {{most}} MB are used. A backup needs as much again for a moment. Cure: raise maxmemory.',
      open: 'Store {{place}}: what is said between the bot and Redis goes over the network as it is. Cure: rediss://, or a network that nobody else is in.',
    },
    bot: {
      several: 'Bots that work with this store: {{bots}}.',
      runs: 'Bot: it runs (process {{pid}} on {{host}}, since {{since}}).',
      none: 'Bot: none works with this store now. Cure: unbind-bot run',
    },
    disk: {
      room: 'Disk of {{place}}: {{megabytes}} MB free.',
      little: 'Disk of {{place}}: only {{megabytes}} MB free. Make room before the store has none.',
      full: 'Disk of {{place}}: {{megabytes}} MB free is too little. Cure: make room; nothing is lost meanwhile.',
    },
    port: {
      free: 'Port {{address}}: free, the hub can listen.',
      taken:
        'Port {{address}}: another program listens there. Cure: stop it, or take another port in HUB_LISTEN.',
      notOurs:
        'Port {{address}}: the system does not let us listen there ({{code}}). Cure: HUB_LISTEN has to name an address of this machine, and a port above 1023.',
    },
    tls: {
      good: 'Certificate: good until {{until}}.',
      soon: 'Certificate: ends on {{until}}, in {{days}} days. Cure: renew it; the bot shows the new file by itself.',
      expired: 'Certificate: ended on {{until}}. Laptops do not connect. Cure: renew it.',
      unreadable:
        'Certificate: HUB_TLS_CERT or HUB_TLS_KEY cannot be read. Cure: check path and rights. {{detail}}',
      noPem: 'Certificate: {{file}} or its key is no PEM file. Cure: take fullchain.pem and privkey.pem.',
      otherKey: 'Certificate: {{file}} is the key of another one. Cure: name both files of one certificate.',
    },
    ready: {
      yes: 'Bot: it is ready.',
      no: 'Bot: it is not ready: {{reasons}}. Cure: what is said of these here, and the log.',
      silent:
        'Bot: it does not answer at WATCH_LISTEN. Cure: is it still starting? Otherwise start it again.',
      off: 'Bot: whether it is ready cannot be asked (WATCH_LISTEN=off).',
    },
    hub: {
      reached: 'Hub: {{url}} leads to a bot.',
      another:
        'Hub: at {{url}} something else answers (status {{status}}). Cure: HUB_PUBLIC_URL has to lead to this bot, through the proxy and the router.',
      noName:
        'Hub: nobody knows the name in {{url}} ({{code}}). Cure: make its DNS entry, or put HUB_PUBLIC_URL right.',
      untrusted:
        'Hub: the certificate at {{url}} is not believed ({{code}}), and laptops will not believe it either. Cure: one for exactly this name, with its whole chain, in its time.',
      refused:
        'Hub: nothing listens at {{url}}, though the bot runs. Cure: port forwarding, firewall and proxy have to lead to HUB_LISTEN.',
      silent:
        'Hub: no answer from {{url}} ({{code}}). Cure: open its port in firewall and router; some routers do not let this machine call its own outside address.',
      notRunning:
        'Hub: {{url}} cannot be tried, because no bot runs. Cure: unbind-bot run, then doctor again.',
    },
    pack: {
      good: 'Region: {{region}}, looked at {{checkedAt}}.',
      none: 'Region: REGION_PACK is not set, so no service centre is named. Cure: REGION_PACK=ru, default, or a file of your own.',
      unusable: 'Region: {{file}} cannot be used ({{detail}}). Cure: unbind-bot data check',
      doubts: 'Region: something in {{file}} cannot be right. Cure: unbind-bot data check',
    },
    compiled: {
      used: 'Start: from what is compiled already, with the flags of node that doctor was started with (NODE_OPTIONS). What the bot itself has started from is in its log (ready, compiled).',
      absent:
        'Start: everything is compiled at each start. Cure, as whoever installs the bot: unbind-bot precompile',
      outdated:
        'Start: what is compiled does not fit this node or this version of the bot, or is damaged, and everything is compiled at each start. Cure, as whoever installs the bot: unbind-bot precompile',
      'other-flags':
        'Start: what is compiled does not fit the flags of node that doctor was started with (NODE_OPTIONS); a bot with these flags compiles everything at each start. Cure, as whoever installs the bot: unbind-bot precompile, with NODE_OPTIONS as the bot has it',
      untold:
        'Start: .env sets NODE_OPTIONS, and doctor was started without them, so it cannot tell whether what is compiled fits a bot that has them. Cure: start doctor with the same NODE_OPTIONS in front of it',
    },
    print: {
      off: 'Print on labels: not read (READ_PRINT=off).',
      there: 'Print on labels: its reader is installed.',
      missing:
        'Print on labels: its reader is not installed. Cure: npm ci without --omit=optional, or READ_PRINT=off.',
    },
    packages: {
      good: 'Packages for laptops: version {{version}}, {{systems}} systems.',
      none: 'Packages for laptops: none (AGENT_PACKAGES), so technicians need Node and the source. Cure: npm run package:agent',
    },
  },
  precompile: {
    about: 'compile once what every start would compile again, and keep it beside the program',
    fromSource: 'From its source the bot keeps nothing compiled. Build it first: npm run build',
    failed:
      'The start that is compiled from has failed ({{detail}}). The bot starts without it, a little later.',
    notWritten:
      '{{file}} was not written ({{detail}}). Run it as whoever may write there. The bot starts without it, a little later.',
    written: 'Compiled: {{file}}, {{bytes}} bytes. After an update of node or of the bot: once more.',
  },
  init: {
    about: 'ask for what the bot needs, check each answer, and write .env',
    noTerminal: 'init asks, and needs a terminal for it. Without one write .env by hand: docs/settings.md.',
    exists:
      '.env is there already and stays as it is. unbind-bot doctor looks at it; move it away to begin anew.',
    token: 'Token of the bot, from @BotFather (/newbot). It is not shown:',
    tokenShape: 'A token is digits, a colon and 35 letters: copy it whole.',
    tokenRefused: 'Telegram refuses this token. Copy it once more from @BotFather.',
    unreached:
      'Telegram is not reached ({{detail}}). Does this machine reach it? Behind a proxy set HTTPS_PROXY and begin again.',
    bot: 'This is {{name}}.',
    writeId: 'Now write /id to {{name}} in Telegram: it answers with your user id.',
    writeIdElsewhere:
      '{{name}} runs elsewhere already; that one answers /id. Stop it before you start this one.',
    admin: 'Your user id:',
    adminShape: 'A user id is a number, for example 123456789; several with commas.',
    listen:
      'Where the hub listens, host:port. 0.0.0.0:8443 for laptops in the network or behind a proxy elsewhere:',
    listenShape: 'host:port, for example 127.0.0.1:8443',
    listenTaken: 'Another program listens there. Another port:',
    listenNotOurs:
      'The system does not let us listen there ({{code}}). An address of this machine, a port above 1023:',
    url: 'Address that laptops call, https://…; empty where they are on this machine alone:',
    urlNeeded: 'Laptops on other machines need an address: HUB_LISTEN is open to them.',
    urlShape: 'https://name or https://name:port; plain http on this machine alone.',
    urlNoName: 'Nobody knows this name ({{code}}). Make its DNS entry first, or take another one.',
    cert: 'Certificate, a PEM file; empty where a proxy on this machine speaks TLS:',
    key: 'Its key, a PEM file:',
    tlsWrong: 'These do not go together, or cannot be read: {{detail}}',
    region: 'Whose service centre: ru (Russia), default (none is named), or a JSON file of your own:',
    regionWrong: 'This cannot be used: {{detail}}',
    written: 'Written: {{file}}, readable by you alone.',
    notWritten: '{{file}} was not written ({{detail}}).',
    next: 'Start the bot: {{command}}. Then write /start to {{name}}; /invite lets technicians in.',
    stopped: 'Stopped; nothing was written.',
  },
} as const;
