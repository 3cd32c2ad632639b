/**
 * What the bot says in the chat. HTML of Telegram (`<b>`, `<i>`, `<code>`, `<pre>`); values are escaped by the caller.
 * Button labels (`button.*` and `*.done`) have at most 24 characters.
 */
export const bot = {
  button: {
    back: '← Back',
    cancel: '✖ Cancel',
    again: 'Try again',
    otherWays: 'Other ways',
  },
  caseCard: {
    device: '<b>{{model}}</b> · case {{case}}\nSerial number <code>{{serial}}</code>',
    station: {
      label: 'label',
      way: 'way',
      unbind: 'unbind',
      verified: 'verified',
      byHand: 'by hand',
      check: 'check',
      letter: 'letter',
      answer: 'answer',
    },
    moved: '↓ This case goes on below.',
    more: '… There was more, and no room for it here.',
  },
  help: {
    idle: 'Send me a photo of the device label, or type its serial number. /help tells the rest.',
    staleButton: 'This button is from an earlier step. Use the last message.',
    wrongFile: 'I read only photos. Send the label as a photo (JPEG or PNG), or type the serial number.',
    unclear: 'I do not understand that here.',
    use: 'I can use {{things}}, or a button: {{labels}}.',
    press: 'Press a button, or type its words: {{labels}}.',
    pressHere: 'Press a button, nothing is typed here: {{labels}}.',
    onlyPressed: 'Press “{{label}}” itself: this one I do not take typed.',
    miscounted_one:
      'You typed {{count}} character where a short serial number has 9. Compare it with the S/N line.',
    miscounted_other:
      'You typed {{count}} characters where a short serial number has 9. Compare it with the S/N line.',
    quoted: '“{{words}}”',
    answer: { yes: 'yes', no: 'no', 'dont-know': 'I don’t know', done: 'done', again: 'again' },
    thing: {
      'label-photo': 'a photo of the label',
      'screen-photo': 'a photo of the screen',
      'answer-photo': 'a photo',
      serial: 'a serial number such as <code>J50000062</code>',
      facts: 'what you know of the device, such as “recorder, 4.30.085, was in EZVIZ”',
      firmware: 'a firmware such as <code>3.4.98</code>',
      screen: 'the words or the number on the screen',
      note: 'a text',
      contact: 'your name and phone',
      filter: 'a piece of a model, address or serial number',
      site: 'the name of the site',
      picture: 'the characters from the picture',
    },
    editedLate:
      'You changed a message that was dealt with already, so nothing changes. Send it again as a new message.',
  },
  error: {
    broken: 'Something broke on my side. Your case is kept. Send /new to start again.',
    noPicture: 'The picture cannot be shown.',
    changed: 'Something has happened to this case meanwhile: here is this step as it stands now.',
    restarted: 'Something broke on my side. Nothing is lost: here is this step again.',
    updated: 'The bot was updated. Nothing is lost: here is this step again.',
    unreachable: 'I could not finish that just now. Please send it again in a minute.',
    caseUnreadable:
      'I cannot read the record of this case any more. Nothing was sent to the device because of that, and the record is kept for the operator: tell them. To go on with the device, send its label or serial number: that opens a new case. Your other cases are in /cases.',
    chatUnreadable:
      'I cannot read any more where we were in this chat; it is kept for the operator. Your cases are not lost: find yours in /cases and go on there, or send a label to begin.',
  },
  intake: {
    'too-fast':
      'That was too fast for me, and I did not take all of it. Wait a moment, then send again what got no answer.',
    full: 'While this chat was held up, more came than I keep. What you sent last was not taken: send again what got no answer.',
    slow: 'I am still busy with your last message, it takes longer than it should. What you send now is kept and answered in its turn.',
    broken:
      'Something broke on my side while I was working on a message of yours, and I gave that message up. Your case is kept. Send it again, or /new to start again.',
    lost: 'A message of yours waited too long, and I cannot read it any more. Please send it again.',
  },
  outage: {
    sorry:
      '⚠️ I am out of order: I can store nothing just now. Nothing is lost, and the operator has been told. You need not send it again: it waits, and I write as soon as I work again.',
    again: '✅ I work again. What you sent meanwhile is answered now.',
    full: '⚠️ <b>The bot’s disk is full.</b> Nothing is stored and nobody is answered; what people send waits with Telegram, for a day at most. Make room on the disk of STORE_URL: it goes on by itself.',
    damaged:
      '⚠️ <b>The bot’s store is damaged.</b> Stop the bot and run <code>unbind-bot store check</code> on the server: it says what can still be read. Put the backup of the folder in its place, then start again.',
    unavailable:
      '⚠️ <b>The bot’s store takes or gives nothing.</b> Nobody is answered; what people send waits with Telegram, for a day at most. Look into the bot’s log: rights of the folder, a disk with faults, a file system that is read-only.',
    over: '✅ The bot’s store works again. Whatever waited is answered now.',
  },
  identify: {
    ask: 'Send a photo of the device label (QR code or the S/N line), or type the serial number.',
    help: 'I need the label or the serial number: 9 characters, for example <code>J50000062</code>, or the long one that begins with the model. Not the verification code, not the password.',
    reading: 'Reading the photo, seldom more than 10 seconds…',
    readingPrint: 'No code could be read. Reading the print, seldom more than 8 seconds…',
    readPrint: 'No label code could be read, so I read the print.',
    printAgreed: '<i>Read from the print, twice the same. If it is wrong, type the right number.</i>',
    readSure: '<i>Read {{sources}}: sure.</i>',
    readLikely: '<i>Read {{sources}}. Compare it with the S/N line.</i>',
    source: {
      qr: 'from the QR code',
      'data-matrix': 'from the Data Matrix code',
      'bar-code': 'from the bar code',
      print: 'from the print',
    },
    confirm: {
      agreed: 'I read <code>{{serial}}</code> from the print. Is it right?',
      single:
        'I read <code>{{serial}}</code> from the print, from one line only. Compare every character. Is it right?',
      repaired:
        'The print is unclear: I guess <code>{{serial}}</code>. Look-alikes such as 0 and O may be wrong. Compare every character. Is it right?',
      bare: 'I read <code>{{serial}}</code> from a code. Nine digits may also be a part number. Does the S/N line say the same?',
      mistyped:
        'A short serial number has only digits after its first letters. Do you mean <code>{{serial}}</code>? Compare every character.',
      digits:
        'Is <code>{{serial}}</code> the serial number of a device? Nine digits may also be a telephone or order number.',
      'other-number':
        '<code>{{serial}}</code> looks like another number, such as an order or a telephone. Is it the serial number of a device?',
    },
    typeIt: 'Type the serial number as it is on the label.',
    button: { right: 'Yes, it is right', wrong: 'No, I’ll type it', none: 'None of these' },
    known:
      'You have a case for <code>{{serial}}</code> already. {{standing}}, begun on {{date}}. Go on with it?',
    several: 'Several devices here. Which one is it?',
    severalPlaces:
      'Several labels in this photo. Which one is it? The picture shows where each is, blurred because of the verification codes.',
    whichMeant: 'Which of these do you mean?',
    choice: '{{number}}. <code>{{serial}}</code> {{model}}',
    linesUnread: 'Lines in which I found no serial number: {{lines}}. Check them.',
    albumUnread: 'Other photos of the album on which I could read no label: {{photos}}. They are not taken.',
    understood: 'I understood:',
    modelUnknown: 'Model not known yet',
    made: 'Made in {{year}}',
    codeNotKept: '<i>The verification code was not kept: it is not needed here.</i>',
  },
  others: {
    kept_one:
      '{{count}} more device is kept with this case. I offer it when this one is done; /cases has it, too.',
    kept_other:
      '{{count}} more devices are kept with this case. I offer them when this one is done; /cases has them, too.',
    next: '<b>Next one?</b> Named with this case and not begun yet:',
    named: 'Named with this case and not begun yet:',
    none: 'Every device that was named with this case has been begun.',
    range: '{{from}}–{{to}} of {{all}}',
    unclear:
      'The rest of what you wrote is not taken: I do not know which device it is about. Write it when you have chosen.',
    unsure: '<b>?</b> may be mistyped, or another number. Press it only if the label has it after S/N.',
    notKept: 'Too many for one case, not kept. Send these again later:',
    button: { further: 'Next ones ↓', before: '↑ The ones before' },
  },
  label: {
    refused: {
      'exported-credentials':
        '⚠️ This is an exported-devices code. It holds addresses and passwords of devices. I did not read or keep it. Delete it from the chat and send the label of the device.',
      'exported-deleted':
        '⚠️ This was an exported-devices code. It holds addresses and passwords of devices. I deleted your message and kept nothing. Send the label of the device.',
      'password-procedure':
        'This code belongs to the password recovery of the vendor, not to the device. Send the label: it is on the bottom or the side of the device.',
      wifi: 'This is a Wi-Fi code, not a device label. I kept nothing of it. Send the sticker with “S/N” on the device itself.',
      'wifi-deleted':
        'This was a Wi-Fi code, not a device label. The password of a network stands in it: I deleted your message and kept nothing. Send the sticker with “S/N” on the device itself.',
      'not-a-device': 'This code is not a device label. Send the sticker with “S/N” on the device itself.',
      'unknown-url':
        'This code is a link to {{host}}, not a label I know. Type the serial number (S/N) printed beside it.',
      empty: 'The code is empty. Type the serial number (S/N) printed beside it.',
      'no-serial': 'There is no serial number in this code. Look for “S/N” on the sticker and type it.',
      'too-long': 'This code is too long for a label. Look for “S/N” on the sticker and type it.',
    },
    unreadable: {
      'too-dark':
        'I cannot read it: too dark. Light the label with the torch and send it again, or type the serial number.',
      'too-small':
        'I cannot read it: the code is too small. Come closer, until the code is as wide as a thumb on the screen, or type the serial number.',
      blurred:
        'I cannot read it: blurred. Hold still, let it focus, send it again, or type the serial number.',
      glare: 'I cannot read it: glare. Tilt the phone a little and send it again, or type the serial number.',
      'no-time':
        'The print could not be read in time. Come closer, until the S/N line fills the photo, and send it again, or type the serial number.',
      plain:
        'I found no code in the photo. Send the whole label, straight and sharp, or type the serial number.',
    },
    rejected: {
      'too-large': 'The file is over 20 MB. Send it as a photo, not as a file.',
      'too-many-pixels': 'The picture has too many pixels. Send it as a photo, not as a file.',
      'not-an-image': 'I cannot open this as a picture. Send it as a photo, or type the serial number.',
      heif: 'This is a HEIC or AVIF file. I do not open those: send it as a photo, not as a file, or type the serial number.',
      timeout: 'Reading this picture took too long. Take a new photo, or type the serial number.',
      busy: 'Many photos are waiting. Send it again in a minute, or type the serial number.',
      crashed: 'I could not read this picture. Take a new photo, or type the serial number.',
      superseded: 'A newer photo came. I look at that one.',
      'download-failed': 'Telegram did not give me the photo. Send it again, or type the serial number.',
    },
  },
  switch: {
    ask: 'You are working on <code>{{serial}}</code>. Is this another device?',
    askWhich: 'You are working on <code>{{serial}}</code>. Begin with another device of these?',
    shows: 'On the photo: <code>{{serial}}</code>.',
    same: '<code>{{serial}}</code> is the device of this case.',
    known: 'For <code>{{serial}}</code> you have a case already. {{standing}}, begun on {{date}}.',
    button: { new: 'Start a new case', stay: 'Go on as before', known: 'Go to its case' },
  },
  hindrance: {
    head: 'What may stand in its way:',
    advice: 'Put this right first, then look again.',
    notHeard: 'The laptop did not hear the device this time. Nothing was sent.',
    'no-interface': 'The laptop has no network to search on: connect it to the device’s network.',
    'port-fallback':
      'Another program on the laptop has taken the SADP port, so some devices are not heard: close the SADP tool, iVMS-4200 and Batch Configuration there.',
    'interface-failed':
      'The laptop’s interface <code>{{name}}</code> could not be opened: switch it off and on again, or use another one.',
    'send-failed':
      'The laptop can send nothing on <code>{{name}}</code>: check whether it is connected, and let the agent through the laptop’s firewall.',
    'interface-skipped':
      '<code>{{name}}</code> was not searched: by its name it is a VPN or belongs to virtual machines. If the device is behind it, work on the laptop itself, with this name at the end: <code>unbind-agent unbind {{serial}} --interface</code>',
    'found-set-aside':
      '⚠️ Found through <code>{{name}}</code>, which by its name leads to virtual machines or to what shares the laptop’s internet. Go on only if the device hangs there.',
  },
  assess: {
    whichLaptop: 'Which laptop is on the network of this device?',
    looking: 'Looking for <code>{{serial}}</code> from the laptop “{{agent}}”…',
    notSeen_one: 'The laptop “{{agent}}” does not see this device. It sees one other device.',
    notSeen_other: 'The laptop “{{agent}}” does not see this device. It sees {{count}} other devices.',
    notSeenHint:
      'Check: the device is powered, laptop and device are on one network (cable, not guest Wi-Fi), other Hikvision programs are closed.',
    seen: 'Found on the network: <b>{{model}}</b>, {{address}}, firmware {{firmware}}.',
    announcedElsewhere:
      '⚠️ It answers from {{address}} but announces {{announced}} as its address. If its address has just changed (DHCP), search again. Behind a router or repeater, or with two network cards, it may stay so; else somebody may answer in its name: look at the device before you type its password.',
    otherSubnet:
      'Its address {{address}} is of another subnet than the laptop. Unbinding may still work; if not, give the laptop an address of that subnet.',
    readingStatus: 'Asking the device whether it can be unbound (no password needed)…',
    verdict: 'What to do: <b>{{method}}</b>',
    blocked: '<b>First this:</b>',
    why: 'Why:',
    also: 'Also possible: {{methods}}',
    tried: 'Tried so far:',
    againWhich:
      'These have failed. One more time is worth it only if something has changed on the site. Which one?',
    checked: 'Looked without a password:',
    oneLogin:
      'Never tried? One login with it is possible now: <code>unbind-agent inspect {{serial}}</code> on the laptop, or the device’s page in a browser. It is <b>one attempt</b>; the device has said that {{number}} are left. Refused? Then no other.',
    noLogin: 'Never tried? Do not try it now: {{number}} left, says the device.',
    noLoginUnknown: 'Never tried? Do not try it now: how many attempts are left is not known.',
    tryFirst:
      'Try this first, two minutes: the device says it can be unbound now over the network. Everything else only if that fails.',
    unknowns: 'Not known yet, and it could change this:',
    noLaptop: '<i>With the agent on a laptop in this network it takes two minutes: /pair</i>',
    notNamed: '<i>Send the label or the serial number when you have it: then I can look with the laptop.</i>',
    change: 'Which answer do you want to change?',
    answered: '{{fact}}: <b>{{value}}</b>',
    nothingToChange: 'Nothing was answered yet.',
    nothingToDo:
      '✅ No account is bound to <code>{{serial}}</code>. Add the device to your own account in Hik-Connect.',
    button: {
      withoutLaptop: 'Without the laptop',
      lookAgain: 'Look again',
      checkAgain: 'Check again',
      change: 'Change an answer',
      dontKnow: 'I don’t know',
      sadp: 'Unbind now',
      vendorTool: 'SADP tool on a PC',
      app: 'Hik-Connect app',
      'recorder-menu': 'Recorder’s own menu',
      'firmware-first': 'Update the firmware',
      'service-centre': 'Service centre',
      'previous-owner': 'What the owner does',
      'installer-account': 'What the installer does',
      activate: 'How to activate',
      'recover-password': 'About the password',
      'bring-online': 'Bring it online',
      'get-onto-lan': 'Get into the network',
      'bring-phone': 'Bring a phone',
      'ask-supplier': 'Ask the supplier',
      'bring-monitor': 'Get a monitor and mouse',
      again: 'Try one again',
      'other-subnet': 'Another subnet: do this',
    },
  },
  job: {
    refused: {
      'agent-unknown': 'This laptop is no longer paired. Pair it again: /pair',
      'agent-offline':
        'The laptop is not connected. Open it, check the internet, start the agent, then try again.',
      'agent-paused':
        'The bot was restored from a backup, and this laptop is paused. An admin lets it in again: /restored',
      'agent-old':
        'The agent on this laptop is too old for this. /agents says where the newer one is; start it there, then try again.',
      'not-yours': 'This laptop is not paired with you. Pair it: /pair',
      'not-seen-by-agent': 'The laptop has not seen this device on its network yet. Look for it first.',
      'case-closed': 'This case is closed. Send the label again to open a new one.',
      busy: 'The laptop is busy with another device. Try again in a minute.',
      driven: 'Somebody else is working with this laptop. Ask for it: /agents',
      'needs-pin': 'This needs your PIN first: /pin',
      'needs-order':
        'This needs one word first: on whose order you unbind. Start it again with the button below.',
      'group-stopped':
        'This device belongs to a group that is stopped or paused. Nothing was sent. Go on with the group, or end it: /site',
      'group-open':
        'Another device of this group was sent a password, and how that ended is not known yet. Nothing is sent to this one before. Is the agent running on the laptop? It says how it ended once it can; then try again.',
      'daily-limit': 'Your unbinds of the last 24 hours are used up. An admin can lift the limit.',
    },
    failed: {
      'challenge-failed':
        'The picture was not read right twice. Nothing was sent to the device. You can try again.',
      'challenge-expired': 'The picture’s time ran out. Nothing was sent to the device. You can try again.',
      expired: 'The laptop got the order too late and did nothing. Try again.',
      cancelled: 'Stopped. Nothing was sent to the device.',
      busy: 'The laptop is busy with another device. Try again in a minute.',
      interrupted: 'The agent on the laptop was interrupted before anything was sent. Try again.',
      unproven:
        '⚠️ The laptop spoke of another device than the one it was asked about. That is on record and counts for nothing. Try again, or with another laptop.',
      plain: 'The laptop could not do that. Nothing was sent to the device. Try again, or take another way.',
    },
  },
  laptop: {
    support:
      '💻 What “{{agent}}” says of itself and its network, for support. It holds no password, code or key; it does hold serial numbers and addresses. Forward it to whoever helps you.',
    supportCase:
      '💻 What “{{agent}}” says of itself and its network, for the case <code>{{serial}}</code>. It holds no password, code or key; it does hold serial numbers and addresses. Forward it to whoever helps you.',
    older:
      '💻 “{{agent}}” was turned away: its program is too old for me. Get the newest for it: {{address}}',
    newer: '💻 “{{agent}}” was turned away: its program is newer than I am. The operator has to update me.',
    off: '💻 The laptop {{agent}} is not connected. Open it and start the agent: I tell you here when it is there.',
    back: '💻 The laptop “{{agent}}” is connected now.',
    gone: '💻 The laptop “{{agent}}” is not connected any more. I wait for {{what}}; when it is back, I go on by myself.',
    button: { look: 'Look with the laptop' },
  },
  wait: {
    most: '⏳ {{minutes}} min at most: without an answer I ask you how to go on.',
    word: '⏳ No word from the laptop “{{agent}}” for {{seconds}} s. I wait for {{what}}.',
    choice: '⌛ No word from the laptop “{{agent}}” for {{seconds}} s. I wait for {{what}}.',
    check: 'Look at the laptop: is it open, awake and on the internet, and is the agent’s window open?',
    away: 'It is not connected. Open it, check the internet and the agent’s window; when it is back, I go on by myself.',
    what: {
      search: 'its search for the device',
      status: 'the device’s status',
      unbind: 'the picture code',
      answer: 'its word on what you typed',
      refresh: 'another picture',
      prompt: 'its question for the password',
      work: 'the device’s answer',
      end: 'its last word',
      picture: 'the characters of the picture',
      password: 'the password, which is typed on it',
      survey: 'its list of devices',
      leave: 'leave to send the list, which is given on it',
    },
    reminder: {
      picture: '⏳ {{minutes}} min left to type the characters of the picture.',
      password: '⏳ {{minutes}} min left to type the admin password of the device on the laptop.',
      leave: '⏳ {{minutes}} min left to allow on the laptop that the list of devices is sent here.',
    },
    over: {
      picture:
        'The picture’s time is over, and the laptop “{{agent}}” does not say anything more. Nothing was sent to the device.',
      password: 'The time for the password is over, and the laptop “{{agent}}” does not say how it ended.',
      leave:
        'The time to allow the list is over, and the laptop “{{agent}}” does not say anything more. Nothing was sent here.',
    },
    button: { on: 'Wait on' },
  },
  unbind: {
    asking: 'Asked the laptop to unbind <b>{{model}}</b> <code>{{serial}}</code>. It reads the status first…',
    answered: 'Checking what you typed…',
    refreshing: 'Another picture is coming…',
    expired: 'The picture’s time ran out. Waiting for the laptop…',
    wrong: '<b>That was not it.</b> Look again.',
    picture: 'Type the characters you see in the picture.',
    noPicture: 'The picture from the device cannot be shown. Press “Another picture”.',
    pictureTerms_one: '{{count}} try left, {{minutes}} min. Capital or small does not matter.',
    pictureTerms_other: '{{count}} tries left, {{minutes}} min. Capital or small does not matter.',
    typePassword:
      'Right. Now type the <b>admin password of the device</b> on the laptop, never here in the chat.\nIt is the password of <code>admin</code>: not the verification code, and not that of the app. The laptop waits for it for {{minutes}} min.',
    working: 'The password was typed. The laptop works with the device…',
    help: 'The laptop is working. Wait for it, or press “Cancel”.',
    helpPassword: 'The laptop waits for the admin password: type it there, or press “Cancel”.',
    helpPicture: 'Type only the characters from the picture, or press “Another picture”.',
    button: { refresh: 'Another picture' },
  },
  order: {
    ask: 'On whose order do you unbind? It is kept with the case and holds for this visit.',
    begins: 'Press it, and the laptop begins.',
    line: 'On whose order: <b>{{order}}</b>',
    asBefore: '<i>On whose order: {{order}}. Not so this time? “Change an answer”.</i>',
    button: {
      owner: 'The owner asked me',
      representative: 'On the owner’s behalf',
      contract: 'Service contract',
      own: 'It is my own device',
      change: 'On whose order',
    },
  },
  password: {
    deleted:
      '🔒 That looked like a password: I deleted your message and kept nothing of it. A password is typed on the laptop or on the device, never here.',
    stays:
      '⚠️ That looks like a password. I kept nothing of it, but Telegram does not let me delete your message. <b>Delete it yourself:</b> hold it down, “Delete”. A password is typed on the laptop or on the device, never here.',
    sendAgain:
      'Then send it again: I kept nothing of it. Your next message is taken as it is and stays in the chat.',
    button: { none: 'It was no password' },
  },
  unproven: {
    'no-picture': 'the picture was not read, or the password not asked for.',
    'no-permit': 'it never asked for the permission without which nothing is sent.',
    'other-serial': 'it speaks of another device.',
    'not-verified': 'the device did not say so itself.',
    'no-earlier-attempt': 'it appeals to an earlier attempt that was not made through this bot.',
  },
  outcome: {
    unbound:
      '✅ <b>Unbound, verified.</b> {{model}} <code>{{serial}}</code> says itself that no account is bound any more. Add it to your own account in Hik-Connect now.',
    'not-bound':
      '✅ No account is bound to <code>{{serial}}</code>: nothing had to be sent. Add it to your own account in Hik-Connect.',
    unproven:
      '⚠️ <b>Unproven.</b> The laptop reports an end for <code>{{serial}}</code> that cannot be so: {{why}} It is on record and counts for nothing. Look at the device again; if the laptop was not changed by you, have it looked at.',
    'accepted-unconfirmed':
      'The device accepted the unbinding, but does not yet say “not bound”. This can take a few minutes. Read the status again; nothing is sent a second time.',
    unknown:
      'The outcome is not known: the order was sent, the answer got lost. It may have worked. Read the status again; nothing is sent a second time.',
    'wrong-password':
      '❌ The device says: wrong password. One attempt was used; nothing is repeated. Ask the owner for the admin password, check capital letters and keyboard layout.',
    denied:
      '❌ The device refused without a reason. On some firmware this means a wrong password, so it counts as one attempt. Nothing is repeated. First a look without a password: is it still bound, is it online, how many attempts are left?',
    lockedUnsaid:
      '🔒 The device is locked and does not say for how long. Wait {{minutes}} min to be safe, and do not try a password meanwhile.',
    locked:
      '🔒 The device is locked for about {{minutes}} min. Wait until it is over, and do not try a password meanwhile.',
    'not-found': 'The device did not answer on the network. Check power and cable, then try again.',
    refused: {
      'password-empty': 'No password was typed. Nothing was sent.',
      'password-too-long':
        'The password is longer than 16 bytes. This protocol cannot carry it. Nothing was sent.',
      'password-abandoned': 'No password was typed on the laptop. Nothing was sent.',
      'few-attempts':
        '🛑 By the device’s own word too few attempts are left before it locks itself. I stop here: nothing was sent. Get the right password from the owner first, then take another way.',
      'try-used':
        '🛑 The device refused a password without saying how many attempts are left, and the one careful try after that was made. I make no other: nothing was sent. The owner’s own login leads on: let him log in to the device himself and unbind it there, or in his app.',
      'lock-assumed':
        'The device may be locked, but does not say so: it refused a password or left attempts unanswered. Nothing was sent. About {{minutes}} min from now one careful try is possible, if you confirm it. Ask the owner for the password meanwhile.',
      'cloud-offline':
        'The device is not connected to the cloud, so it cannot unbind. Check address, gateway, DNS, internet and time on the device, wait until it is online.',
      'cloud-disabled':
        'Hik-Connect is switched off on the device. Switch it on, on the page “Platform Access”, wait until it is online.',
      unanswered:
        'The device does not answer the unbinding question: this way does not exist on its firmware.',
      'journal-unwritable':
        'The laptop cannot write its journal (disk full or read-only). Without it nothing is sent. Free some space, try again.',
      'spoofed-exchange':
        '⚠️ Somebody else answered in the name of the device. Stopped before the password left the laptop. Connect laptop and device with one cable or switch, try again.',
      'handshake-failed': 'The key exchange with the device failed. No password was sent. Try again.',
      'not-activated': 'The device is not activated: it has no password yet. Activate it first.',
      'after-lock':
        'The lock, or the time it may have lasted, is over. One careful try is allowed if you confirm it, and no second one. Be sure of the password: ask the owner.',
      'permit-refused':
        'The permission for this unbinding was already used or ran out. Nothing was sent. Start again.',
      'challenge-failed': 'The picture was not read right twice. Nothing was sent.',
      'challenge-expired': 'The picture’s time ran out. Nothing was sent.',
      'no-driver': 'The device offers no protocol that this agent speaks. Take another way.',
      busy: 'Another program is unbinding this device right now. Nothing was sent.',
      'ledger-unreadable':
        'The laptop cannot read its record of attempts, so nobody knows how many are left. Nothing was sent. Have the agent’s journal looked at first.',
      'ambiguous-device':
        '⚠️ Several devices on this network claim this serial number. Nobody can say which is real, so nothing was sent. Connect laptop and device with one cable, look again.',
      flooded:
        '⚠️ So many datagrams come to the laptop that answers are lost, and nobody can say who else answers for the device. Nothing was sent. Connect laptop and device with one cable or switch, look again.',
      'slow-device':
        '⚠️ The device answers too slowly: somebody faster could answer in its place and read the password. Nothing was sent. Connect laptop and device with one cable or switch, wait until the device is less busy.',
      'no-direct-cable':
        '⚠️ The device hears only what goes to everybody on the network, so anybody there could read the password. Nothing was sent. Connect laptop and device with one cable or switch, try again and confirm it on the laptop.',
      'status-refused': 'The device refused to say whether it can be unbound. Nothing was sent.',
      cancelled: 'Stopped. Nothing was sent.',
      plain: 'The laptop refused for safety. Nothing was sent.',
    },
    attemptsLeft_one: '{{count}} attempt left before the device locks itself.',
    attemptsLeft_other: '{{count}} attempts left before the device locks itself.',
    attemptsUnknown: 'How many attempts are left, the device does not say.',
    late: 'Word from the laptop about <code>{{serial}}</code>:',
    unboundSince:
      '✅ Another unbinding has ended since: <code>{{serial}}</code> is unbound by now. Nothing is left to do.',
  },
  close: {
    cancelled: 'Case closed. Send the next label whenever you like.',
    closedBefore: 'This case was closed before: {{standing}}. Send the next label whenever you like.',
    told: 'How the unbinding ended is said above. What next?',
    done: 'How it ended is said above: nothing is left to do, and the case is closed.',
    button: {
      afterLock: 'One careful try',
      recheck: 'Read the status again',
      check: 'Look without a password',
      meaning: 'What does it mean?',
      repeat: 'How did it end?',
      undo: 'Open it again',
    },
  },
  reopen: {
    waits: 'Case {{case}} is open again. It waits in /cases; what you are at goes on here.',
    tooLate:
      'A closed case can be opened again for ten minutes, and they are over. To go on with the device, send its label: that opens a new case.',
    ended: 'This case has come to an end of its own meanwhile, so it stays closed: /cases shows how.',
    stolen: '🛑 <code>{{serial}}</code> was reported as stolen, so its case stays closed.',
  },
  catalogue: {
    exists:
      'Firmware catalogue: the vendor lists 4.x for {{model}}, for some hardware and regions. Whether for this one, only the right file shows.',
    none: 'Firmware catalogue: there is no 4.x for {{model}}.',
    newest: 'Newest known: {{version}} ({{date}}).',
    checked: '<i>Checked on {{date}}: {{source}}.</i>',
    page: 'The page to look on: {{page}}',
  },
  rma: {
    title: '🛠 <b>Service centre</b>\nThis device cannot be unbound on the site.',
    write: 'Write to {{email}} first and wait for the answer.',
    ezviz:
      'This is an EZVIZ device: Hikvision’s service does not take it. Bought new? The shop takes it back. Else send the letter to the support of EZVIZ, with proof of purchase. Our advice, not the vendor’s.',
    noAddress:
      'Ask your local distributor where the device goes and what they need. No address is known for your region, so none is named here.',
    source: '<i>Source: {{source}}, as of {{date}}.</i>',
    sourceDated: '<i>Source: {{source}}, dated {{dated}} (as printed there).</i>',
    mailReady: 'Ready to copy: subject and text of the e-mail.',
    next: 'Their answer decides what comes next. The case number is in the e-mail.',
    ourAdvice: '<i>Our advice, not the vendor’s:</i>',
    firmwareUnknown: 'not known',
    reasonUnknown: 'no other way was found',
    needsSerial: 'The service centre needs the serial number.',
    postalAddress: 'Address: {{address}}',
    form: 'Form: {{form}}',
    mailFile: 'The same as a file: open it, your mail program shows the letter ready to send.',
    waiting:
      'Case {{case}} stays open. When the answer comes: /cases, press the case, add it there. You can send the next label now.',
    button: { sent: 'E-mail is sent', copySerial: 'Copy serial number', copySubject: 'Copy the subject' },
  },
  guide: {
    head: '<b>{{title}}</b> · step {{at}} of {{of}}',
    yourDevice: 'your device',
    drawn: '<i>A drawing, not your screen: words and places may differ.</i>',
    checking: 'I ask the device itself…',
    sendScreen: 'Still different? Send a photo of the screen: I keep it with the case.',
    compare: 'Success looks like this: {{success}}.\n\nDo you see that?',
    verified:
      '✅ <b>Unbound, verified.</b> <code>{{serial}}</code> says itself that no account is bound any more. Add it to your own account in Hik-Connect now.',
    stillBound:
      'The device answers: still bound. Wait a minute, then check again.\n\nSuccess looks like this: {{success}}.',
    online: '✅ The device is online in Hik-Connect.',
    stillDisabled: 'The device answers: Hik-Connect is switched off.',
    stillOffline:
      'The device answers: enabled, but not online yet. It may take two minutes. It must come to this: {{success}}.',
    closed:
      'Good. I could not ask the device myself: add it to your account now, only then it is certain. Case {{case}}.',
    button: {
      next: 'Next →',
      doneCheck: 'Done, check it',
      differs: 'It looks different',
      clear: 'Clear now, go on',
      says: 'It says something else',
      failed: 'It did not work',
      none: 'There is none here',
      ownerCannot: 'He cannot delete it',
      success: 'Yes, I see that',
      isOnline: 'It is online',
      stillOffline: 'Next check →',
    },
  },
  tried: {
    ask: 'What did it say? Press it, or type the words on the screen.',
    askUpdate: 'What came of the update?',
    button: {
      failed: '“Failed”',
      'not-supported': '“… not supported”',
      'no-button': 'No such button',
      'wrong-password': 'Wrong password',
      offline: 'The device is offline',
      other: 'Something else',
      'no-file': 'No such file',
      refused: 'The file was refused',
    },
  },
  trouble: {
    ask: 'What does the screen say? Type its words or the number. Or send a photo of it.',
    unknown: 'I do not know this. Send a photo of the screen: I keep it with the case.',
    unknownCode: 'I do not know {{code}}. Send a photo of the screen: I keep it with the case.',
    which: 'It can be two things. Which one is it?',
    button: { helped: 'Clear, go on', notIt: 'That is not it' },
  },
  notes: {
    kept: 'Kept with case {{case}}. /cases shows it.',
    'too-large': 'This picture is too large to keep. Send it as a photo, not as a file. Case {{case}}.',
    'not-a-photo': 'I cannot open this as a picture. Send it as a photo. Case {{case}}.',
    'not-now': 'I could not take this photo. Send it again in a minute. Case {{case}}.',
    'download-failed': 'Telegram did not give me the photo. Send it again. Case {{case}}.',
    'too-many': 'Case {{case}} keeps 20 notes already. I did not keep this one.',
  },
  reminder: {
    left: '🕘 Left in the middle: <code>{{serial}}</code> {{model}}\n{{standing}} · case {{case}}, last touched on {{date}}. I remind you of it this once.',
    more_one: '{{count}} more case is open: /cases',
    more_other: '{{count}} more cases are open: /cases',
    off: 'I do not remind you of cases any more.',
    on: 'I remind you of cases that were left in the middle, once each.',
    button: { off: 'No reminders', on: 'Remind me again' },
  },
  unclear: {
    button: 'Send this to the admin',
    sent: 'Sent to the admin. It is kept nowhere else.',
    gone: 'I do not have that text any more: I keep nothing of it. Type it again, then press the button.',
    notSent: 'It could not be sent just now. Press again in a minute.',
    forAdmin: '✉️ {{name}} sends what I did not understand.\nAsked was: {{question}}\n\n{{text}}',
    at: {
      idle: 'nothing',
      identify: 'the device',
      assess: 'what to do',
      order: 'on whose order',
      'lan-unbind': 'the unbinding',
      guide: 'a step',
      'service-centre': 'the letter',
      close: 'what next',
      switch: 'another device or not',
      trouble: 'the words on a screen',
      case: 'a case',
      report: 'a report',
      me: 'the name',
      site: 'a site',
      announce: 'the announcement',
    },
  },
  announce: {
    ask: 'Write what everybody is to read ({{people}} people). You see it once more before it is sent.',
    tooLong: 'That is too long for one message: {{most}} characters at most.',
    preview: '<b>This is sent to {{people}} people:</b>',
    message: '📢 <b>From the administrator</b>\n\n{{text}}',
    begun: 'On its way to {{people}} people. I write here when it is over.',
    over: '📢 Sent to {{told}} of {{all}}.',
    refused: 'Not reached, they stopped the bot or are out: {{people}} ({{names}})',
    unsure: 'Nobody knows whether it came, and it is not said twice: {{people}} ({{names}})',
    left: 'Stopped before: {{people}}',
    isOver: 'That is over already.',
    button: { send: 'Send to everybody', stop: 'Stop' },
  },
  handOver: {
    whom: 'Who is to take this case? They are asked, and have a day to accept. Until then it stays with you.',
    nobody: 'Nobody else is let in here yet: /invite is for admins.',
    became: {
      offered: '{{name}} is asked. Until they accept, the case stays with you.',
      'at-work': 'The laptop is at work for this case. Wait for its end, or stop it, and hand it over then.',
      'in-group':
        'This case is one of a group of devices that is worked through. Hand it over when the group is done.',
      closed: 'This case is closed: there is nothing to hand over.',
      nobody: '{{name}} is not let in here any more.',
    },
    ask: '🤝 {{name}} hands over to you: <code>{{serial}}</code> {{model}}\n{{standing}} · case {{case}}\n\nAccept, and it is yours with notes and photos. It is good for a day.',
    atWork: 'The laptop of your colleague is at work for it just now. Press again when that is over.',
    yours: 'Case {{case}} · <code>{{serial}}</code> is yours now. {{name}} is told.',
    taken: '🤝 {{name}} has taken case {{case}} · <code>{{serial}}</code>. It is not in your list any more.',
    declined: '{{name}} does not take case {{case}}. It stays with you.',
    youDeclined: 'Declined. Your colleague is told.',
    expired: '{{name}} has not taken case {{case}} within a day. It stays with you.',
    gone: 'This case is not offered to you any more.',
    standing: 'Handed over to a colleague',
    button: { begin: 'Hand over', accept: 'Accept', decline: 'Decline', open: 'Open the case' },
  },
  cases: {
    none: 'No case yet. Send a label to begin.',
    title:
      '<b>Your cases</b>, open ones first. Press one to open it. To find one by its serial number, model or case number: <code>/cases J50000062</code>',
    titleOlder: '<b>Older cases</b>, open ones first.',
    ordered: 'The order is that of {{most}} cases; older ones come behind the last page.',
    noOlder: 'There are no older cases.',
    found: '<b>Found.</b> Press one to open it.',
    foundMany: '<b>The latest {{most}} of more.</b> Type more of the number or model to find the others.',
    olderNotSought:
      'I looked through your latest {{most}}. An older one is found by its whole nine-character number.',
    notFound:
      'No case of yours has this in its serial number, model or case number. Type at least three characters in a row.',
    line: '{{number}}. <code>{{case}}</code> {{model}}\n{{standing}}, {{date}}',
    head: '<b>Case {{case}}</b> · <code>{{serial}}</code> {{model}}',
    noSerial: 'no serial number yet',
    open: 'Open',
    waiting: 'E-mail is sent, waiting for the service centre',
    notes_one: '{{count}} note kept',
    notes_other: '{{count}} notes kept',
    noteOf: 'Kept on {{date}}',
    attach: 'Send the answer: a photo, or the text. It is kept with the case as it is, so no passwords.',
    gone: 'I do not find this case.',
    outcome: {
      unbound: 'Unbound, verified',
      'nothing-to-do': 'Was not bound',
      'service-centre': 'Service centre',
      'reported-done': 'Done, as you told me',
      stopped: 'Stopped: reported stolen',
      cancelled: 'Closed',
    },
    button: {
      attach: 'Add an answer or note',
      show: 'Show what is kept',
      goOn: 'Go on with it',
      close: 'Close the case',
      older: 'Older ↓',
    },
  },
  explain: {
    none: 'There is no case to explain. Send a label to begin.',
    head: '<b>Why: case {{case}}</b>',
    known: '<b>What is known</b>',
    nothing: 'Nothing yet.',
    fact: '{{fact}}: <b>{{value}}</b> ({{source}})',
    rules: '<b>Rules, in order: the first that fits decides</b>',
    rule: '{{row}}. {{rule}} <i>[{{source}}]</i>',
    missing: 'not known: {{facts}}',
    verdict: '<b>So:</b> {{verdict}}',
    undecided: '<b>So:</b> not decided yet.',
    legend: '<i>▸ decides · ✓ fits · ↻ tried, failed · ✗ does not fit · ? cannot be told</i>',
    contradiction: '⚠️ {{fact}}: {{keptBy}} says <b>{{kept}}</b>, {{refusedBy}} said {{refused}}.',
    updated: 'It was probably updated. I go by the device.',
    believed: 'I go by: {{source}}.',
  },
  command: {
    start:
      'I help you unbind a Hikvision camera, recorder or intercom from somebody else’s Hik-Connect account: from the photo of the label to “unbound, verified”, or to the service centre.\n\nSend a photo of the label, or type the serial number.',
    noRegion:
      '⚠️ For the operator: REGION_PACK is not set, so no service centre is named and technicians are sent to their distributor. For Russia set <code>REGION_PACK=ru</code>; <code>default</code> is for everywhere else and ends this reminder.',
    help: '<b>What I do</b>\nI find the way that fits this device and say why. With the agent on your laptop in the same network I do it with you in two minutes.\n\n<b>What is always needed</b>\nThe admin password of the device, typed on the laptop, never here.\n\n<b>What I never do</b>\nReset passwords, get around a login, guess.\n\n/new – next device\n/site – many devices of one site, one after another\n/cases – your cases, answers to attach\n/report – a case or a day as PDF and table\n/explain – why this way\n/help <i>code or words</i> – what a message means\n/agents – your laptops\n/pair – add a laptop\n/me – your name and phone in letters and reports\n/language – English or Russian\n/cancel – stop here',
    id: 'Your Telegram user id: <code>{{id}}</code>',
    welcome: 'Welcome. Send a photo of a device label, or type a serial number. /help tells the rest.',
    inviteUsed: 'This invitation is used up or too old. Ask for a new one.',
    stranger:
      'This bot works only for people its operator has invited. Please ask the operator for an invitation.',
    nothingToCancel: 'Nothing is running. Send a label to begin.',
    menu: {
      new: 'Next device',
      site: 'Many devices of one site',
      cases: 'Your cases',
      report: 'A report: PDF and table',
      explain: 'Why this way',
      agents: 'Your laptops',
      pair: 'Add a laptop',
      me: 'Your name in letters',
      language: 'English or Russian',
      help: 'What I do and do not do',
      cancel: 'Stop here',
    },
  },
  language: {
    ask: 'Language?',
    set: 'English it is.',
  },
  agents: {
    key: {
      taken: '🔑 “{{name}}” has its new key; the old one opens nothing any more.',
      refused:
        '🔑 Refused: “{{name}}” keeps its key. If you did not start its agent, somebody else has that key: remove the laptop and pair it anew.',
      'no-request': 'That is decided already, or the laptop has named another key since.',
      'store-unavailable': 'That did not work just now. Press again in a minute.',
    },
    none: 'No laptop is paired yet. Add one: /pair',
    title: '<b>Your laptops</b>',
    house: '<b>All laptops of the house</b>: {{count}}, page {{page}} of {{pages}}',
    online: '🟢 {{number}}. <b>{{name}}</b> ({{system}}), connected',
    offline: '⚪ {{number}}. <b>{{name}}</b> ({{system}}), last seen {{when}}',
    details: '      {{known}}',
    version: 'agent {{version}}',
    newer: '      ⬆️ newer version {{version}}: get it at {{address}}',
    oldWay: '      ⚠️ paired the old way. Pair it again, to be sure that nobody sits in between: /pair',
    newKey:
      '      🔑 asks for a new key <code>{{mark}}</code>. Yes only where the laptop shows the same sign',
    driven: '      in use by {{name}} until {{time}}',
    never: 'never',
    revoked: '“{{name}}” is removed. Its key is worthless now.',
    gone: 'This laptop is no longer in your list.',
    left: '“{{name}}” is off your list. The others who use it keep it.',
    howToRename: 'Another name: /rename, the number, the name. For example <code>/rename 1 Van 7</code>',
    renamed: '“{{old}}” is now “{{name}}”.',
    howToShare: 'Share one: the other technician writes /pair and enters their code on that laptop.',
    asked: '{{name}} would like to work with “{{laptop}}”, which you are using.',
    askedThem: 'I asked {{name}}.',
    given: '{{name}} has the laptop now.',
    yours: '“{{laptop}}” is yours now. Go on with your case.',
    free: 'Nobody holds this laptop any more: just go on.',
    unbinding: 'An unbind of yours is running on it. Finish or cancel it first.',
    button: {
      remove: 'Remove this laptop',
      before: '← Before',
      after: 'More →',
      revoke: 'Remove {{number}}: {{name}}',
      ask: 'Ask for it',
      give: 'Hand it over',
    },
  },
  pair: {
    older:
      '💻 A laptop has your code, but its program is too old for me. Get the newest: {{address}}\nThe code stays good.',
    newer: '💻 A laptop has your code, but its program is newer than I am. The operator has to update me.',
    apart: 'Another laptop is called so already: here it is “{{name}}”.',
    code: '1. On the laptop in the device’s network, open this address and follow its three pictures:\n<code>{{address}}</code>\n2. Type this code there:\n<code>{{code}}</code>\n\nThe agent is there already? Start it and type the code. It is good once, for {{minutes}} minutes. Then the laptop shows six digits: you type them here.',
    file: {
      which: 'Which system has the laptop?',
      later:
        'I am bringing the file up: it comes here by itself, in some minutes at most. Meanwhile: <code>{{address}}</code>',
      none: 'There is no package for this system any more. What there is: <code>{{address}}</code>',
      failed: 'The file cannot be sent here just now. Get it on the laptop itself: <code>{{address}}</code>',
      caption: 'Take it to the laptop, unzip it, double-click {{file}}.\nSHA-256: <code>{{sum}}</code>',
    },
    confirm:
      '💻 <b>{{name}}</b> ({{system}}, {{address}}) wants to be your laptop.\nType the six digits it shows. You have one try.',
    warn: 'If you did not start this yourself just now, or your laptop shows no number, press “Not mine”.',
    early: 'No laptop has asked for you yet. Type the code there first; then it shows six digits.',
    digits: 'The number has six digits. Type all of them; nothing is lost yet.',
    done: '✅ “{{name}}” is paired. The laptop asks whether I say so: answer yes there.',
    wrong:
      'That is not the number of this pairing. I stopped it, and its code is void. It was a slip, or somebody sits between the laptop and me: if the laptop asks whether I say “paired”, answer no. Try again with a new code: /pair. If it is wrong once more, use another network.',
    refused: 'Refused. The laptop was told.',
    over: 'This pairing is over. Your laptops: /agents. To pair one: /pair',
    button: {
      notMine: 'Not mine',
      address: 'Copy address',
      code: 'Copy code',
      command: 'Command for a terminal',
      file: '📦 Send the file here',
    },
  },
  admin: {
    misunderstood: '<b>Not understood, by question</b>',
    elsewhere: 'elsewhere',
    title: '<b>How things stand</b>, {{at}}',
    people: 'Technicians: {{technicians}} · admins: {{admins}}. /people',
    laptops: 'Laptops paired: {{paired}} · online: {{online}}. /agents',
    open: 'Open cases: {{count}}, the oldest since {{date}}',
    noneOpen: 'Open cases: none',
    openCut: '<i>Only the latest {{most}} cases are looked at.</i>',
    newer: '⬆️ Version {{version}} of the bot is out; this is {{own}}. Whoever runs the server updates it.',
    week: '<b>Last seven days</b>',
    outcome: '• {{outcome}}: {{count}}',
    noneEnded: '• No case has ended.',
    attempts: 'Passwords sent: {{attempts}} · wrong: {{wrong}} · device locked: {{locks}}',
    weekCut: '<i>Counted from {{since}}: the audit trail holds more than I read at once.</i>',
    exported_one: '{{count}} case of the last seven days, as a table.',
    exported_other: '{{count}} cases of the last seven days, as a table.',
    nothingToExport: 'Nobody has worked on a case in the last seven days.',
    notExported:
      'Telegram does not take the file. Press the button again; if it stays so, tell whoever runs the bot.',
    button: { refresh: 'Refresh', export: 'Cases of the week' },
  },
  access: {
    help: '<b>For admins</b>\n/admin – how things stand: people, laptops, cases of the week\n/announce – write to everybody\n/invite – let a technician in\n/people – who is in; remove them here\n/revoke – take access away, by id\n/lift – let somebody go on over the daily limit\n/deny – stop a device reported stolen\n/allow – take it off that list\n/resetpin – forget somebody’s PIN',
    people: '<b>Technicians</b>',
    nobody: 'No technician is in yet. Let one in: /invite',
    person: '{{number}}. {{name}} · <code>{{id}}</code> · since {{since}}',
    cameBy: '   by invitation no. {{invitation}} of {{inviter}}',
    revoked: 'Technician {{id}} is out. What was running is stopped.',
    expelled: 'Your access has been taken away by an admin. What was running is stopped.',
    invitedBy: '<i>You were invited by {{name}} (invitation no. {{invitation}}).</i>',
    waiting: 'Your invitation is good. An admin has to let you in now; I write to you when they have.',
    notWaiting: 'This person does not wait any more: it was decided, or took longer than a week.',
    letIn: '{{name}} is in and was told.',
    turnedAway: '{{name}} was turned away and told.',
    declined: 'An admin has turned your invitation down. If that is a mistake, talk to whoever invited you.',
    isAdmin: 'Admins are named in the settings (ADMIN_IDS) and can only be removed there.',
    notMember: 'There is no such technician. /people shows everybody.',
    howToRevoke: 'Which technician? For example <code>/revoke 123456789</code>. /people shows the ids.',
    button: { remove: 'Remove {{number}}: {{name}}' },
  },
  pin: {
    type: 'Type your PIN. I delete the message at once. Not now: /cancel',
    choose:
      'Choose a PIN: 6 to 12 digits, no run of digits like 123456. Type it here; I delete the message at once. It is asked for before a new laptop and before each unbind, so that a lost phone is not enough.',
    badShape: 'A PIN has 6 to 12 digits and is no simple run. Choose another one.',
    set: '✅ The PIN is set. Forgotten? An admin can reset it.',
    wrong:
      'That is not your PIN. Type it again. After five wrong ones I take none for a while and tell the admins.',
    blocked:
      '🛑 Too many wrong PINs. I take none for {{minutes}} minutes; the admins were told. Forgotten? Ask an admin.',
    notDeleted: 'I could not delete your message. Delete it yourself, please: it may hold your PIN.',
    off: 'The operator does not ask for a PIN here.',
    howToReset: 'Whose PIN? For example <code>/resetpin 123456789</code>. /people shows the ids.',
    notOwn:
      'Your own PIN is reset by another admin, or on the server: <code>unbind-bot forget-pin</code> and your id.',
    reset: 'The PIN of {{id}} is forgotten. They choose another one when it is asked for.',
    badId: 'That is no Telegram id. /people shows the ids.',
    cli: 'Forget a technician’s PIN, by Telegram id.',
    untold: 'The admins are not told of it: {{detail}}.',
    first:
      'A PIN is asked for here before a new laptop and before each unbind. Choose yours now, before somebody else holds your phone: /pin',
  },
  limits: {
    liftedForYou: 'An admin has lifted your daily limit: for 24 hours you may go on.',
    lifted: 'Technician {{id}} may go on over the daily limit for 24 hours.',
    howToLift: 'Whose limit? For example <code>/lift 123456789</code>. /people shows the ids.',
    denied: '<code>{{serial}}</code> is on the list of stolen devices. Cases with it are stopped.',
    allowed: '<code>{{serial}}</code> is off the list of stolen devices.',
    notDenied: '<code>{{serial}}</code> was not on the list.',
    deniedDevice: '<code>{{serial}}</code>, since {{date}}',
    howToDeny:
      'Stop a device reported stolen: <code>/deny J50000062</code>. Take it off the list: <code>/allow J50000062</code>.',
    stolen:
      '🛑 <code>{{serial}}</code> was reported as stolen. The case is stopped and the operator has been told. If that is a mistake, talk to the operator.',
  },
  audit: {
    cli: {
      about: 'The bot that helps technicians to unbind devices, and its audit trail.',
      version: 'show the version',
      run: 'Run the bot (also without a command).',
      keep: 'days the audit trail is kept',
      badDays: '--keep-audit has to be a number of days from 1 to 36500.',
      audit: 'Check or export the audit trail.',
      verify: 'Check that nothing in the trail was changed, and say where if something was.',
      file: 'check an exported file (jsonl) instead of the store',
      head: 'where the trail ended at an earlier check or in the log: it has to go through there',
      badHead: '--head has to be a number and a hash as an earlier check printed them, seq:hash.',
      seal: 'Vouch for where the trail begins. Only when you know why: the bot got another token.',
      export: 'Print the whole trail.',
      format: 'one JSON object a line, or a table',
      names: "Print whom the trail's entries mean: one JSON object a line, with the salt that proves it.",
      erase: 'Erase who a person or a device was. The entries stay, and name nobody any more.',
      person: 'Telegram id of the person',
      device: 'serial number of the device',
      badName: 'Say whom: --person with a Telegram id, or --device with a serial number.',
    },
    whole:
      'Nothing was changed. Entries: {{entries}}, from number {{first}} on. Keep this line elsewhere, it makes the next check prove more: --head {{place}}',
    forgotten: 'Entry {{seq}} is not kept any more; the trail begins with {{first}}. Give a later --head.',
    sealNotChecked:
      'The trail was shortened by age. Who shortened it cannot be checked without the bot’s settings (BOT_TOKEN).',
    erased: 'Erased: no entry can be opened to {{name}} any more. The trail is whole as before.',
    notNamed: 'No entry names {{name}}; nothing was changed.',
    damaged: 'The trail was changed. Entries: {{entries}}',
    unreadable: 'The trail cannot be read: {{detail}}',
    fault: {
      missing: 'Entry {{seq}} is missing.',
      altered: 'Entry {{seq}} is not what was written.',
      unlinked: 'Entry {{seq}} does not follow the one before it: that one was replaced.',
      beheaded:
        'The trail begins with entry {{seq}}, and no entry says that those before it were forgotten by age: they were taken away.',
      unsealed:
        'The trail begins with entry {{seq}}; an entry says why, but not under the seal of this bot. If the bot has got another token since, vouch for it: unbind-bot audit seal. Otherwise entries were taken away.',
      rewritten: 'Entry {{seq}} is not the one you named: the trail was written anew or cut off.',
      cut: 'Entry {{seq}} should not be the last one: the end was cut off or replaced.',
    },
  },
  invite: {
    link: 'Invitation no. {{number}} for one person, good for {{hours}} hours:\n{{link}}',
    asks: 'It asks for approval: whoever uses it waits until an admin taps “Let in”.',
    howToAsk: 'To be asked first: <code>/invite ask</code>',
    onlyAdmins: 'Only admins invite people.',
  },
  health: {
    cli: 'ask the running bot whether it is alive: exit code 0, or 1',
    ready: 'ask whether it can do its work, too',
    off: 'WATCH_LISTEN is off: nobody can ask the bot how it is.',
    silent: 'No answer at {{address}}: the bot does not run with these settings.',
  },
  settings: {
    missing: 'is not set. Example: {{example}}',
    malformed: 'has another form. Example: {{example}}',
    'needs-https': 'must begin with https:// (plain http only on this machine). Example: {{example}}',
    'needs-webhook-port': 'must use a port that Telegram calls: 443, 80, 88 or 8443. Example: {{example}}',
    'needs-path': 'needs a path of its own. Example: {{example}}',
    'too-wide':
      'would believe more machines than can be yours. Name the proxy’s own address or network. Example: {{example}}',
    'needs-other': 'has no effect without {{needs}}. Example: {{example}}',
    'file-unreadable': 'names a file that cannot be read ({{detail}}). Example: {{example}}',
    'file-empty': 'names a file with nothing in it. Example: {{example}}',
    'set-twice': 'is set here and by {{needs}}: leave one of them.',
  },
  store: {
    cli: 'look after the store',
    check: 'read every record and say what is damaged; changes nothing, also while the bot runs',
    found: 'Store {{place}}: {{bytes}} bytes.',
    kind: '{{kind}}: {{records}}',
    unreadable: '{{kind}}: {{records}}, of which {{unreadable}} cannot be read',
    whole: 'Nothing is damaged.',
    records: 'Some records cannot be read. The bot runs without them; only a backup has them.',
    left: 'The counts above are what can still be read.',
    aside: {
      cli: 'list the copies of records that could not be read, or erase them; also while the bot runs',
      erase: 'erase copies by their names, as the list has them',
      eraseAll: 'erase all copies',
      copy: '{{copy}}  {{key}}  {{why}}; set aside {{at}}, kept until: {{kept}}',
      kept: 'it is erased',
      why: {
        'no-record': 'no record of ours, or cut off',
        newer: 'written by a later version',
        'no-step': 'could not be brought up to date',
        'no-fit': 'not what its kind says',
        'no-kind': 'of no known kind',
      },
      none: 'Nothing is set aside.',
      howToErase:
        'These are copies: the records are where they were. Erase a copy: --erase <name>, all of them: --erase-all. As long as its record is there and cannot be read, reading it sets a copy aside again.',
      noSuch: 'There is no copy {{copy}}.',
      erased_one: 'Erased: {{count}} copy.',
      erased_other: 'Erased: {{count}} copies.',
    },
  },
  agentConfig: {
    cli: 'print what the packages for laptops have to know of this bot: its address and its public key',
    noAddress: 'HUB_PUBLIC_URL is not set: a laptop elsewhere cannot call this bot.',
  },
  data: {
    cli: 'look after your own region pack and firmware',
    check: 'say what is wrong in such files, by line and field; without names: the file of REGION_PACK',
    right: '{{file}}: nothing is wrong.',
    unreadable: '{{file}} cannot be read: {{detail}}',
    packaged: 'REGION_PACK is {{region}}: a pack of the product. Name a file to look at.',
    fault: '{{file}}:{{line}} {{field}}: {{problem}}',
    problem: {
      'not-json': 'is not JSON from here on',
      missing: 'is missing',
      'unknown-field': 'is no field of this file; is it misspelt?',
      'wrong-type': 'is something else than it should be ({{detail}})',
      'not-one-of': 'is not one of: {{detail}}',
      malformed: 'has not the form it should have (docs/operations.md)',
      'too-long': 'is too long, at most {{detail}}',
      'too-short': 'is too short, at least {{detail}}',
      'unknown-region': 'is no pack of the product: {{detail}}',
      'not-the-vendor': 'is not an address on hikvision.com',
      'firmware-file': 'leads to a firmware file; name the page of the model',
      'model-or-models': 'has to be there, or “models”, and not both',
      'russia-only': 'is said of Russia alone, by the vendor’s note',
      contradicts:
        'does not go with another field: 4.x that exists and does not, or support that unbinds and does not',
      twice: 'stands there twice {{detail}}',
      future: 'is a day to come',
    },
  },
  startup: {
    settings:
      'The bot cannot start. Put these settings right in the environment or in .env (see docs/settings.md):',
    store: {
      nothing: 'There is no store in {{place}}. Check STORE_URL.',
      foreign:
        '{{place}} holds a file data.mdb that is no store of this bot. Name another folder in STORE_URL, or move that file away.',
      'other-version':
        'The store in {{place}} was written by another version of its engine. Start the version of the bot that wrote it, or put a backup in its place.',
      header: 'The store in {{place}} is damaged: one of the two pages its file begins with cannot be read.',
      'cut-off':
        'The store in {{place}} is damaged: its file was cut off. It has {{bytes}} bytes and had {{needed}}.',
      pages: 'The store in {{place}} is damaged: pages of its file cannot be read ({{damaged}} at least).',
      'not-a-folder': '{{place}} is no folder, or below something that is none. Check STORE_URL.',
      'no-rights':
        'The system does not let this user write to the store in {{place}} ({{detail}}). Give folder and files to the user the bot runs as.',
      'read-only':
        'The store in {{place}} lies on a file system that is read-only. Look into the system’s log: a disk with faults is often mounted so.',
      'no-room':
        'There is no room for the store in {{place}} ({{detail}}). Make room on that disk, then start again: nothing is lost.',
      'broken-disk':
        'The disk of the store in {{place}} reports faults ({{detail}}). Copy the folder to another disk before anything else.',
      unreachable:
        'Redis does not answer at {{place}} ({{detail}}). Is it running, and is the address in STORE_URL right?',
      'wrong-password': 'Redis at {{place}} refuses the password. Check user and password in STORE_URL.',
      forbidden:
        'Redis at {{place}} does not let this user do what the bot needs ({{detail}}). It needs all commands on keys that begin with the tag, and the channel (docs/install.md).',
      'no-primary':
        'Redis answers at {{place}}, but no server there may write ({{detail}}). Name the primary in STORE_URL, or Sentinels, and look at the replication.',
      evicts:
        'Redis at {{place}} throws records away when its memory is full ({{detail}}). Set maxmemory-policy noeviction.',
      'no-memory': 'The memory of Redis at {{place}} is full ({{detail}}). Raise maxmemory: nothing is lost.',
      unsaved:
        'Redis at {{place}} cannot save to its disk ({{detail}}). Look into its log and make room on that disk.',
      'old-server': 'Redis at {{place}} is too old ({{detail}}).',
      'taken-names':
        'Redis at {{place}} holds keys of another program under the bot’s names ({{detail}}). Give the bot a database or a tag of its own in STORE_URL.',
      other:
        'The store in {{place}} cannot be opened ({{detail}}). Check STORE_URL, the folder’s rights and the disk.',
    },
    'store-failed': 'The store takes or gives nothing ({{detail}}). Check the disk and its room.',
    'store-taken':
      'Another bot works with this store ({{detail}}). Two would answer everybody twice. Stop that one first, or name another folder in STORE_URL.',
    'store-no-socket':
      'Whether another bot works with this store cannot be found out: no socket can be made in its folder ({{detail}}). Put the folder on a disk of this machine.',
    'store-newer':
      'Version {{detail}} of this program has worked with this store, and this one is older: it would not understand all of it. Nothing was changed. Start that version, or restore a backup from before it (backups/ in the folder of the store) with this one.',
    'store-not-backed-up':
      'The store is of an earlier version and is backed up before it is used, which did not work ({{detail}}). Nothing was changed. Make room in its folder, then start again.',
    'store-url': 'STORE_URL names nothing the bot can use as a store: {{detail}}. Example: lmdb:./data',
    storeCure:
      'Nothing was changed. What can still be read: unbind-bot store check. Put a backup in its place: unbind-bot restore. Without a backup move the folder away, do not delete it, and start with an empty one: people are then invited and laptops paired anew.',
    'region-pack-unreadable':
      'REGION_PACK is neither a packaged region (default, ru) nor a readable JSON file: {{detail}}',
    'region-pack-invalid': 'The file in REGION_PACK does not fit: {{detail}}',
    'tls-files': 'HUB_TLS_CERT or HUB_TLS_KEY cannot be read: {{detail}}',
    'packages-unreadable':
      'AGENT_PACKAGES: {{detail}} is not there or cannot be read. npm run package:agent writes the folder.',
    'packages-bad-key': 'AGENT_PACKAGES: {{detail}} holds no key. npm run package:agent writes the folder.',
    'packages-not-signed':
      'AGENT_PACKAGES: {{detail}} is not signed by the operator’s key, or was changed since. Hand out none of it; make the packages anew, or put AGENT_PACKAGES_KEY right.',
    'packages-malformed':
      'AGENT_PACKAGES: {{detail}} is of another version. Make the packages with the version of this bot.',
    'packages-altered':
      'AGENT_PACKAGES: {{detail}} is not what the signed list says: copied by half, or changed. Copy the folder anew.',
    'packages-other-hub':
      'AGENT_PACKAGES: the packages in {{detail}} are made for another bot, and a laptop would refuse this one. Make them with the key and address of this bot.',
    'hub-address-in-use':
      'Another program listens on {{detail}} already. Stop it, or take another port in HUB_LISTEN.',
    'hub-address-not-available':
      'HUB_LISTEN ({{detail}}) is no address of this machine. 127.0.0.1:8443 serves this machine alone, 0.0.0.0:8443 every network it is in.',
    'hub-not-permitted':
      'The system does not let this user listen on {{detail}}: ports below 1024 are for administrators. Take 8443 in HUB_LISTEN, with a proxy or a forwarded port in front.',
    'hub-bad-certificate':
      'HUB_TLS_CERT and HUB_TLS_KEY cannot be used together for {{detail}}: is it the key of this certificate, and are both PEM?',
    'watch-address':
      '/health, /ready and /metrics cannot listen on WATCH_LISTEN ({{detail}}). Name another port, or off.',
    'token-refused': 'Telegram refuses BOT_TOKEN. Get a fresh one from @BotFather. {{detail}}',
    'webhook-refused': 'Telegram refuses WEBHOOK_URL: {{detail}}',
    'telegram-unreachable':
      'Telegram cannot be reached. Check the internet, HTTPS_PROXY and TELEGRAM_API_ROOT. {{detail}}',
  },
} as const;
