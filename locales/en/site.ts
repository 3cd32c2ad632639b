/** Texts of a site: the list of its devices, and a group that is worked through. The same keys in every language. */
export const site = {
  noLaptop:
    'A list needs a laptop with the agent in the network of the site. Connect yours: /pair. Without one, send the labels one by one.',
  whichLaptop: 'Which laptop stands in the network of this site?',
  allow:
    '💻 Look at the laptop “{{agent}}”: it asks whether the list of devices of its network may come into this chat. Whoever sits there answers, for this visit.',
  searching: 'Allowed. The laptop “{{agent}}” lists the devices, up to 15 seconds…',
  allowHelp: 'The laptop waits for a yes or a no there. Or press Cancel.',
  failed: {
    'survey-refused':
      'At the laptop somebody said no: no list comes. Ask whoever sits there, then once more.',
    'survey-abandoned': 'Nobody has answered at the laptop: no list comes. Go there, then once more.',
    'no-terminal':
      'The agent has nobody to ask: it runs without a window. Start it on the laptop so that you see it, then once more.',
    plain: 'The laptop could not make the list. Nothing was sent to any device.',
  },
  list: {
    title: '<b>Devices of this network: {{count}}</b>, not known to be unbound: {{bound}}',
    row: '{{bound}} {{mark}}<b>{{number}}.</b> {{model}} {{address}} · {{way}}',
    noModel: 'model unknown',
    empty:
      'The laptop hears no device with a serial number. Power and cable? Other Hikvision programs closed?',
    noneLeft: 'No device here is bound. Nothing to do.',
    noneNamed: 'No device is named like that.',
    gone: 'The list of devices is an hour old and was taken away: nothing of that network is kept. A new one: /site',
    omitted: '⚠ {{count}} more do not fit into the list. Send me their labels or serial numbers.',
    typed: 'Shown: “{{typed}}”, {{count}}.',
    elsewhere: '⚠ other subnet than the laptop: its address comes first.',
    twice: '⚠⚠ two devices claim one serial number.',
    supposed: '<i>The way holds where the password is known and EZVIZ was never used.</i>',
    ask: 'Press those you want, or all that can be. To search, type a piece of a model, address or serial number.',
    picked: 'Chosen: <b>{{count}}</b>',
    most: 'A group has {{most}} devices at most. The others after it: /site',
    bound: { bound: '🔗', 'not-bound': '✓', unknown: '❔' },
    means: { bound: 'bound', 'not-bound': 'not bound', unknown: 'does not say' },
    way: {
      sadp: 'over LAN',
      'vendor-tool': 'SADP tool',
      app: 'app',
      'recorder-menu': 'recorder menu',
      'firmware-first': 'firmware first',
      'service-centre': 'service centre',
      'nothing-to-do': 'nothing to do',
      'previous-owner': 'by its owner',
      'installer-account': 'by its installer',
      activate: 'activate first',
      'recover-password': 'password first',
      'bring-online': 'cloud first',
      'get-onto-lan': 'laptop first',
      'bring-phone': 'phone',
      'ask-supplier': 'ask the supplier',
      'bring-monitor': 'monitor',
      look: 'after a look',
    },
    button: {
      all: 'All that can be: {{count}}',
      shown: 'All on the list: {{count}}',
      chosen: 'Go on with: {{count}}',
      none: 'Choose none',
      showAll: 'Show all: {{count}}',
      showBound: 'Without unbound ones',
      whole: 'Whole list',
      again: 'List again',
      take: '☐ {{number}} · {{serial}}',
      leave: '☑ {{number}} · {{serial}}',
    },
  },
  plan: {
    head: '<b>Group of {{count}}</b>, one after another',
    order: 'On whose order? It holds for all of them.',
    ezviz:
      'Was any of them ever added to the <b>EZVIZ</b> app (not Hik-Connect)? Ask the owner which app he watched them in.',
    which: 'Which of them were in EZVIZ?',
    said: {
      none: 'EZVIZ: none of them',
      these: 'EZVIZ: {{count}} of them, they leave with their own way',
      unknown: 'EZVIZ: not known',
    },
    limit:
      '⚠️ You may unbind {{left}} more within 24 hours, these are {{count}}. At the limit the group stops and waits. An admin can lift it.',
    asked: 'I have asked the admins. You may start meanwhile.',
    password:
      'Is it <b>one admin password</b> for all? Then it is typed on the laptop once and confirmed there for each device with one key. Never type it here.',
    stops:
      'Each device has its own picture. A wrong password, a refusal by the device or an unknown end stops the whole group.',
    button: {
      none: 'None of them',
      these: 'Some of them',
      unknown: 'I do not know',
      same: 'One password: start',
      each: 'Different ones: start',
      more: 'Ask an admin for more',
    },
  },
  heading: '<b>Group</b> · {{number}} of {{of}}',
  left: 'left: {{left}}',
  member: {
    line: '{{mark}} {{number}} · {{model}} <code>{{serial}}</code> {{end}}',
    waiting: 'waits',
    doing: 'at work',
    verified: 'unbound',
    'nothing-to-do': 'was not bound',
    'own-way': 'own way',
    refused: 'not now',
    stopped: 'stopped',
    'left-out': 'left out',
  },
  why: {
    'not-seen': 'the laptop does not see it',
    'other-subnet': 'other subnet: its address first',
    look: 'questions are open',
    'nobody-there': 'nobody at the laptop',
  },
  rest: {
    paused: '⏸ <b>The group rests.</b> Nothing is sent to any device.',
    stopped:
      '🛑 <b>The group has stopped</b> at {{number}} · <code>{{serial}}</code>: {{why}}. Nothing more is sent to any device.',
    ask: 'Go on with the others? The laptop asks for the password again. Today or another day: /site',
    askEnd: 'None is left.',
    named: 'Only one group at a time: end this one to begin with the devices of the list.',
    button: {
      on: 'Go on',
      skip: 'On without {{serial}}',
      end: 'End the group',
      later: 'Later',
      show: 'About this device',
    },
  },
  stop: {
    'wrong-password': 'wrong password',
    denied: 'the device refused',
    locked: 'the device is locked',
    'accepted-unconfirmed': 'accepted, not confirmed yet',
    unproven: 'the laptop said what cannot be',
    stopped: 'reported as stolen',
    'group-stopped': 'the laptop has stopped it',
    unknown: 'how it ended is not known',
  },
  goesOn: 'The agent was started anew, nothing was sent. Going on with this device…',
  dropped: 'Nothing was begun. The devices of the site again: /site',
  over: {
    title: '🏁 <b>The group is through</b>, {{count}} devices.',
    left: 'Left to do, each in its case:',
    more: 'The others: /cases',
    button: { report: 'Report' },
  },
  offer: {
    noLaptop:
      'Several in a row need a laptop with the agent in their network: /pair. Until then one by one: /cases',
    button: { all: 'All {{count}} in a row', back: 'Back to the group' },
    waits: 'Your group waits: /site',
  },
  confirm: {
    either:
      'Right. Now to the laptop: it asks for the admin password, or for one key. It waits {{minutes}} min.',
    password:
      'Right. Now type the <b>admin password</b> on the laptop, never here. For the rest of the group it is kept there alone, and forgotten after ten minutes without a confirmation. The laptop waits {{minutes}} min.',
    confirm:
      'Right. Now <b>one key on the laptop</b>: check the device it names, then confirm. It waits {{minutes}} min.',
    help: 'The laptop waits for one key. Press it there, or pause the group.',
  },
  button: { pause: '⏸ Pause', skip: 'Leave this one out' },
} as const;
