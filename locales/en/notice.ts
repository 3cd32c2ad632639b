/**
 * Security notices: what admins and the owners of a laptop hear of by themselves. One sentence what happened, one what
 * to do where there is something to do. HTML of Telegram; values are escaped by the caller.
 */
export const notice = {
  what: {
    access: {
      joined:
        '👤 {{person}} has joined with invitation no. {{invitation}} of {{inviter}}. Not right? /people',
      asks: '👤 {{person}} wants to join with invitation no. {{invitation}} of {{inviter}}.',
      approved: '👤 {{by}} has let {{person}} in.',
      declined: '👤 {{by}} has turned {{person}} away.',
      revoked: '👤 {{by}} has taken the access of {{person}} away.',
      locked: '👤 {{by}} has locked {{person}} out: their phone is lost. Found again? /unlock',
      unlocked: '👤 {{by}} has let {{person}} in again after a lost phone.',
    },
    laptop: {
      paired: '💻 “{{laptop}}” ({{system}}, {{address}}) was paired by {{by}}. Not right? Remove it: /agents',
      refused:
        '💻 {{by}} pressed “Not mine”: “{{laptop}}” ({{system}}, {{address}}) had a pairing code from their chat. Ask them who saw the code.',
      'wrong-number':
        '⚠️ Wrong number while pairing “{{laptop}}” ({{system}}, {{address}}) with {{person}}. The code is burnt, nothing was paired. If they typed carefully, another machine answered: let them pair again over another network.',
      'new-key':
        '🔑 “{{laptop}}” asks for a new key <code>{{mark}}</code>, from {{address}}. The old key stays good until its owner says yes. Not right? /agents',
      rotated: '🔑 “{{laptop}}” has a new key; the old one opens nothing any more.',
      'taken-over':
        '⚠️ “{{laptop}}”: a second program with its key has taken over, from {{address}}. If the agent was not started twice, the key is stolen: remove it now, /agents',
      'new-address': '💻 “{{laptop}}” calls from another address: {{address}}.',
      revoked: '💻 “{{laptop}}” was removed. Its key opens nothing any more.',
      unproven:
        '⚠️ “{{laptop}}” reports <code>{{serial}}</code> of {{person}} as unbound, but that cannot be so: it went around the permit or the picture. Recorded as unproven. Look at the device itself, and at the laptop.',
      'unknown-job':
        '⚠️ “{{laptop}}” reports the end of a job with <code>{{serial}}</code> that I know nothing of: it began after the backup that was restored. Send the serial number again: the device itself says whether it is still bound.',
      flooding: '⚠️ “{{laptop}}” sends more than an honest laptop does. The rest is not listened to.',
    },
    pairing: {
      guessing:
        '⚠️ Many wrong pairing codes came in. Nobody can pair for a while from addresses that begin with <code>{{prefix}}</code>. Somebody may be guessing: look at the log.',
    },
    limit: {
      reached:
        '📈 {{person}} has reached the limit of {{most}} unbinds in 24 hours. To let them go on: the button, or /lift',
      asked:
        '📈 {{person}} is about to unbind more devices than the day allows: {{devices}}, and the limit is {{most}} in 24 hours. To let them: the button, or /lift',
    },
    stolen: {
      tried:
        '🛑 {{person}} tried to work on <code>{{serial}}</code>, which is on the list of stolen devices. The case is stopped.',
      unbound:
        '🛑 <code>{{serial}}</code>, now on the list of stolen devices, was unbound here on {{at}} by {{person}}.',
    },
    pin: {
      blocked:
        '⚠️ {{person}} typed a wrong PIN too often: blocked for {{minutes}} minutes. Ask them: is the phone lost? /revoke takes the access away, /resetpin forgets the PIN.',
      set: '🔢 {{person}} has a new PIN.',
      reset: '🔢 {{by}} has made the bot forget the PIN of {{person}}.',
      missing:
        '🔢 No PIN yet: {{people}}. Whoever holds the phone chooses it: ask them to do it now, with /pin.',
    },
    audit: {
      damaged:
        '⚠️ The audit trail was changed. Faults: {{faults}}, the first at entry {{seq}}. Somebody had access to the store. On the server: <code>unbind-bot audit verify</code>',
      unkept:
        '⚠️ Where the audit trail ends could not be handed on ({{to}}). Look at AUDIT_HEAD_TO and the log.',
      head: '🧾 The audit trail is whole. Keep this message: <code>{{place}}</code>',
    },
    house: {
      crashed:
        '⚠️ The bot was not shut down but ended in the middle of its work, last seen {{at}}. It runs again, nothing is lost.',
      unheard:
        '⚠️ {{person}} gets no notices: Telegram does not let me write to them. They have stopped the bot or never written to it, and have to send /start.',
      more: 'Too much happened to list it all ({{of}}). The audit trail has it.',
    },
    store: {
      aside:
        '⚠️ A stored record cannot be read ({{record}}). It stays where it is, and a copy of it is set aside. On the server: <code>unbind-bot store aside</code>',
    },
  },
  /** What is added for whoever decides, above the buttons. */
  ask: {
    access: { asks: 'Nothing works for them before you decide.' },
    laptop: {
      'new-key':
        'The agent does this once a month and shows the same sign on the laptop: compare. Was it nobody of yours? Press “No”, then remove the laptop.',
    },
  },
  none: { by: 'The operator, on the server,' },
  andMore: 'and {{more}} more',
  someone: '{{name}} ({{id}})',
  digest: {
    title: '<b>What else happened</b>',
    line: '• {{time}}: {{what}}',
    times: '{{line}} <i>(×{{times}})</i>',
  },
  button: {
    approve: 'Let in',
    decline: 'Turn away',
    newKey: 'Yes, same sign',
    oldKey: 'No',
    lift: 'Lift the limit',
  },
} as const;
