/** Backups, what follows a restore, what is kept and forgotten, and people who leave. */
export const keep = {
  cli: {
    backup: 'write everything the store holds into one file, beside a running bot',
    recipient: 'public key of age (age1…) to encrypt to; may be given again; without it BACKUP_RECIPIENTS',
    restore: 'put a backup in the place of the store; the bot must not run',
    identity: 'file with the private key of age, for an encrypted backup',
    forget: 'forget a technician, a case or a device: technician <id>, case <number>, serial <number>',
    unlock: 'let in again whom an admin has locked out with /lock: for an admin’s own phone',
    head: 'where the trail that is lost ended, as AUDIT_HEAD_TO kept it: seq:hash',
  },
  backup: {
    made: '{{path}}: {{bytes}} bytes, {{records}} records, {{cases}} cases. It was read again from the disk and is whole.',
    sealed: 'It is encrypted: only the private key opens it. Keep that one away from this server.',
    open: 'It is NOT encrypted: whoever reads it reads names, serial numbers and the hub’s keys. BACKUP_RECIPIENTS encrypts it.',
    head: 'The audit trail in it ends at {{place}}',
    trail: 'The audit trail in it is damaged, as it is in the store. Look at it: unbind-bot audit verify',
    unreadable:
      '{{count}} records in it cannot be read by this version, as they cannot be in the store. Look at them: unbind-bot store check',
  },
  restore: {
    done: 'The store is as it was on {{date}}: {{cases}} cases, {{records}} records. This is epoch {{epoch}}.',
    before:
      'The store that was there lies in {{place}}. Delete it once you miss nothing: names and serial numbers are in it.',
    head: 'The audit trail goes on behind {{backup}}; what was lost ended at {{lost}}.',
    headUnknown:
      'The audit trail goes on behind {{backup}}. Where the lost one ended is not known: restore again with --head, if you kept it (AUDIT_HEAD_TO).',
    nothingLost: 'The audit trail goes on behind {{backup}}; nothing of it was lost.',
    unknown:
      'Unbinds under way when the backup was made: {{count}}. How they ended is unknown until their laptops have reported.',
    next: 'Now start the bot. Permits, pairing codes and invitations of before are void. People and laptops are paused until an admin has looked at the list: /restored',
    stolen:
      'Devices put on the stolen list after {{date}} are not on it: enter them again with /deny. PINs and removals after that day are undone, too.',
  },
  fault: {
    missing: '{{path}}: there is no such file or folder.',
    exists: '{{path}}: there is a file already. Take another name; nothing is ever written over.',
    'no-rights': '{{path}}: this user may not read or write there ({{detail}}).',
    'no-room': '{{path}}: no room on that disk ({{detail}}).',
    disk: '{{path}}: the disk says {{detail}}.',
    encrypted: '{{path}} is encrypted. Name the file with its private key: --identity key.txt',
    'wrong-key': '{{path}} is encrypted to another key than those in the file of --identity.',
    'not-a-backup': '{{path}} is no backup of this program.',
    'newer-form': '{{path}} was made by a newer version of this program. Restore it with that one.',
    damaged:
      '{{path}} is damaged: cut off, or changed since it was made. Nothing was changed. Take another backup.',
    'bad-recipient': 'A key to encrypt to must be a public key of age: age1…',
    'bad-identity': '{{path}}: no private key of age is in it. It is a line that begins with AGE-SECRET-KEY-',
  },
  lock: {
    how: 'Whose phone is lost? For example <code>/lock 123456789</code>; /unlock lets them in again. /people shows the ids.',
    done: '🔒 {{name}} is locked out, at once: what was running is stopped, permits are void. Cases and laptops stay theirs. A PIN the finder may know: <code>/resetpin {{id}}</code>. Back in: <code>/unlock {{id}}</code>',
    yourself: 'You cannot lock yourself out. Another admin can.',
    notLocked: 'Nobody with that id is locked.',
    opened: '🔓 {{name}} is in again.',
    openAgain: '🔓 You are in again. Your cases: /cases',
    locked: 'This access is locked. Talk to your admin.',
  },
  leave: {
    how: 'Who leaves, and who takes over? For example <code>/leave 123456789 987654321</code>. Open cases go to the second one, laptops nobody else uses are removed, access ends. /people shows the ids.',
    done_one:
      '{{name}} is out. {{count}} open case is with {{to}} now; laptops nobody else uses are removed.',
    done_other:
      '{{name}} is out. {{count}} open cases are with {{to}} now; laptops nobody else uses are removed.',
    nobody: 'The second id is nobody who is let in, or the same person. /people shows the ids.',
    yours_one: '{{name}} has left. {{count}} open case is yours now: /cases',
    yours_other: '{{name}} has left. {{count}} open cases are yours now: /cases',
  },
  forget: {
    how: 'Name what and which: technician <Telegram id>, case <number>, serial <serial number>.',
    done_one: 'Forgotten, with {{count}} case. The audit trail keeps its entries, and they name it no more.',
    done_other:
      'Forgotten, with {{count}} cases. The audit trail keeps its entries, and they name it no more.',
    remains:
      'What is still there: backups and exports made until now (after a restore forget again), replaced-… and backups/ in the folder of the store, lists of open cases, and of groups for 90 days, the chats in Telegram, and the journals of laptops. The stolen list was not touched.',
    nothing: 'There is no such case.',
    open: 'A case of it is open. Close it first, or give it to a colleague: /leave',
    member: 'This person is let in. Take the access away first: /leave or /revoke',
    ambiguous: 'Several cases have this number. Take more of the id, as the export of the trail has it.',
  },
  restored: {
    ask: 'The bot was restored from a backup of {{date}}. These came back and are <b>paused</b>: they can do nothing until you say so. Whoever was removed since is among them.',
    people_one: '<b>{{count}} person:</b> {{names}}',
    people_other: '<b>{{count}} people:</b> {{names}}',
    laptops_one: '<b>{{count}} laptop:</b> {{names}}',
    laptops_other: '<b>{{count}} laptops:</b> {{names}}',
    more: '{{names}} and {{count}} more',
    how: 'Remove who must not come back: /people and /agents. Then press the button.\nVoid: pairing codes, invitations. Enter again what came since: /deny (stolen devices), /invite, laptops paired since.',
    button: 'Let them in',
    nothing: 'Nobody is paused: the list is confirmed, or nothing was restored.',
    done: 'They are in again. Laptops report now what became of their work.',
    backIn:
      'You are in again. The bot was restored from a backup of {{date}}: look at your cases, and send anew what is missing: /cases',
    paused: 'The bot was restored from a backup. An admin has to confirm you first; I write to you then.',
  },
} as const;
