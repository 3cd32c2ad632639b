export const agent = {
  cli: {
    about:
      'Finds Hikvision devices on this local network and unbinds one of them from its Hik-Connect account, with its admin password.',
    command: {
      start:
        'Open the window in the browser: pair, work for the bot, or without one. What happens without a command',
      discover: 'List the devices on this network.',
      status: 'Ask one device whether it is bound to an account. Needs no password, changes nothing.',
      unbind:
        'Unbind one device from its account. One attempt, then the device itself is asked whether it worked.',
      inspect:
        'Read with the admin password what a device says of itself and of its cloud access. One attempt, changes nothing.',
      record:
        'Record what one device says, for support: discovery and status, and an unbind only if you ask for it. No secret is written.',
      pair: 'Connect this laptop to a bot, with the code the bot has shown.',
      run: 'Work for the bot until stopped. Asks for the pairing code first where this laptop is not paired yet.',
      doctor: 'Check this laptop: interfaces, ports, multicast, state folder, pairing, server.',
    },
    argument: {
      serial: 'serial number of the device, short (9 characters) or full',
      code: 'the code the bot has shown; left out, it is asked for in the terminal',
    },
    option: {
      json: 'print one JSON value to standard output',
      wait: 'search for this many milliseconds in all',
      until: 'end as soon as this device has answered',
      interface: 'search only on this interface, by name or address; may be repeated',
      confirm: 'the short serial number once more, as the confirmation',
      passwordStdin: 'read the admin password from standard input, up to the first line end',
      samePassword: 'send a password from --password-stdin even if the device has refused it last',
      afterLock: 'make one careful try after a lock of the device, known or assumed, has run out',
      directCable:
        'confirm that laptop and device hang on one cable or switch, for a device that hears only what goes to everybody',
      folder:
        'new folder for the recording; by default one in the current folder, named after device and time',
      withUnbind: 'also unbind the device, with --confirm, and record that: it really is unbound then',
      server: 'address of the bot’s server; a package from the bot knows its own',
      insecureLan: 'allow plain HTTP to a server on this network: what is said can be read along',
      bundle: 'write a file for support here: what the doctor found and the journal, no secret',
      send: 'send that file to the chat this laptop is paired with',
      prompt: 'where to ask for the password: in the terminal or on a page of this laptop',
    },
    environment: `
Environment:
  UNBIND_AGENT_HOME            folder for journal, attempts and pairing
  UNBIND_AGENT_VERIFY_SECONDS  how long to wait for "not bound" after an unbind, 5 to 600
  UNBIND_AGENT_SADP31=1        switch on the experimental protocol 3.1 for devices that offer nothing else
  UNBIND_AGENT_TEST_NETWORK    emulated devices on loopback, for tests only

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 refused before anything was sent, 4 outcome unknown`,
    help: {
      usage: 'Usage:',
      arguments: 'Arguments:',
      options: 'Options:',
      commands: 'Commands:',
      help: 'show this help',
      version: 'show the version',
      choices: 'one of: {{choices}}',
      default: '{{value}} if not given',
    },
    placeholder: {
      code: 'code',
      command: 'command',
      kind: 'kind',
      ms: 'ms',
      'name|address': 'name|address',
      options: 'options',
      path: 'path',
      serial: 'serial',
      'short serial': 'short serial',
      url: 'url',
    },
    usage: {
      serial:
        '"{{text}}" is not a serial number. The short one has 9 characters, for instance C10000011 or AC3000015: it stands on the label and in "discover".',
      missing: '{{name}} is missing. "unbind-agent <command> --help" shows what belongs there.',
      noValue: 'A value has to follow {{name}}.',
      conflict: '{{name}} and {{other}} do not go together.',
      unknownOption: 'There is no option {{name}}. "unbind-agent <command> --help" lists them.',
      unknownCommand: 'There is no command "{{name}}". "unbind-agent --help" lists them.',
      tooMany: 'There are more words than this command takes. "unbind-agent <command> --help" shows them.',
      choices: '{{name}} can be one of: {{choices}}.',
      wait: '"{{text}}" is not a time. Milliseconds from 1 to 600000 are possible.',
      interface: 'There is no interface "{{wanted}}" to search on. There are: {{exists}}.',
      noInterfaces: 'none that is up and has an IPv4 address',
      verifySeconds: 'UNBIND_AGENT_VERIFY_SECONDS has to be a number from 5 to 600.',
      testNetworkPackaged:
        'UNBIND_AGENT_TEST_NETWORK is for tests from source; this agent never uses loopback.',
      noHome:
        'The system knows no home folder of this user. Set UNBIND_AGENT_HOME to a folder in which the agent may keep what it has to remember.',
      testNetworkMalformed: 'UNBIND_AGENT_TEST_NETWORK has to look like 127.0.0.1/8:40000.',
    },
    crashed: 'The agent has stopped because of a mistake in itself: {{error}}',
  },
  discover: {
    none: 'No device has answered.',
    noneHint:
      'Is the laptop on the same network as the device, by cable if possible? Close the SADP tool, iVMS-4200 and Batch Configuration, then run "unbind-agent doctor".',
    found: 'Devices found: {{number}}',
    notSeen: '{{shortSerial}} has not answered.',
    row: {
      kind: 'Kind',
      firmware: 'Firmware',
      address: 'Address',
      mac: 'MAC',
      binding: 'Binding',
      lanUnbind: 'LAN unbind',
      cloud: 'Cloud access',
    },
    through: '{{address}} through {{interface}}',
    noSerial: 'no serial number',
    notActivated: 'Not activated: it has no password yet and nothing can be unbound.',
    otherSubnet:
      'Its address {{address}} belongs to another subnet than the laptop’s. It can still be asked and unbound from here; for its web page give the laptop a second address in that subnet.',
    conflict:
      'Somebody else answers in the name of this device. Nobody can say what is real, so it is not unbound. Connect laptop and device by one cable; from a recorder with two cables unplug one.',
    binding: {
      bound: 'bound to an account',
      'not-bound': 'not bound',
      unknown: 'not known, ask with "status"',
    },
    lanUnbind: {
      yes: 'possible',
      no: 'not offered by this firmware',
      unknown: 'not known, ask with "status"',
    },
    cloud: { on: 'switched on', off: 'switched off' },
    omitted: 'More devices answered than are listed: {{number}}.',
    dropped: 'Answers that came too fast to be looked at: {{number}}. Somebody floods this network.',
    lost: 'Datagrams this laptop was too slow for: {{number}}. Answers may be among them: search again for devices that are missing.',
    interfaces: 'Interfaces',
    used: 'searched',
    skipped: 'not searched: {{reason}}',
    reason: {
      loopback: 'this laptop itself',
      down: 'down or without an address',
      'ipv6-only': 'no IPv4 address',
      virtual: 'virtual machines of this laptop (name it with --interface to search there)',
      vpn: 'VPN or tunnel (name it with --interface to search there)',
      failed: 'could not be opened',
    },
  },
  kind: {
    camera: 'camera',
    nvr: 'network recorder (NVR)',
    dvr: 'recorder (DVR)',
    'door-station': 'door station',
    'indoor-station': 'indoor station',
    'main-station': 'main station',
    'access-control': 'access control',
    'alarm-panel': 'alarm panel',
    ezviz: 'EZVIZ device',
    unknown: 'not known',
  },
  status: {
    'can-unbind': 'Bound to an account, and it can be unbound now.',
    'not-bound': 'Not bound to any account. There is nothing to unbind: add it to your own.',
    'cloud-disabled':
      'Cloud access (Hik-Connect) is switched off on the device. Switch it on, wait until it is online, then ask again.',
    'cloud-offline':
      'Cloud access is on, but the device has not reached the cloud. Check its gateway, DNS, internet access and clock, then ask again.',
    unanswered:
      'The device does not answer this question: its firmware has no LAN unbind, or something filters it.',
    refused: 'The device has refused the question.',
    unexpected: 'The device answered with a word this agent does not know: {{word}}',
    'not-found':
      'The device was not found on this network. Check its power and cable, or run "unbind-agent discover".',
  },
  stage: {
    discovering: 'Looking for {{shortSerial}} …',
    status: 'Asking whether it is bound …',
    ledger: 'Looking how many attempts the device has left …',
    permit: 'Asking the bot for its one permission …',
    exchange: 'Exchanging keys with the device …',
    sent: 'The unbind was sent, once.',
    verifying: 'Asking the device whether it worked …',
    reading: 'Reading what the device says of itself …',
  },
  support: {
    written: 'The file for support is written: {{path}}. It holds no password, code or key.',
    unwritten: 'The file for support could not be written to {{path}} ({{code}}).',
    sent: 'The file for support is in the chat.',
    'not-taken':
      'The bot could not hand the file on: nobody who may use this laptop can get it now. Try again in a few minutes.',
    'older-bot':
      'The bot at {{server}} takes no files for support: it is older. Write the file with --bundle and send it yourself.',
  },
  news: {
    begun: {
      unbind: '{{shortSerial}} is to be unbound.',
      unbindFor: '{{who}} asks to unbind {{shortSerial}}.',
      group: '{{who}} asks to unbind {{shortSerial}}, {{number}} of {{of}}.',
      survey: '{{who}} asks for the list of devices of this network.',
      look: 'Looking which devices are on this network …',
      status: 'Asking {{shortSerial}} whether it is bound …',
      settle: 'Finding out what became of the unbind of {{shortSerial}} that was cut off …',
    },
    picture: {
      shown: 'A picture with a code is in the chat; it is answered there. Tries: {{number}}.',
      passed: 'The code of the picture was right.',
      wrong: 'The code of the picture was wrong. Tries left: {{number}}.',
      expired: 'Nobody has answered that picture in time.',
    },
    answered: {
      password: 'The password is used now, once. The result comes to the chat.',
      confirm: 'Confirmed: the password of the group is used now, once. The result comes to the chat.',
      survey: 'Allowed: the list of devices goes to the chat.',
    },
    ended: {
      found: '{{shortSerial}} is on this network.',
      looked: 'The search is over.',
      survey: 'The list of devices is on its way to the chat.',
    },
    failed: {
      cancelled: 'Cancelled in the chat. Nothing was sent.',
      expired: 'The chat asked for it too long ago. Nothing was done.',
      interrupted: 'The agent was stopped before anything was sent.',
      'group-stopped': 'Its group has stopped at this laptop. Nothing was sent.',
      'survey-refused': 'Refused: no list goes to the chat.',
      'survey-abandoned': 'Nobody has answered here: no list goes to the chat.',
      'no-terminal': 'There is nobody here who could be asked. Nothing was sent.',
    },
  },
  outcome: {
    unbound: 'Unbound. The device itself says that it is not bound any more.',
    'accepted-unconfirmed':
      'The device has accepted the unbind, but has not confirmed it yet. Ask again in a minute with "status"; for ten minutes no other unbind is sent.',
    unknown:
      'It is not known whether the unbind worked. Ask in a minute with "status"; nothing was sent a second time.',
    'not-bound': 'The device is not bound to any account. Nothing was sent: add it to your own account.',
    'wrong-password': 'Wrong password, says the device. Nothing was unbound.',
    denied:
      'The device has refused the unbind. Some firmware says so for a wrong password, some when it is busy. It counts as a possible wrong password.',
    locked: 'The device is locked.',
    'not-found':
      'The device was not found on this network. Nothing was sent. Check its power and cable, or run "unbind-agent discover".',
    refused: 'Nothing was sent.',
    attemptsLeft: 'Attempts left: {{number}}.',
    lockMinutes: 'Minutes until the lock ends: {{number}}. Restarting the device does not help.',
    lockAssumed: 'Minutes until a careful try is possible: {{number}}.',
  },
  reason: {
    'confirm-mismatch': '--confirm has to repeat the short serial number {{shortSerial}} exactly.',
    'password-empty': 'The password was empty.',
    'password-too-long':
      'The password has more than 16 bytes. The device takes 16 at most; it was not shortened.',
    'password-not-utf8':
      'The password did not come as UTF-8: the pipe has changed its letters, as Windows PowerShell does. No attempt was made. Type it at the prompt, or send it as UTF-8.',
    'password-has-control-character':
      'There is a character in the password that no keyboard types, perhaps from copying.',
    'password-unread': 'No password came over standard input in time.',
    'no-terminal': 'There is no terminal to ask for the password. Use one, or --password-stdin.',
    abandoned: 'The password prompt was left.',
    'refused-before':
      'The device has refused this password within the last day (one in a thousand others is taken for it, too). It was not sent again. If it is really meant, run the same command with --same-password.',
    'few-attempts':
      'By its own word the device has two attempts or fewer left. One more wrong password could lock it. Find the right password with the owner, then unbind another way, for instance in the Hik-Connect app.',
    'lock-assumed':
      'The device may be locked, but has not said so, or not for how long: it has refused a password, or left attempts unanswered. Be sure of the password meanwhile: then one careful try is possible.',
    'try-used':
      'The device has refused a password without saying how many attempts are left, and the one careful try after that was made. Another one could lock it, so this agent makes none. The owner’s own login leads on: he logs in to the device himself, in its web page, its menu or the Hik-Connect app, and unbinds it there.',
    'lock-running': 'By its own word the device is locked, so nothing was sent to it.',
    'after-lock':
      'A lock of the device, or the time it may have been locked for, has run out. One careful try is possible, and no second one: be sure of the password, then run the same command with --after-lock.',
    'ledger-unreadable':
      'The file with this device’s attempts cannot be read. It is in the folder "ledger" of the state folder; see what is wrong with it.',
    'journal-unwritable':
      'The journal cannot be written, so nothing dangerous is done. Is the disk full or read-only? "unbind-agent doctor" says more.',
    busy: 'Another agent on this laptop is working on this device right now.',
    'ambiguous-device':
      'More than one answer comes with this serial number and nobody can say which one is real. Where its address has just changed, start again; else connect laptop and device by one cable, and from a recorder with two cables unplug one.',
    flooded:
      'So many datagrams come here that answers are lost, and nobody can say who else has answered. Connect laptop and device by one cable or switch, then start again.',
    'slow-device':
      'The device takes more than two and a half seconds to answer. Somebody faster could answer in its place and would not be noticed, so the password was not sent. Wait until it is less busy, or restart it; connect laptop and device by one cable or switch.',
    'no-direct-cable':
      'The device hears only what goes to everybody, and anybody on this network could answer in its place and read the password. Connect laptop and device by one cable or switch and confirm it when asked, or with --direct-cable.',
    'late-answer':
      'When the unbind was out, somebody else answered in the device’s place too. He may know the admin password now. Connect laptop and device by one cable, ask with "status" how it stands, and set another admin password.',
    'no-mac':
      'The device does not say its MAC address, and without it no command reaches it. Unbind it in the Hik-Connect app on a phone in the same network, or in the recorder’s own menu.',
    'no-driver': 'The device offers no unbind protocol that this agent may use.',
    'not-activated': 'The device is not activated: it has no password yet.',
    'cloud-offline':
      'Cloud access is on, but the device has not reached the cloud. Check its gateway, DNS, internet access and clock, then start again.',
    'cloud-disabled':
      'Cloud access (Hik-Connect) is switched off on the device. Switch it on, wait until it is online, then start again.',
    unanswered: 'The device does not answer the status question: LAN unbind is not available.',
    'status-refused': 'The device has refused the status question.',
    'status-unexpected': 'The device answered the status question with a word this agent does not know.',
    'challenge-failed': 'The picture code was wrong.',
    'challenge-expired': 'The picture code was not answered in time.',
    'challenge-abandoned': 'The picture code was left.',
    'permit-refused': 'The bot has not permitted this unbind.',
    cancelled: 'It was stopped.',
    'spoofed-exchange':
      'Two different answers came to the key exchange: somebody else on this network answers in the device’s place. The password was not sent. Connect laptop and device by one cable or switch.',
    'exchange-unanswered': 'The device does not answer the key exchange. The password was not sent.',
    'exchange-refused': 'The device has refused the key exchange. The password was not sent.',
    'exchange-unreadable': 'The device’s answer to the key exchange is damaged. The password was not sent.',
    'ambiguous-digest':
      'With this password protocol 3.1 has two possible forms and nobody knows which one the device takes.',
    'unexpected-word': 'The device answered with a word this agent does not know.',
    'no-reply': 'No answer to the unbind has come.',
    'unreadable-reply': 'The device has answered, but does not say what happened.',
    'send-failed': 'The system reported an error while the unbind was being sent.',
    'not-on-this-lan':
      'The address of the device’s web server is not a private one of this laptop’s subnet, so it is not asked from here. Give the laptop an address in the device’s subnet.',
    'no-http': 'The device announces no web server: there is nothing to read. Ask with "status" instead.',
    'no-digest':
      'The device offers no login that keeps the password to itself. Switch the web authentication on its own page to digest.',
    'no-answer': 'The device’s web server does not answer, or it breaks the connection off.',
    timeout: 'The device’s web server has not answered in time.',
    'too-large': 'The answer was larger than any document of a device.',
    redirected: 'The device’s web server sends us elsewhere. We never follow.',
    'certificate-changed':
      'The device shows another certificate than before: somebody may be answering in its place. If the certificate was replaced on purpose, delete its file in the folder "certificates" of the state folder.',
    'certificates-unreadable':
      'The certificate on record for this device cannot be read or saved. It is in the folder "certificates" of the state folder; see what is wrong with it.',
    'refused-later':
      'The device has accepted the password at first and refused it later. Other programs in this network may be using up its attempts: close them before you go on.',
    'device-busy': 'The device is busy. Wait a few minutes before you go on.',
    'no-permission': 'This account may not read it. The administrator of the device is needed.',
    'device-refused': 'The device’s web server has refused the question.',
    internal: 'The agent has made a mistake in itself; standard error says more.',
    'earlier-accepted':
      'That was an earlier attempt. The device may still be working on it, so nothing was sent this time.',
    'busy-elsewhere':
      'Another laptop or tool is exchanging keys with this device right now, and it goes on with the last one only. The password was not sent. Agree on who does it, then start again.',
    'earlier-attempt': 'An earlier attempt, whose end was not known, has worked. Nothing was sent this time.',
  },
  inspect: {
    outcome: {
      read: 'Read. Nothing was changed on the device.',
      incomplete: 'Not everything could be read. Nothing was changed on the device.',
      'wrong-password': 'Wrong password, says the device. Nothing more was asked: it was one attempt.',
      locked: 'The device is locked.',
      'not-found':
        'The device was not found on this network. Check its power and cable, or run "unbind-agent discover".',
      failed: 'The device could not be read.',
      refused: 'The password was not sent.',
      unknown:
        'The password was sent, but the device has not said whether it is right. It counts as an attempt.',
    },
    offered: 'Offered were: {{schemes}}.',
    section: { device: 'The device', cloud: 'Hik-Connect', lock: 'Login lock', missing: 'Not read' },
    otherDevice:
      'Careful: this web server says it belongs to another device, or its documents do not fit together. Take everything below with doubt.',
    cloud: {
      'not-bound': 'Not bound to any account. There is nothing to unbind: add it to your own.',
      'cloud-disabled':
        'Cloud access is switched off. Switch it on, wait until the device is online, then unbind it.',
      'cloud-offline':
        'Cloud access is on, but the device is not online. Check its gateway, DNS, internet access and clock. After switching it on, two minutes may pass. Then unbind it.',
      'code-refused':
        'The cloud does not accept the device’s verification code. Set a new one on the device’s own page under platform access, wait until it is online, then unbind it.',
      bound:
        'Bound to an account. To unbind it: unbind-agent unbind {{shortSerial}} --confirm {{shortSerial}}',
      unknown:
        'This firmware does not say here whether it is bound. Ask: unbind-agent status {{shortSerial}}',
      none: 'Nothing was read about the cloud. Ask: unbind-agent status {{shortSerial}}',
    },
    row: {
      binding: 'Binding: {{value}}',
      access: 'Cloud access: {{value}}',
      connection: 'Connection to the cloud: {{value}}',
      offlineStatus: 'Why it is offline, in the device’s own word: {{value}}',
      host: 'Cloud server: {{value}}',
      attempts: 'Wrong passwords until the lock: {{value}}',
      lockMinutes: 'Length of the lock in minutes: {{value}}',
    },
    online: 'online',
    offline: 'offline',
    notSaid: 'the device does not say',
    labelCode: {
      original: 'The verification code on the label still counts.',
      changed:
        'The verification code was changed on the device: the one on the label no longer counts. The new one is on the device’s own page under platform access.',
      none: 'The device never had a verification code. Set one on its own page before adding it to an account.',
      unknown: 'Whether the verification code on the label still counts, the device does not say.',
    },
    noLock: 'This device does not lock after wrong passwords.',
    lockDefault: 'That is the firmware’s default; the setting itself was not read.',
    missing: '{{document}}: {{why}}',
    document: {
      userCheck: 'password test',
      deviceInfo: 'the device itself',
      capabilities: 'what the firmware can do',
      networkCapabilities: 'what its network part can do',
      ezviz: 'platform access',
      loginLock: 'settings of the login lock',
    },
    state: {
      'not-asked': 'not asked any more',
      unreadable: 'the answer is not the document',
      busy: 'the device is busy',
      'not-supported': 'this firmware does not have it',
      'no-permission': 'this account may not read it',
      'bad-request': 'the device did not understand the question',
      'verification-code-refused': 'the device has refused',
      'restart-needed': 'the device wants a restart first',
      other: 'the device has refused',
      'no-answer': 'no answer',
      timeout: 'no answer in time',
      'too-large': 'the answer was too large',
      redirected: 'the device sends us elsewhere',
      'certificate-changed': 'another certificate than before',
      'certificates-unreadable': 'the certificate on record cannot be read or saved',
      cancelled: 'stopped',
    },
  },
  note: {
    'no-interface': 'There is no interface to search on. Connect the cable or Wi-Fi of the device’s network.',
    'found-set-aside':
      'Found through {{name}}, which by its name leads to virtual machines or to what shares this laptop’s internet. Go on only if the device hangs there.',
    'interface-skipped':
      '{{name}} was not searched: by its name it is a VPN or belongs to virtual machines. If the device is behind it, name it: --interface {{name}}',
    notHeard:
      'The device was not heard, and this laptop could not search everywhere: what stands in the way is said above. Put that right first, then ask again.',
    'earlier-attempt': {
      unbound: 'How an earlier attempt ended was not known. The device says that it has worked.',
      'still-bound':
        'How an earlier attempt ended was not known. The device says that it is still bound: nothing was carried out.',
      unsettled: 'How an earlier attempt ended was not known, and still is not.',
    },
    'not-carried-out':
      'No answer came, and the device has said twice that it is still bound: the unbind was not carried out, and no failure is counted.',
    'password-not-ascii':
      'There are letters beyond English ones in the password. Devices normally take English letters only.',
    'foreign-reply': 'More than one answers in the name of this device, one of them from {{from}}.',
    'late-answer': 'Somebody else has answered after the unbind was sent. It is in the journal.',
    'wire-mac':
      'On the wire the device’s address belongs to another MAC than it announces: {{mac}}. Behind a repeater that is normal; on a cable somebody may have taken its address.',
    'announced-elsewhere':
      'The device answers from {{address}} but announces {{announced}} as its address. All that is sent, the password too, goes to {{address}}. If its address has just changed (DHCP), search again. Behind a router or repeater, or with two network cards, it may stay so; else somebody may answer in its name: look at the device, and connect it to the laptop by one cable.',
    'unexpected-word': 'The device’s word: {{word}}',
    'port-fallback':
      'The SADP port is taken by another program. Some devices will not be heard: close the SADP tool, iVMS-4200 and Batch Configuration.',
    'small-buffer':
      'The system grants a small receive buffer ({{bytes}} bytes): many devices at once may need longer.',
    'interface-failed': 'The interface {{name}} could not be opened: {{code}}.',
    'send-failed':
      'Nothing can be sent on {{name}}: {{code}}. Check its cable, and the firewall of this laptop.',
    'ledger-not-saved':
      'The attempts of this device could not be saved. Do not try again before the disk is in order.',
    'journal-not-saved': 'The result could not be written to the journal.',
  },
  record: {
    exists: 'There is a folder {{folder}} already, and it stays as it is. Name another one with --folder.',
    unwritable:
      'The recording cannot be written to {{folder}} ({{code}}). Nothing was sent. Name another folder with --folder: the one above it has to exist, with room on the disk and yours to write to.',
    incomplete:
      'The recording in {{folder}} is not complete ({{code}}): is the disk full? What is said here about the device is true all the same. Do not repeat an unbind for the sake of a recording.',
    written: 'Recorded in {{folder}}. Read README.txt in it, then send the whole folder to support.',
    consent:
      'No unbind was made. To make one and record it: unbind-agent record {{shortSerial}} --with-unbind --confirm {{shortSerial}}',
    title: 'Recording of device {{shortSerial}}',
    made: 'Made by unbind-agent {{agent}}, begun at {{startedAt}}.',
    cutOff: 'The agent was stopped before it could say how it ended.',
    noUnbind: 'No unbind was asked for, and none was sent.',
    part: {
      device: 'Device',
      outcome: 'How it ended',
      findings: 'Counted and timed',
      timeline: 'What passed, in seconds (-> sent, <- received)',
      hidden: 'Taken out, each byte replaced by *',
      privacy: 'What is in this folder, and what is not',
      replay: 'For developers',
    },
    finding: {
      unicast: 'Sent to the device alone: {{asked}} questions, {{answered}} of them answered.',
      mostReplies: 'Most datagrams for one question: {{number}}.',
      exchangeToUnbind: 'From the device’s key to the unbind: {{ms}} ms.',
      unbindToAnswer: 'From the unbind to the device’s answer: {{ms}} ms.',
      unbindToNotBind: 'From the unbind to "notBind": {{ms}} ms.',
      unbindToAnnounced: 'From the unbind to an announcement without binding: {{ms}} ms.',
    },
    bytes: '{{number}} bytes',
    to: {
      multicast: 'to the group',
      broadcast: 'to the whole subnet',
      device: 'to the device alone',
      elsewhere: 'to one other address',
    },
    socket: { shared: 'on the SADP port', own: 'to the agent alone' },
    unreadable: 'unreadable ({{reason}})',
    foreign: 'from somebody else, not kept',
    privacy:
      'Of this device: serial number, MAC, addresses, versions and its answers. Not of this device: password, keys, salts, names of people, and any text nobody knows to be harmless.',
    others: 'Of other devices and programs on this network: only that they sent {{number}} datagrams.',
    omitted: 'Datagrams of the device beyond the limit of a recording: {{number}}.',
    replay:
      'recording.jsonl holds the same for programs. To let the emulated device play it: npx tsx src/sandbox/device/main.ts --recording <folder> --address 127.0.1.10 (docs/field-test.md).',
  },
  doctor: {
    fine: 'Everything needed is in order.',
    notFine: 'Something needed is not in order.',
    result: { ok: 'fine', warning: 'note', failed: 'FAILED' },
    interfaces: {
      ok: 'Interfaces to search on: {{names}}',
      failed: 'There is no interface to search on. Connect the cable or Wi-Fi of the device’s network.',
      skipped: 'Not searched: {{name}} ({{reason}})',
    },
    port: {
      free: 'The SADP port {{port}} is free.',
      shared:
        'Another program is on the SADP port {{port}}. Devices are found all the same, but if one is missing close the SADP tool, iVMS-4200 and Batch Configuration.',
      taken:
        'Another program keeps the SADP port {{port}} for itself. Close the SADP tool, iVMS-4200 and Batch Configuration.',
    },
    multicast: {
      ok: 'Multicast goes out and comes back on {{name}}. Devices that answered: {{number}}.',
      'send-failed':
        'Nothing can be sent by multicast on {{name}}: {{code}}. Check its cable, and the firewall of this laptop.',
      'not-permitted':
        'macOS does not let this program into the local network on {{name}} ({{code}}). Open System Settings, Privacy & Security, Local Network, and switch on your terminal.',
      'not-heard':
        'Multicast sent on {{name}} does not come back: the firewall blocks it. Devices that answered: {{number}}.',
      'not-tested':
        'Multicast on {{name}} cannot be tested while another program keeps the port. Devices that answered: {{number}}.',
    },
    subnets: {
      strict:
        'Replies of devices with an address of another subnet are dropped by the kernel on {{name}} (strict reverse path filter). This command lets them in:',
      'no-route':
        'Replies of devices with an address of another subnet are dropped by the kernel on {{name}}: this laptop has no default route (reverse path filter). This command lets them in:',
    },
    buffer: {
      ok: 'The receive buffer is large enough.',
      small: 'The receive buffer has only {{bytes}} bytes; many devices at once may need longer.',
    },
    home: {
      ok: 'The state folder can be written: {{path}}',
      failed: 'The state folder cannot be written: {{path}} ({{code}})',
    },
    crypto: {
      ok: 'The key exchange of protocol 3.0 works here.',
      failed: 'This Node makes no 1024-bit keys (a FIPS build?): protocol 3.0 is not available.',
    },
    pairing: {
      paired: 'Paired with {{server}}',
      'not-paired': 'Not paired with a bot. Only "run" needs that.',
      damaged: 'The pairing file is damaged. Pair again: unbind-agent pair <code> --server <address>',
    },
    server: {
      ok: 'The server answers.',
      name: 'Here the name {{name}} leads to {{addresses}}. If it is another address elsewhere, the DNS of this network does not tell the truth.',
      portal:
        'This network wants a sign-in first: {{portal}} answered in place of {{server}}. Open http://{{name}} in the browser, sign in, then run "unbind-agent doctor" again.',
      'clock-behind':
        'The laptop’s clock is {{by}} (hours:minutes:seconds) behind the server’s. Set it: certificates and requests may be refused.',
      'clock-ahead':
        'The laptop’s clock is {{by}} (hours:minutes:seconds) ahead of the server’s. Set it: certificates and requests may be refused.',
    },
    rules: {
      blocked:
        'A rule of the Windows firewall keeps answers of devices from this program. Windows makes it by itself where its question was not answered with yes.',
      partly:
        'On networks of some kinds (public or private, as Windows calls them) a rule of the Windows firewall keeps answers of devices from this program. Windows makes it by itself where its question was not answered with yes.',
      none: 'No rule of the Windows firewall lets answers of devices in for this program: where that firewall is on, they stay out.',
      allowed: 'A rule of the Windows firewall lets answers of devices in.',
    },
    firewall: {
      about: 'If devices are missing, let the firewall pass UDP {{port}}:',
    },
  },
  /** The window: the agent's own page in the browser (docs/decisions/0063). */
  window: {
    title: 'Unbind on this laptop',
    opening: 'Unbind: opening the window',
    open: 'Open the window',
    outside: {
      entered: 'The window opens by itself.',
      'key-used':
        'This page has let a browser in already, or is too old. Open the start file again: it opens the window.',
      'no-key': 'This browser was not let in. Open the start file again: it opens the window.',
      elsewhere: 'Another page has led here, so nothing is shown.',
    },
    ready: 'The window of this agent is at {{address}}',
    file: 'If no browser opens by itself, open this file in yours, or start the agent again:',
    other: 'The agent runs already: its window is opened.',
    terminal:
      'The agent runs already, in a terminal (process {{pid}}). Go on there, or stop it there and start again. If there is no such terminal, restart the laptop.',
    silent:
      'The agent runs already (process {{pid}}), but does not answer. Wait a minute and start again; if that does not help, restart the laptop.',
    unserved: 'The window cannot be shown ({{code}}). Work in the terminal: `unbind-agent run`.',
  },
  prompt: {
    language: 'en',
    title: {
      unbind: 'Unbind this device from its Hik-Connect account?',
      inspect: 'Read what this device says of itself? Nothing is changed.',
    },
    row: {
      group: 'Device',
      model: 'Model',
      serial: 'Serial number',
      fullSerial: 'Full serial number',
      address: 'Address',
      announcedAddress: 'Announced address',
      mac: 'MAC',
      wireMac: 'MAC on the wire',
      method: 'Method',
      technician: 'Asked for by',
      attempts: 'Attempts left',
    },
    method: {
      'sadp-3.0': 'SADP through this laptop (3.0)',
      'sadp-3.1': 'SADP through this laptop (3.1, experimental)',
    },
    attempts_one: '{{count}} attempt',
    attempts_other: '{{count}} attempts',
    attemptsAssumed_one: 'at least {{count}} attempt (the device said more, then left attempts unanswered)',
    attemptsAssumed_other:
      'at least {{count}} attempts (the device said more, then left attempts unanswered)',
    attemptsUnknown: 'the device has not said',
    which:
      'Needed is the admin password of the device itself: not the verification code from its label and not the password of the app account.',
    cost: 'One attempt is made. Wrong passwords can lock the device for about 30 minutes.',
    wireMac: '{{mac}}, not the one it announces: normal behind a repeater, a bad sign on a cable',
    risk: {
      unbind:
        'Whoever on this network can silence the device or take its address (ARP) can get this password. If you do not trust everybody here, cancel and first put laptop and device on one switch or router with nothing else on it; the device needs the internet there, too.',
      inspect:
        'Whoever on this network can silence the device or take its address (ARP) gets something to try passwords against. If you do not trust everybody here, cancel and connect laptop and device by one cable or switch first.',
    },
    cable: {
      why: 'This device hears only what goes to everybody, so anybody on this network could answer in its place and read the password.',
      question: 'Do laptop and device hang on one cable, or on one switch or router with nothing else on it?',
      confirmed: 'Laptop and device hang on one cable, or on one switch or router with nothing else on it.',
    },
    group: {
      place: '{{number}} of {{of}}',
      kept: 'The technician says that all devices of this group have this password. This laptop keeps it in its memory for them, each confirmed here with one key, and forgets it after the last one, when anything goes wrong, and after ten minutes without a key.',
      refused:
        'It seems the password of the group is the one this device has refused a short while ago. Type the password of this very device: it is used for this device alone.',
      held: 'The password typed for this group is used, once. Nothing is typed now.',
      risk: 'Whoever can stand in for this device on the network gets the password of the whole group: no, if you do not trust everybody here.',
      keys: 'Space bar: unbind this device. Esc: no.',
      taken:
        'Confirmed: the password of the group is used, once for this device. The result comes to the chat. This page can be closed.',
    },
    survey: {
      title: 'Send the list of devices of this network to the chat?',
      what: 'The chat would get model, serial number, address and binding of every device that answers here. Nothing is changed or unbound by that.',
      whose: 'Allow it only if you know who asks and why. It holds for this visit, twelve hours at most.',
      keys: 'Space bar: allow. Esc: refuse.',
      button: 'Allow',
      refuse: 'Refuse',
      taken: 'Allowed: the list goes to the chat. This page can be closed.',
      refused: 'Refused: no list was sent. This page can be closed.',
    },
    otherKey: 'That key means nothing here, and nothing was sent. Press Enter, then the space bar or Esc.',
    yesNo: '(type "yes" and Enter; only Enter means no)',
    question: 'Admin password of the device',
    unseen: 'what you type is not shown',
    complaint: {
      empty: 'Nothing was typed. Type the admin password of the device.',
      'too-long':
        'The device takes at most 16 bytes, this is longer. It was not shortened and no attempt was made. Type it again.',
      'control-characters':
        'There is a character in it that no keyboard types, perhaps from copying. No attempt was made. Type it again.',
      'no-cable':
        'Confirm that laptop and device hang on one cable or switch, then type the password again. No attempt was made.',
      'cable-unconfirmed': 'Confirm that laptop and device hang on one cable or switch. No attempt was made.',
      'not-ascii':
        'There are letters beyond English ones in it: check the keyboard layout. No attempt was made. Type it again; if it really is so, it will be used as typed.',
    },
    refusedBefore:
      'It seems the device has refused this password a short while ago (one in a thousand others looks like it). A wrong one costs an attempt.',
    meantAsk: 'Type "yes" to send it all the same, or only Enter to type another one:',
    yes: 'yes',
    button: {
      unbind: 'Unbind',
      inspect: 'Read',
      cancel: 'Cancel',
      meant: 'Send it all the same',
      another: 'Type another one',
    },
    end: {
      taken: {
        unbind:
          'The password was taken and is used once. The result comes to where you began, the chat or the terminal. This page can be closed.',
        inspect:
          'The password was taken and is used for this reading alone. The result comes to the terminal. This page can be closed.',
      },
      cancelled: 'Cancelled: nothing was sent to the device. This page can be closed.',
      timeout: 'Too late: nobody answered in time, so this question is over. Nothing was sent.',
      stopped: 'This question is over: it was stopped in the chat or from outside. Nothing was sent.',
      forgotten:
        'Ten minutes without a key pressed here: the password of the group is forgotten. It is asked for anew.',
      left: 'You have left this question (Esc). Nothing was sent.',
    },
    unused: 'What you have just typed was not used and nothing of it is shown.',
    enter: 'Whatever you type now is dropped. Press Enter alone to go on.',
    next: 'Another question waits. Press Enter alone, then it is shown.',
    open: 'To answer, open this page on this laptop:',
  },
  link: {
    address: {
      'not-an-address': 'This is no server address. Copy it from the bot’s message; it begins with https://',
      'plain-http':
        'Plain http:// is only for a server on this same computer: anybody in between could read and change what is sent. Use the https:// address, or, for a test inside your own network, add --insecure-lan.',
      'has-credentials': 'The address must not contain a user name or password.',
    },
    pair: {
      ask: 'The code the bot has shown',
      'not-a-code':
        'This is no pairing code. It has ten letters, for instance BCDFG-HJKLM; ask the bot for one.',
      insecure:
        'Warning: the connection to this server is not encrypted. Anybody on the network can read what is sent. What is changed on the way is noticed.',
      again:
        'This laptop is paired with {{server}} already. That stays so until the new pairing is confirmed.',
      number: 'Type this number in the chat, once: {{number}}',
      'other-key':
        'The server showed another key than the one it had bound itself to. Somebody may sit between this laptop and the server: nothing was paired. Use another network, ask the bot for a new code and pair again.',
      spent: 'This try has used the code up. Ask the bot for a new one: /pair',
      agree:
        'The server says: paired. Does the chat say that this laptop is paired, too? If it says anything else, somebody sits in between. yes/no:',
      'not-agreed':
        'Nothing was kept. If the chat does say that this laptop is paired, remove it there (/agents); then ask the bot for a new code and pair again.',
      'other-hub':
        'The server shows another key than the one this package was made for: it is not the operator’s, or it was set up anew since. Nothing was paired. Get the package again from the bot; if that does not help, tell the operator.',
      first: 'This laptop is not paired yet. Ask the bot for a code: /pair',
      done: 'Paired.',
      next: 'Now start the agent with: unbind-agent run',
      'refused-in-chat':
        'This laptop was refused in the chat, or another number was typed there. Ask the bot for a new code and pair again. If it happens once more, somebody may sit in between: use another network.',
      expired:
        'The number was not typed in the chat in time, or a newer code was asked for. Ask the bot for a new code and pair again.',
    },
    package:
      'The file unbind-agent.json beside the program cannot be read: nobody can say whose package this is. Unpack it anew, or name the server with --server.',
    key: {
      waiting:
        'This laptop asks for a new key, {{mark}}. The bot shows the same sign in the chat: compare, and press Yes there. Until then all goes on with the old one.',
      refused:
        'The chat has refused the new key {{mark}}; the old one goes on. If that was not you, look at /agents in the chat.',
    },
    run: {
      whose: 'Bot: @{{bot}}. This laptop is “{{laptop}}” there, for: {{owners}}',
      newer: 'There is a newer agent, {{version}}. Get it when it suits you: {{address}}',
      connected: 'Connected. Waiting for work from the chat; stop with Ctrl+C.',
      forgotten: 'The password of the group is forgotten. Should it be needed again, it is asked for.',
      'not-paired':
        'This laptop is not paired with a bot yet. Ask the bot for a code, then: unbind-agent pair',
      damaged: 'The pairing of this laptop cannot be read. Ask the bot for a code and pair again.',
    },
    unwritable:
      'The state folder cannot be used ({{code}}). Make room or permit writing there; without it nothing is carried out.',
    failure: {
      dns: 'The name in {{server}} does not exist. Check the address; if it is right, this network’s DNS does not know it.',
      'dns-silent':
        'The name in {{server}} cannot be looked up: no DNS server answers. Check this laptop’s internet connection.',
      refused: '{{server}} refuses connections: the server is switched off, or the address or port is wrong.',
      unreachable:
        '{{server}} cannot be reached: this laptop seems to have no network. Check the cable or Wi-Fi.',
      reset: 'The connection to {{server}} broke off. A firewall may be in the way.',
      timeout: '{{server}} does not answer in time. Check the internet connection, a firewall or the proxy.',
      tls: '{{server}} does not speak TLS: the port is wrong, or something in the network stands in between. Nothing was sent.',
      'certificate-time':
        'The certificate of {{server}} has expired or is not valid yet. Check date and time of this laptop first; else tell the operator of the bot.',
      'certificate-name':
        'The certificate shown for {{server}} belongs to another name: a wrong address, or somebody else answers. Open any website in the browser: perhaps this network wants a sign-in first. Nothing was sent.',
      'certificate-untrusted':
        'Nobody this laptop trusts vouches for the certificate of {{server}}: an antivirus or a proxy listens in, or the operator made the certificate. A certificate you trust can be named in NODE_EXTRA_CA_CERTS. Nothing was sent.',
      proxy: 'The proxy does not let this laptop through to {{server}}. Check HTTPS_PROXY and NO_PROXY.',
      'proxy-unreachable':
        'The proxy for {{server}} cannot be reached. Check its address in HTTPS_PROXY, or remove it if this network has no proxy.',
      'not-our-server':
        'Somebody else answered in place of {{server}}. Open any website in the browser: perhaps this network wants a sign-in first. Else check the address, and update the agent.',
      gateway: 'The server behind {{server}} is away for the moment.',
      aborted: 'The question to {{server}} was stopped before an answer came.',
      'too-large':
        'An answer or request was larger than agreed. Update the agent; else tell the operator of the bot.',
      'bad-request':
        'The server does not understand this agent. Update the agent; else tell the operator of the bot.',
      'bad-signature':
        'The server does not accept the signature of this laptop. Ask the bot for a code and pair again.',
      'unknown-agent':
        'The server does not know this laptop any more. Ask the bot for a code and pair again.',
      'clock-skew': 'The clock of this laptop is wrong and could not be adjusted for. Set date and time.',
      'replayed-nonce': 'The server has seen this request before. It is made again.',
      superseded:
        'Another agent process with this pairing has taken over; this one stops. If that was not you, revoke this agent in the chat.',
      'code-unknown':
        'The server does not know this code: mistyped, used already or older than 10 minutes. Check it, or ask the bot for a new one.',
      'not-confirmed': 'The pairing was never confirmed in the chat. Ask the bot for a code and pair again.',
      revoked:
        'This agent was revoked in the chat. Its key was deleted from this laptop; to use it again, ask the bot for a code and pair again.',
      'version-unsupported':
        'The server needs a newer agent. Update unbind-agent, then start it again. If it is the newest, the bot is older: its operator has to update it.',
      'too-many-requests': 'The server asks for a pause. Wait a few minutes, then try again.',
      internal: 'The server has an internal fault. The operator of the bot finds the cause in its log.',
      'store-unavailable': 'The server cannot reach its store for the moment.',
    },
  },
} as const;
