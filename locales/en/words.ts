/**
 * How technicians speak of devices in English, for `src/device/words.ts`: fact, answer, pattern. Refusals stand before
 * what they refuse. The text is in lower case, single spaces around every word.
 */
export const words = [
  [
    'adminPassword',
    'no',
    / (?:no|without|lost|forgot\w*|unknown|don.?t (?:know|have)) (?:the |an? |my |his |their )?(?:admin )?password| password (?:is |was )?(?:lost|unknown|forgotten|not known)/,
  ],
  [
    'adminPassword',
    'yes',
    / (?:have|know|got|with) (?:the |an? )?(?:admin )?password| password (?:is )?(?:known|there|ok)/,
  ],
  [
    'ezvizBrand',
    'yes',
    / (?:ezviz (?:camera|cam|device|doorbell|brand)|(?:camera|brand|made) (?:is |by |from )?ezviz)/,
  ],
  ['everInEzviz', 'no', / (?:never|not) (?:\w+ ){0,3}ezviz| no ezviz| ezviz (?:never|no) /],
  ['everInEzviz', 'yes', / ezviz/],
  ['updateTo4x', 'none', / no (?:4\.x|4\.\d+|version 4|update)| (?:there is|has) no 4/],
  ['updateTo4x', 'exists', / (?:4\.x|update) (?:exists|available|is out)/],
  [
    'cloud',
    'disabled',
    / (?:hik-?connect|platform access|cloud) (?:is )?(?:off|disabled|switched off|turned off)/,
  ],
  ['cloud', 'offline', / (?:offline|no internet|not online)/],
  ['cloud', 'online', / online/],
  [
    'onSite',
    'nothing',
    / (?:not (?:on|at) (?:the )?site|far away|remote(?:ly)?|no (?:laptop|pc|network access))/,
  ],
  ['onSite', 'windows-pc', / (?:laptop|notebook|pc|windows|computer)/],
  ['onSite', 'phone', / (?:phone|smartphone|mobile)/],
  ['onSite', 'monitor', / (?:monitor|mouse|hdmi|screen and mouse)/],
  ['kind', 'alarm-panel', / (?:alarm (?:panel|hub)|ax ?pro|axpro)/],
  ['kind', 'access-control', / (?:access (?:control|terminal)|face terminal|turnstile)/],
  ['kind', 'intercom', / (?:intercom|door ?bell|door station|indoor station|villa station)/],
  ['kind', 'recorder', / (?:recorder|nvr|dvr|xvr|hvr)/],
  ['kind', 'camera', / (?:camera|cam|ipc|dome|bullet|turret|ptz)s?[ .]/],
] as const;

/** Whole answers: yes, no, I don't know. */
export const replies = {
  yes: /^ (?:yes|yep|yeah|y|sure)[ .]*$/,
  no: /^ (?:no|nope|never|n)[ .]*$/,
  'dont-know': /^ (?:i )?(?:don.?t know|dunno|no idea|not sure|\?+)[ .]*$/,
} as const;
