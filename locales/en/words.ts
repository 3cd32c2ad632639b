/**
 * How technicians speak of devices in English, for `src/device/words.ts`: fact, answer, pattern. Refusals stand before
 * what they refuse, kinds before what is at hand. The text is in lower case; every clause is a line with a space at
 * both ends. What a pattern cannot be sure of it leaves to a question.
 */
const EZVIZ = 'ez ?viz\\w*';
const PC = '(?:laptop|notebook|pc|windows pc|windows laptop|computer)';
const PHONE = '(?:phone|smartphone|iphone|android|mobile)';
const MONITOR = '(?:monitor|mouse|monitor and mouse|hdmi|screen and mouse|tv)';
const CLOUD = '(?:hik-?connect|platform access|cloud)';
const OWNER = '(?:(?:previous|former|old|earlier|first|last) (?:owner|user|tenant|customer)|seller)';
const DEVICE = '(?:device|camera|cam|recorder|nvr|dvr|intercom|it|status)';
const PASSWORD = 'pass(?:word|code)?';
const NETWORK = '(?:lan|network|switch|router|wi-?fi)';
const VERSION = 'v?\\d{1,2}\\.\\d{1,3}(?:\\.\\d{1,3})?(?: ?build ?\\d{6})?(?![\\d.])';
const UPDATED =
  '(?:updated|upgraded|flashed|reflashed|downgraded|reverted|rolled (?:it )?back|went back|came back)';
const HAVE = "(?:have|have got|got|with|bring|brought|at|only|using|use|there is|there's|beside|near)";
const p = (...alternatives: string[]) => new RegExp(alternatives.join('|'), 'm');
const atHand = (what: string) =>
  p(
    ` ${HAVE} (?:(?:a|an|my|the|just|only|the|own) )*${what}`,
    ` ${what} (?:is )?(?:(?:also|now|already) )?(?:here|there|at hand|with me|on site|ready|connected|plugged in)`,
    ` ${what} (?:is )?(?:(?:also|now|already) )?(?:on|in|plugged into) (?:(?:the|a|their|his|its|our|this|that|same|local|building) )*${NETWORK}`,
    `^ (?:(?:a|my|the|just|only) )*${what} $`,
  );

export const words = [
  [
    'adminPassword',
    'no',
    p(
      " (?:no|without|lost|forgot\\w*|unknown|don'?t (?:know|have)|do not (?:know|have)) (?:(?:the|an?|any|my|his|their|admin) )*password",
      ' password (?:(?:for|of|to|from|on|its?|the|this|device|camera|recorder|nvr|dvr|is|was) )*(?:lost|unknown|forgotten|not known|gone)',
      ` (?:nobody|no one|none of us) (?:\\S+ ){0,2}?(?:knows|remembers|has) (?:(?:the|an?|its|his|admin) )*${PASSWORD}(?= |$)`,
      ' password (?:\\S+ ){0,4}does(?:n.?t| not) (?:work|fit|match)',
      ' (?:know|knows) the password (?:not|no)',
    ),
  ],
  [
    'adminPassword',
    'yes',
    p(
      ` (?:have|know|got|with|(?:gave|told|sent) (?:me|us)) (?:(?:the|an?|its|his|device|admin) )*${PASSWORD}(?= |$)`,
      ' password (?:(?:for|of|to|from|on|its?|the|this|device|camera|recorder|nvr|dvr|is|i) )*(?:known|there|ok|have|here|available)',
    ),
  ],
  [
    'passwordProved',
    'no',
    p(
      ' (?:the )?(?:device|page|recorder|camera|nvr|dvr) (?:has )?(?:refused|rejected) (?:(?:the|this|my|that) )*password',
      ' log(?:ging)?[ -]?in (?:was |is )?(?:refused|rejected|failed)',
    ),
  ],
  [
    'passwordProved',
    'yes',
    p(
      ' (?:i )?(?:have |had )?logged in(?: (?:to|on|with|at) (?:\\S+ ){0,4}\\S+)? $',
      ' (?:it|password|login|log in) (?:has |just )?(?:logged (?:me )?in|let me in|logs (?:me )?in|worked on (?:the |its )?(?:page|monitor|device))',
    ),
  ],
  [
    'previousOwner',
    'no',
    p(
      ` ${OWNER} (?:(?:is|was|has|can|does|will|no|longer|not|cannot|can.?t|won.?t|doesn.?t) )*(?:unknown|gone|dead|unreachable|out of reach|vanished|disappeared|abroad|be reached|be found|(?:not|no longer) \\S+|refuses?|answer|respond)`,
      ` ${OWNER} (?:cannot|can.?t|can not|will not|won.?t|could not|couldn.?t|does not want to) (?:delete|remove|unbind|help)`,
      ` (?:don.?t know|do not know|cannot reach|can.?t reach|cannot find|can.?t find|nobody knows) (?:the |who (?:the |is the |was the )?)?${OWNER}`,
      ` no (?:contact (?:to|with|of) (?:the )?)?${OWNER}`,
    ),
  ],
  [
    'previousOwner',
    'yes',
    p(
      ` ${OWNER} (?:(?:still|can|could|will|is able to|is ready to|wants to|is willing to|agrees to) )+(?:delete|remove|unbind|free)`,
      ` ${OWNER} (?:deletes|removes|unbinds) it`,
    ),
  ],
  [
    'ezvizBrand',
    'yes',
    p(
      ` ${EZVIZ} (?:camera|cam|device|doorbell|brand)`,
      ` (?:camera|brand|made) (?:is |by )?${EZVIZ}(?! (?:says|shows|does|can|app|account))`,
    ),
  ],
  [
    'everInEzviz',
    'no',
    p(
      ` (?:never|was not|wasn'?t|not) (?:(?:been|was|it|added|ever|used|registered|bound) )*(?:in|to|with|on|by) (?:(?:the|an?|any) )*${EZVIZ}`,
      ` never (?:\\S+ )?${EZVIZ}`,
      `^ no ${EZVIZ} $`,
      ` ${EZVIZ} (?:never|no)(?: |$)`,
    ),
  ],
  [
    'everInEzviz',
    'yes',
    p(
      ` (?:was|were|been|used|added|bound|registered|sits|hangs|still|before|formerly|earlier|previously|once)(?: \\S+){0,3}? (?:(?:in|on|to|with|by|via|through|under) )(?:(?:the|an?|old|some) )*${EZVIZ}`,
      ` ${EZVIZ} (?:before|earlier|in the past|yes|once|previously)`,
      ` (?:formerly|previously|used to be) ${EZVIZ}`,
      `^ in (?:(?:the|an?) )?${EZVIZ}(?: (?:app|account))? $`,
    ),
  ],
  [
    'updateTo4x',
    'refused',
    p(
      ' (?:upgrade|update|firmware) (?:packet|package|pack|file) (?:\\S+ ){0,2}?(?:mismatch\\w*|incorrect|invalid|does(?:n.?t| not) (?:match|fit))',
      ' (?:firmware|update|upgrade) (?:file |packet |package )?(?:(?:is|was|got|has been) )?(?:refused|rejected|not accepted|mismatch)',
      ' (?:refuses|refused|rejects|rejected|does(?:n.?t| not) (?:take|accept)|won.?t (?:take|accept)|will not (?:take|accept)) (?:(?:the|this|any|new|4\\S*) )*(?:update|upgrade|firmware|(?:firmware )?file)(?: |$)',
      ' no (?:(?:firmware|update|upgrade|4\\S*) )*file (?:\\S+ )?for (?:this|my|our|its|the|exactly this) (?:hardware|revision|board|region)',
    ),
  ],
  [
    'updateTo4x',
    'none',
    p(
      ' no (?:4\\.x|v?4\\.\\d+\\S*|version 4|firmware 4\\S*|update(?:s)? (?:to 4\\S*|available|exists?)|newer firmware|updates?)',
      ' (?:there is|has|is there) no 4',
      ' (?:4\\.x|version 4) (?:does not|doesn.?t) exist',
      ' (?:no|not) (?:\\S+ )?update to 4',
    ),
  ],
  [
    'updateTo4x',
    'exists',
    p(
      ' (?:4\\.x|v?4\\.\\d+(?:\\.\\d+)?|update(?: to 4\\S*)?) (?:exists|available|is out|is available)',
      ' (?:there is|can be (?:updated|upgraded) to|can update to|offers|upgradable to|want to (?:update|upgrade) to) (?:(?:a|the|firmware|version) )*v?4(?:\\.(?:x|\\d+(?:\\.\\d+)?))?',
    ),
  ],
  ['cloud', 'disabled', p(` ${CLOUD} (?:is )?(?:off|disabled|switched off|turned off|not enabled)(?: |$)`)],
  [
    'cloud',
    'offline',
    p(
      ` ${DEVICE} (?:(?:is|shows|says|stays|now|currently) )*(?:offline|not online)`,
      ` ${CLOUD} (?:(?:is|shows|says) )*(?:offline|not online|not connected)`,
      '^ (?:(?:is|now|currently|shows) )*(?:offline|not online) $',
      ' no internet (?:there|on site|at the site|$)',
      ' without internet (?:there|on site|$)',
      ' no internet $',
    ),
  ],
  [
    'cloud',
    'online',
    p(
      ` (?:${DEVICE}|${CLOUD}) (?:(?:is|shows|says|now|currently) )+online(?: |$)`,
      '^ (?:(?:it|is|now|currently|shows|status) )*online $',
    ),
  ],
  ['kind', 'alarm-panel', p(' (?:alarm (?:panel|hub)|ax ?pro|axhub)(?: |$)')],
  ['kind', 'access-control', p(' (?:access (?:control\\w*|terminal)|face terminal|turnstile)(?: |$)')],
  [
    'kind',
    'intercom',
    p(
      ' (?:intercom|door ?bell|door station|indoor station|indoor monitor|villa station|video door phone)s?(?: |$)',
    ),
  ],
  ['kind', 'recorder', p(' (?:recorder|nvr|dvr|xvr|hvr)(?: |$)')],
  ['kind', 'camera', p(' (?:camera|cam|ipc|dome|bullet|turret|ptz)(?: |$)')],
  [
    'onSite',
    'nothing',
    p(
      ' (?:not (?:on|at) (?:the )?site|i am far away|far away|working remotely|i am remote|no network access)(?: |$)',
      ' (?:not|nobody) (?:on|in) (?:the |its )?(?:lan|network)(?: |$)',
    ),
  ],
  ['onSite', 'windows-pc', atHand(PC)],
  ['onSite', 'phone', atHand(PHONE)],
  ['onSite', 'monitor', atHand(MONITOR)],
] as const;

/** Clauses that only suppose something: they are left to a question. */
export const hedges = [
  / (?:maybe|perhaps|probably|i think|i guess|not sure|no idea|possibly|doubt\S*|not certain|can.?t say|cannot say|don.?t think|might|could be|seems?|whether|or not|if it was|hopefully) /,
  / \d\S* or (?:on )?v?\d/,
  / password (?:\S+ ){0,4}(?:owner|customer|tenant|boss|colleague|client|he|she) (?:has|knows|will)/,
] as const;

/** Commas inside what is only supposed: "not sure, if it was flashed"; and before what takes back what was said. */
export const joins = [
  /(?<=password(?: \S+){0,3}),(?= but (?:it (?:does|is|did|isn|doesn|didn)\S*|the \S+ has|he has|she has) )/,
  /(?<=(?:not sure|don.?t know|i think|i guess|doubt)),(?= (?:that|if|whether) )/,
] as const;

/** What is said of something else. */
export const asides = [
  p(
    " (?:(?:no|without|have|know|got|don'?t know|lost|forgot) )?(?:(?:the|a|his|my) )*(?:wi-?fi|app|account|cloud|email|router|windows|laptop|owner'?s app|ezviz|hik-?connect) password(?: (?:is )?(?:known|lost|unknown|ok))?",
    " (?:(?:no|without|have|know|got|don'?t know|lost|forgot) )?(?:(?:the|a|his|my) )*password (?:of|for|to) (?:(?:the|his|my|an?) )*(?:wi-?fi|app|account|cloud|email|router|windows|laptop|ezviz|hik-?connect)(?: (?:app|account))?",
  ),
  p(' (?:(?:no|without|have|know) )?(?:the )?verification code(?: (?:is )?(?:known|lost|unknown))?'),
  p(
    ` (?:no|without|not|left|forgot) (?:(?:a|my|the|any) )*(?:${PC}|${PHONE}|${MONITOR})`,
    ` (?:${PC}|${PHONE}) (?:is )?(?:dead|at home|in the office|broken|empty)`,
    ` (?:${PC}|${PHONE}|${MONITOR}) (?:(?:is|was|now|still) )*(?:not|isn.?t|can.?t|cannot|won.?t)(?: \\S+){1,5}`,
  ),
  // A version it is not.
  p(' (?:not|isn.?t|not yet|never) (?:(?:on|at|a|the|firmware|version) )*v?\\d{1,2}\\.(?:x|[\\d.]+)(?= |$)'),
  // Versions of programs, which are no firmware.
  p(
    ' (?:ivms\\S*|sadp(?: tool)?|hik-?central\\S*|batch config\\w*|app|program|plugin|android|ios|chrome) (?:(?:v|ver|version|was|is|got|updated|upgraded|to|now|on) )*v?\\d{1,2}(?:\\.\\d{1,4}){1,3}',
  ),
  p(
    " (?:owner'?s|his|their|customer'?s|previous owner'?s) (?:phone|laptop|pc)",
    ' phone (?:number|call)',
    ' (?:call|ring|text) (?:\\S+ ){0,2}?phone(?: on(?: \\S+){1,3})?',
  ),
  p(
    ' (?:(?:and|with|for) )?\\d+ (?:cameras?|channels?|cams?)(?: |$)',
    ' (?:with|and) (?:(?:all|its|the|some) )*(?:cameras|cams)',
  ),
] as const;

/** What denies the phrase that follows it. */
export const denials = [
  / (?:not|never|nor|cannot|\S+n[\u0027\u2019]t|(?:do|did|does|is|was|have|has|ca|wo)nt|no longer|rather than|instead of)(?: (?:an?|the|my|any|be|been|yet|really|even|bring|take|get|got|have))* $/,
] as const;

/** Words before a version. */
export const firmware = [
  // A clause of its own: nothing else is told by two numbers with a dot.
  /^ v?([1-9]\.\d{1,3}) $/,
  p(
    ' (?:firmware|fw|version|ver|on|runs|running|software) (?:(?:is|version|line|old) )*v?(\\d{1,2}\\.\\d{1,3})(?![\\d.])(?! ?(?:mm|mp|ghz|gb|tb|v|inch))',
  ),
] as const;
/** Of several versions, the one of today: an update that was done, or "now". */
export const today = [
  p(
    ` ${UPDATED}(?: (?:it|the|its|nvr|dvr|recorder|camera|cam|firmware|just|already))* from ${VERSION} (?:up )?to (?:(?:version|firmware) )*(${VERSION})`,
    ` ${UPDATED}(?: (?:it|the|its|nvr|dvr|recorder|camera|cam|just|already|up|to|on|at|firmware|version))* (${VERSION})`,
    ` (?:went|moved|jumped) from ${VERSION} to (${VERSION})`,
    ` (?:now|currently|today)(?: (?:it|is|to|on|at|runs|has|firmware|version))* (${VERSION})`,
    ` (?:is|runs|running) (?:(?:on|at|with) )?(${VERSION}) (?:now|today)(?= |$)`,
  ),
] as const;

/** An update that was not done, and where it was to lead. */
export const undone = [
  p(
    ' (?:want|wants|need|needs|(?:have|has) to|must|should|will|would|going|plans?|planning|try|tries|trying|tried|can|could|can.?t|cannot|couldn.?t|won.?t|didn.?t|doesn.?t|don.?t|not|never|failed|unable|how|before) (?:\\S+ ){0,3}?(?:updat|upgrad|flash|install)\\w*(?= )',
    ' (?:updat|upgrad|flash)\\w* (?:\\S+ ){0,8}?(?:failed|fails|refused|rejected|impossible|tomorrow|later|doesn.?t|didn.?t|not)(?= |$)',
  ),
] as const;
export const aims = [
  p(
    ` (?:to|onto) (?:(?:the|a|version|firmware) )*${VERSION}`,
    ` (?:updat|upgrad|flash|install)\\w* (?:(?:it|the|version|firmware) )*${VERSION}`,
  ),
] as const;

/** Whole answers: yes, no, I don't know, done, again, and the ways out. */
export const replies = {
  yes: /^ (?:yes|yep|yeah|yup|y|sure|of course|it was|it is|i do|i have)(?:[ ,.!]+(?:it was|it is|i do|i have|sure|of course|it did|there is|please))*[ .!]*$/,
  no: /^ (?:no|nope|never|n|nah|none|nothing)(?:[ ,.!]+(?:never|it was not|it wasn.?t|i don.?t|i do not|there is not|there isn.?t|none|not))*[ .!]*$/,
  'dont-know':
    /^ (?:(?:no|yes)[ ,]+)?(?:i )?(?:don.?t know|do not know|dunno|idk|no idea|not sure|can.?t say|\?+)[ .!]*$/,
  done: /^ (?:all )?(?:done|ready|ok|okay|finished|next|go on|continue|i did it|did it|got it|sent|clear|understood|i see)(?:[ ,.!]+(?:done|ready|next|go on|continue|check it|it|thanks|thank you|now))*[ .!]*$/,
  again:
    /^ (?:(?:try|check|look|ask|once) )?(?:it )?(?:again|more|retry|repeat)(?:[ ,.!]+(?:please|it))*[ .!]*$/,
  back: /^ (?:(?:go|step|one step) )?back(?:[ ,.!]+please)?[ .!]*$/,
  cancel: /^ (?:cancel|stop|abort|quit)(?: (?:it|this|here|please))*[ .!]*$/,
} as const;

/** Around passwords (`src/device/secret.ts`): whole words in lower case. */
export const secrets = {
  announcing: /pass(?:[ -]?word|wd|phrase|code)s?|pwds?|psw|p\/w|(?:pass|pw|pin(?:-?code)?)(?=\s*[:=])/,
  between:
    /is|was|are|be|it|it's|its|for|of|to|on|in|and|the|an?|my|his|her|their|our|your|this|that|here|from|by|with|now|device|camera|cam|recorder|nvr|dvr|intercom|tried|try|typed/,
  users: /admin|administrator|user|login/,
  equal: /is|was|it|it's|tried|try|typed/,
  denied:
    /no|without|forgot(?:ten)?|forget|lost|don.?t (?:know|have|remember)|not know|need|reset|recover|find out/,
  after:
    /not?|yes|ok|fine|there|known|unknown|lost|gone|forg\w+|missing|wrong|incorrect|right|correct|invalid|error|failed|reset\w*|recover\w*|chang\w+|expired?|protected|required?|needed|please|again|help|later|same|new|old|set|only|too|strong|weak|manager|field|prompt|page|hint|box|does|doesn't|did|didn't|has|had|can|can't|will|works?|fits?|accepted|refused|rejected|asked|anymore|either|yet|instead|what|which|where|who|why|how|if|when|but|or|because|ask\w*|see|below|above|hik-?connect|ezviz|wi-?fi|account|app|cloud|e-?mail|router|laptop|windows/,
  numbered:
    /building|floor|room|office|site|house|flat|gate|door|warehouse|shop|camera|cam|channel|recorder|nvr|dvr|ipc|device|port|step|option|error|code|version|firmware|build|model|number|no|unit|line|case|ticket|order|win|windows|android|iphone|ipad|ios|galaxy|redmi|pixel|ivms|sadp|chrome|firefox|turbohd|acusense|colorvu|hik-?connect|ezviz|vlan/,
} as const;

/** Around numbers (`src/device/typed-words.ts`): whole words in lower case. */
export const numbers = {
  others:
    /orders?|purchase order|p\.?o\.?|invoices?|inv|tickets?|cases?|requests?|ref(?:erence)?|rma|p ?\/ ?n|pn|parts?|sku|article|art|material(?: code)?|bar ?code|ean|upc|imei|mac|contract|agreement|bill|receipt|tracking|awb|passport|id card|policy|licen[cs]e|accounts?|acc(?:oun)?t|vat|tin|tax(?: id)?|batch|lot|fcc(?: id)?|cmiit(?: id)?|build|any ?desk(?: id)?|team ?viewer(?: id)?|rust ?desk(?: id)?|(?:customer|client) (?:no|number|id)/,
  people:
    /tel(?:ephone)?s?|phones?|mob(?:ile)?|cell|call(?: me)?|contacts?|fax|whats ?app|viber|telegram|text me|(?:my|his|her|their|our) (?:number|no|cell|mobile)|(?:phone|contact|mobile) (?:number|no)/,
  between: /no|nr|num|number|id|is|of|the|our|my|his|her|from|dated|series|at|on/,
  codes:
    /(?:(?:verification|security|check) )?(?<!(?:qr|bar)[ -])codes?|pass|pw|pin|login|user ?name|admin(?=\s*[/:=])/,
  devices:
    /cameras?|cams?|cam ?\d{1,2}|recorders?|nvr|dvr|xvr|intercom|door ?bell|panel|devices?|units?|serials?|s ?\/ ?n|sn/,
  joins: /and|or|plus|then|also/,
  right: /right(?: one)?|correct(?:ed|ion)?|actual(?:ly)?|should be|meant?|instead/,
  wrong: /wrong|incorrect|mistaken?|mistyped|typo|misread/,
  not: /not|isn.?t|wasn.?t|instead of/,
  rather: /(?:or )?rather|i mean(?:t)?|correction|(?:no,? )?sorry|oops/,
} as const;
