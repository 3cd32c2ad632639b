/** Texts of the agent's window. The same keys in every language. */
export const window = {
  language: 'en',
  name: 'Unbind · laptop',
  switch: { en: 'English', ru: 'Русский' },
  laptop: 'Laptop “{{name}}”',
  whose: '@{{bot}}, for {{owners}}',
  version: 'Version {{version}}',
  /** What stands over the page, in the title, and is said aloud when it changes. */
  head: {
    code: 'Type the code from the chat',
    opening: 'Asking the bot …',
    number: 'Type this number in the chat',
    confirmed: 'Does the chat say “paired”?',
    pairFailed: 'Not paired',
    connecting: 'Connecting …',
    ready: 'Ready: waiting for the chat',
    away: 'No connection to the bot',
    ended: 'Disconnected from the bot',
    asks: {
      password: 'The admin password is needed',
      meant: 'Is this password really meant?',
      consent: 'A yes or a no is needed',
    },
    work: {
      discover: 'Looking for {{device}} …',
      search: 'Looking for devices …',
      survey: 'Listing the devices for the chat …',
      status: 'Asking {{device}} whether it is bound …',
      unbind: 'Unbinding {{device}} …',
      settles: 'Finding out how {{device}} stands …',
    },
    done: {
      unbound: '{{device}}: unbound',
      'not-bound': '{{device}}: not bound, nothing to do',
      open: '{{device}}: not known yet',
      failed: '{{device}}: not unbound',
      searched: 'Search done',
      notFound: '{{device}}: not found',
      status: '{{device}}: answered',
      stopped: 'Stopped: nothing was sent',
    },
    stopping: 'Stopping …',
    stopped: 'The agent has stopped',
  },
  line: {
    unpaired: 'Without a bot',
    connecting: 'Connecting to {{server}}',
    connected: 'Connected to {{server}}',
    away: 'Away from {{server}}',
    ended: 'Not connected',
  },
  pair: {
    how: 'In Telegram write /pair to your bot. It answers with ten letters.',
    code: 'Code from the chat',
    server: 'Address of the bot’s server',
    serverHint: 'It stands in the bot’s message and begins with https://',
    button: 'Go on',
    opening: 'A few seconds.',
    number:
      'Write these six digits to the bot, once. Only whoever sees this screen can know them: so nobody else can slip in a laptop of his own.',
    goesOn: 'This page goes on by itself.',
    confirmed: 'The server says: paired. Look at the chat: it has to say that of this laptop, too.',
    confirmedElse: 'If it says anything else, somebody sits in between.',
    yes: 'Yes, it says paired',
    no: 'No, something else',
    alone: 'No bot? This laptop can work alone: below, among the devices.',
    refused:
      'Refused in the chat, or another number was typed there. Write /pair once more for a new code. If it happens again, somebody may sit in between: use another network.',
    cancel: 'Cancel',
  },
  ready: {
    next: 'Go on in Telegram: send the photo of the label. What is asked of you here appears by itself.',
    keep: 'Leave this page open. If it was closed: the start file opens it again, and the job waits.',
    away: 'It is tried again by itself, over and over. What is at work here goes on.',
  },
  ended: {
    next: 'To work for a bot again, type a new code: write /pair to it.',
  },
  step: {
    list: 'Step by step',
    find: 'Find the device on this network',
    ask: 'Ask it whether it is bound',
    picture: 'Picture code, in the chat',
    password: 'Admin password, on this laptop',
    confirm: 'One press, on this laptop',
    send: 'Send the unbind, once',
    check: 'Ask the device whether it worked',
    state: { done: 'done', now: 'now', next: 'later', failed: 'stopped here' },
  },
  want: {
    picture: 'Look at the chat: type the letters of the picture there.',
    pictureWrong_one:
      'That was not what the picture says. Another picture is in the chat; {{count}} try left.',
    pictureWrong_other:
      'That was not what the picture says. Another picture is in the chat; {{count}} tries left.',
    pictureExpired: 'The picture is too old. Look at the chat.',
    sent: 'The one request is out. Leave cable and power as they are.',
    by: 'Asked for by {{name}}',
    place: 'Device {{number}} of {{of}}',
    chat: 'Asked for in the chat',
    local: 'Asked for on this laptop',
    cancel: 'Stop this',
  },
  question: {
    show: 'Show while pressed',
    kept: 'It goes from here to the device alone: not to the chat, not to the bot, not onto the disk.',
  },
  outcome: {
    chat: 'Go on in Telegram: it says what comes next.',
    own: 'Now add it to your own account.',
    again: 'Ask again',
    careful: 'One careful try',
    at: 'at {{time}}',
    failed: {
      expired: 'The chat asked for it too long ago, so it was not begun. Ask once more there.',
      interrupted: 'The agent was stopped in the middle; nothing was sent.',
      'group-stopped': 'This run of the group was stopped, so nothing more of it is begun here.',
      'survey-refused': 'You refused: no list was sent.',
      'survey-abandoned': 'Nobody has answered: no list was sent.',
    },
  },
  notice: {
    timeout: 'Too late: nobody answered in time, so the question is over. Nothing was sent.',
    stopped: 'The question is over: it was stopped in the chat, or from outside. Nothing was sent.',
    forgotten:
      'The password of the group is forgotten, as after every ten minutes without a press. It is asked for anew.',
    cancelled: 'Cancelled: nothing was sent to the device.',
    unpaired:
      'This laptop has forgotten its bot. In the chat it still stands under /agents: remove it there, too.',
  },
  complaint: {
    'not-a-serial':
      'That is no serial number. The short one has 9 characters, for instance J50000062: it stands on the label.',
    'confirm-mismatch': 'The serial number was not repeated exactly. Nothing was begun.',
    'not-sure': 'Tick the box first.',
    busy: 'Something else is still going on. Wait for its end, or stop it.',
  },
  alert: {
    unwritable:
      'Nothing is carried out: the folder of this program cannot be used ({{code}}). Make room on the disk, then try again.',
    newer: 'There is a newer version, {{version}}. This one goes on; get the new one when the job is done.',
    temporary:
      'This program was started out of the archive: the system deletes it when it likes. Stop it, unpack the whole archive into a folder of yours, start it there.',
    gone: 'The agent does not answer any more: it was closed, or the laptop slept. Open the start file again: it opens a new page. A job from the chat waits.',
  },
  devices: {
    title: 'Devices',
    search: 'Look for devices',
    again: 'Look again',
    looking: 'Looking, some seconds …',
    never: 'Nobody has looked yet.',
    found_one: '{{count}} device',
    found_other: '{{count}} devices',
    at: 'seen at {{time}}',
    askStatus: 'Bound?',
    unbind: 'Unbind',
    unbindOf: 'Unbind {{device}}',
    statusOf: 'Ask whether {{device}} is bound',
    inChat: 'To unbind one, send its label in the chat.',
    other: 'A device that is not listed',
    serial: 'Serial number',
    serialHint: '9 characters, on the label',
    binding: { bound: 'bound', 'not-bound': 'not bound', unknown: 'not known' },
    lanUnbind: 'LAN unbind not offered by this firmware',
    otherSubnet: 'Another subnet, {{address}}: it can still be asked and unbound from here.',
    cards: 'Network cards of this laptop',
    card: { used: 'searched', skipped: 'not searched: {{reason}}' },
    reason: {
      loopback: 'this laptop itself',
      down: 'off, or without an address',
      'ipv6-only': 'no IPv4 address',
      virtual: 'virtual machines of this laptop; looked at only where nothing else answers',
      vpn: 'VPN or tunnel: switch it off if the device should be behind the cable',
      failed: 'could not be opened',
    },
    none: {
      checking: 'Nobody has answered. Checking whether this laptop could hear them at all …',
      'no-interface': 'This laptop has no network to look on.',
      'not-permitted': 'macOS keeps this program out of the local network.',
      blocked: 'Blocked by the firewall: this laptop cannot hear any device, whoever is there.',
      'cannot-send': 'Nothing can be sent: the firewall of this laptop or its cable is in the way.',
      'port-taken': 'Another program keeps the port of SADP for itself, and hears the devices in its place.',
      silent: 'No answer has come.',
    },
    next: {
      'no-interface': 'Plug in the cable, or join the Wi-Fi of the device’s network. Then look again.',
      'not-permitted':
        'Allow it in the system settings, see below; no administrator is needed for that. Then stop and start this program.',
      blocked: 'This is no matter of the device. What helps, with and without an administrator:',
      'cannot-send': 'Pull the cable out and in. If that does not help, it is the firewall:',
      'port-taken': 'Close the SADP tool, iVMS-4200 and Batch Configuration. Then look again.',
      silent:
        'Is the laptop on the same network as the device, by cable if possible? Has the device power? Is another program of Hikvision open?',
      silentWindows:
        'On Windows a firewall may keep the answers out without a word. Does another laptop, or the SADP tool here, see the device? Then it is that:',
    },
  },
  cure: {
    admin: 'With an administrator, in a terminal of his:',
    none: 'Without an administrator there is no cure on this laptop.',
    app: 'Go on without it: on a phone in the same network the Hik-Connect app unbinds with the same admin password. Send the label in the chat and say that the laptop sees nothing: it leads you through the app.',
    appAlone:
      'Go on without it: on a phone in the same network the Hik-Connect app unbinds with the same admin password.',
    other: 'Or another laptop, whose owner may change its firewall.',
    home: 'Make room on the disk. On a laptop of your firm the folder may be closed to you: ask for one that is yours.',
    direct:
      'Without an administrator: give the laptop an address in the device’s subnet, if you may; else use a phone in the same network.',
    devices: 'With a few devices nothing is lost. On a large site look twice.',
    bundle: 'None that anybody here can make. Send the bundle for support.',
    pairing: 'Ask the bot for a code, /pair, and type it above.',
  },
  check: {
    title: 'Is something in the way?',
    button: 'Check this laptop',
    again: 'Check again',
    running: 'Checking, some seconds …',
    fine: 'Everything needed is in order.',
    notFine: 'Something needed is not in order:',
    rest: 'What is in order',
    result: { ok: 'fine', warning: 'note', failed: 'not in order' },
    bundle: 'File for support',
    send: 'Send it to the chat',
    sending: 'Sending it to the chat …',
    bundleWhat: 'What this laptop says of itself and the network. No passwords, no codes, no keys.',
    known: 'What systems do, and the cure',
  },
  /** As systems really are: what is seen, and what helps without an administrator. */
  system: {
    zip: {
      title: 'Windows: double-click inside the archive',
      seen: 'A window comes and goes, or says that a file is missing: Windows has unpacked the start file alone.',
      cure: 'Close the archive. Right-click on it, “Extract All”, then double-click the start file in the new folder. No administrator is needed.',
    },
    smartscreen: {
      title: 'Windows: a blue window at the start',
      seen: 'Windows says it does not know the start file, and shows one button that does not start it.',
      cure: '“More info”, then “Run anyway”. No administrator is needed. Where the second one is missing, your firm forbids it: no cure on this laptop, use another one, or the app on a phone.',
    },
    firewall: {
      title: 'Windows: the firewall asks, and you may not answer',
      seen: 'Windows asks whether the program may use networks, and wants an administrator. Or it asks nothing. Either way this laptop hears no answers of devices.',
      cure: 'Only an administrator can allow it. Without one there is no cure on this laptop: use another one, or the app on a phone in the same network.',
    },
    quarantine: {
      title: 'macOS: the start file is not opened, or nothing happens',
      seen: 'macOS says that the start file comes from the internet, or that its developer is not known.',
      cure: 'System settings, “Privacy & Security”, further down “Open Anyway”. Where your account may not do that, there is no cure on this Mac: use another laptop, or the app on a phone.',
    },
    localNetwork: {
      title: 'macOS: the local network',
      seen: 'macOS asks whether the program may look for devices on the local network. With a no, nothing can be sent.',
      cure: 'Allow it. If it was refused: system settings, “Privacy & Security”, “Local Network”, switch the terminal on, start this program again. No administrator is needed.',
    },
    executable: {
      title: 'Linux: the start file opens as text',
      seen: 'The file manager shows the start file instead of starting it.',
      cure: 'Right-click on it, properties, allow it to be run as a program; or open a terminal in the folder and start it there. No administrator is needed.',
    },
  },
  history: {
    title: 'What this laptop has done',
    none: 'Nothing yet.',
    earlier: 'Earlier',
    unreadable: 'The journal cannot be read.',
    by: 'for {{name}}',
    here: 'from this laptop',
    reading: 'read only',
    end: {
      unbound: 'unbound, confirmed by the device',
      'accepted-unconfirmed': 'accepted, not confirmed yet',
      unknown: 'not known whether it worked',
      'not-bound': 'was not bound',
      'wrong-password': 'wrong password',
      denied: 'the device refused',
      locked: 'the device was locked',
      'not-found': 'not found',
      refused: 'nothing was sent',
      'not-carried-out': 'not carried out: it is still bound',
      read: 'read',
      incomplete: 'read in part',
      failed: 'could not be read',
      unsent: 'not finished; nothing was sent',
      open: 'sent; how it ended is not known',
    },
  },
  foot: {
    title: 'This program',
    stop: 'Stop',
    stopWhat: 'Ends the agent. A job from the chat waits until it is started again.',
    unpair: 'Unpair',
    unpairWhat: 'This laptop forgets its bot, and works for it no more.',
    sure: 'Yes, forget it',
  },
  key: {
    waiting:
      'This laptop asks for a new key, {{mark}}. The chat shows the same sign: compare, and press Yes there. Until then all goes on.',
    refused:
      'The chat has refused the new key {{mark}}; the old one goes on. If that was not you, look at /agents.',
  },
  over: {
    stopping: 'What is at work comes to its end first; nothing dangerous is begun.',
    stopped: 'This page can be closed. The start file opens a new one.',
  },
  /** What the agent says elsewhere with words of its command line, said for somebody who has none. */
  instead: {
    status: {
      'not-found': 'The device was not found on this network. Check its power and cable, then look again.',
    },
    outcome: {
      'accepted-unconfirmed':
        'The device has accepted the unbind, but has not confirmed it yet. Ask again in a minute; for ten minutes no other unbind is sent.',
      unknown:
        'It is not known whether the unbind worked. Ask again in a minute; nothing was sent a second time.',
      'not-found':
        'The device was not found on this network. Nothing was sent. Check its power and cable, then look again.',
    },
    reason: {
      'confirm-mismatch': 'The serial number was not repeated exactly.',
      'no-terminal': 'There was nobody to ask for the password.',
      'refused-before':
        'The device has refused this password within the last day (one in a thousand others is taken for it, too). It was not sent again.',
      'after-lock':
        'A lock of the device, or the time it may have been locked for, has run out. One careful try is possible, and no second one: be sure of the password first.',
      'journal-unwritable':
        'The journal cannot be written, so nothing dangerous is done. Is the disk full or read-only? Check this laptop below.',
      'no-direct-cable':
        'The device hears only what goes to everybody, and anybody on this network could answer in its place and read the password. Connect laptop and device by one cable or switch and confirm it when asked.',
      'late-answer':
        'When the unbind was out, somebody else answered in the device’s place too. He may know the admin password now. Connect laptop and device by one cable, ask how it stands, and set another admin password.',
      'password-not-utf8': 'The password did not arrive as it was typed. No attempt was made. Type it again.',
      internal: 'The program has made a mistake in itself. Send the file for support.',
    },
    note: {
      'interface-skipped':
        '{{name}} was not searched: by its name it is a VPN or belongs to virtual machines. If a VPN is on, switch it off.',
      notHeard:
        'The device was not heard, and this laptop could not search everywhere. Put that right first, then look again.',
    },
    doctor: {
      interfaces: { skipped: 'Not searched: {{name}}' },
      pairing: {
        'not-paired': 'Not paired with a bot.',
        damaged: 'The pairing of this laptop cannot be read. Ask the bot for a code, /pair.',
      },
      server: {
        portal:
          'This network wants a sign-in first: {{portal}} answered in place of {{server}}. Open http://{{name}} in another tab and sign in there.',
      },
    },
    support: {
      'older-bot':
        'The bot at {{server}} takes no files for support: it is older. Save the file here and send it yourself.',
    },
    link: {
      address: {
        'plain-http':
          'Plain http:// is only for a server on this same computer: anybody in between could read and change what is sent. Use the https:// address.',
      },
      failure: {
        'version-unsupported':
          'The server needs a newer version of this program. Get it where you got this one; if it is the newest, the operator has to update the bot.',
      },
    },
  },
} as const;
