/**
 * Verdicts, their reasons and the questions that lead to them (src/policy). The ids are those of the rule table:
 *
 * - `rule.<rule>`: why, one or two sentences; may use {{firmware}}
 * - `when.<rule>`: the rule in a few words, for /explain; `ruleSource`: where rules come from
 * - `fact`, `value`, `source`: facts in words
 * - `method.<method>`: what to do, after "What to do:"; `vendor-tool` is SADP without our agent
 * - `blocker.<blocker>`: what to do before anything works
 * - `question.<fact>.text` / `.where` (where to look) / `.answer.<answer>` (button, at most 24 characters)
 * - `tried.line`: one way that was tried, in the verdict and in the letter; `tried.way`, `tried.said.<word>` (tried.ts)
 * - `rma.subject`, `rma.body`, `rma.mac` (the line after it), `rma.tried` (before the lines), `rma.end`: the e-mail to the service centre; plain text
 * - `rma.asks.<word>`, `rma.advice.<word>`: what a region asks for, and our own advice (src/policy/region.ts)
 * - `rma.says.<word>`: what a source says of the region's support; `rma.lastWay.<way>`, `rma.needs.<word>`: a way before a parcel
 * - `rma.confidence.<H|M|L>`: how sure a source is
 */
export const policy = {
  rule: {
    'not-bound': 'The device itself says that no account is bound. There is nothing to unbind.',
    'ever-in-ezviz':
      'It was in an EZVIZ account. EZVIZ has no unbinding, whatever the firmware: the service centre is left.',
    'ezviz-brand': 'This is an EZVIZ device. Hikvision’s service centre does not handle it.',
    'alarm-panel':
      'This is an alarm panel. Its accounts follow the installer’s platform; the ways of cameras and recorders do not exist here.',
    'owner-out-of-reach':
      'Whoever has it in his account cannot delete it, or is out of reach. Nobody else can.',
    'not-activated':
      'The device is not activated: it has no admin password yet. Until then nothing else works.',
    'recorder-3x-no-update':
      'Recorder firmware {{firmware}}, and there is no 4.x for it. It cannot be unbound on the site.',
    'recorder-update-refused':
      'Recorder firmware {{firmware}}, and it takes no 4.x: the file is for other hardware or another region. Force nothing.',
    'recorder-older-no-file':
      'Recorder firmware {{firmware}}, and the supplier has no newer file for it. It cannot be unbound on the site.',
    'recorder-3x-update':
      'Recorder firmware {{firmware}} cannot unbind. There is a 4.x for this model, for some hardware and regions: take the newest one. Whether it unbinds then, only the device tells.',
    'recorder-3x-look-for-update':
      'Recorder firmware {{firmware}} cannot unbind. Look for the newest 4.x for exactly this model. There is none? Then the service centre.',
    'recorder-older-than-3x':
      'Recorder firmware {{firmware}} is older than anything the vendor speaks of. Compare it with the device. If it is right, update.',
    'no-password': 'Every way asks for the admin password of the device.',
    'cloud-not-online': 'The device is not online in Hik-Connect. Offline it cannot be unbound.',
    'agent-on-lan': 'The laptop sees the device, so it can unbind it over the network.',
    'windows-pc-on-lan': 'A Windows PC is in the device’s network: the vendor’s SADP tool can unbind it.',
    'phone-on-lan': 'The phone is in the device’s network: the app can unbind it.',
    'monitor-at-recorder': 'Recorder firmware {{firmware}}: it can be unbound in its own menu.',
    'monitor-at-newer-recorder':
      'Recorder firmware {{firmware}} is newer than 4.x. Its menu should unbind as well (our conclusion, not the vendor’s word).',
    'nobody-on-lan': 'Every way works only from the device’s own network.',
    'no-lan-unbind': 'This device cannot be unbound from a PC over the network. The app on a phone is left.',
    'update-failed': 'Recorder firmware {{firmware}} cannot unbind, and the update came to nothing.',
    'password-refused':
      'The device has refused this password. Every way asks for it, so none is tried with it again.',
    'password-unproved':
      'The device refused, and nobody knows whether the password is right. Every way would be another try with it.',
    'menu-after-update':
      'The recorder was updated to {{firmware}}. What 4.x has brought is the menu, so it comes first. Whether it unbinds, only the device tells.',
    'monitor-after-update':
      'The recorder was updated to {{firmware}}. What 4.x has brought is the menu, so it comes first: a monitor and a mouse are needed.',
    'menu-left':
      'Recorder firmware {{firmware}}: its own menu was not tried yet. It needs a monitor and a mouse.',
    'pc-left':
      'The app has failed. The SADP tool on a Windows PC, or a laptop with our agent, was not tried yet.',
    'phone-left': 'What was tried over the network has failed. The app on a phone was not tried yet.',
    'newer-firmware':
      'Every way has failed on {{firmware}}. That proves nothing about the newest 4.x: look for one before any parcel. It may not help either.',
    'all-failed': 'Every way that this device has was tried and has failed.',
  },
  when: {
    'not-bound': 'the device says: not bound',
    'ever-in-ezviz': 'was in an EZVIZ account',
    'ezviz-brand': 'EZVIZ brand',
    'alarm-panel': 'alarm panel',
    'owner-out-of-reach': 'whoever has it in his account is out of reach',
    'not-activated': 'not activated',
    'recorder-3x-no-update': 'recorder on 3.x, no 4.x for it',
    'recorder-update-refused': 'recorder before 4.x, the update was refused',
    'recorder-older-no-file': 'recorder older than 3.x, no file for it',
    'recorder-3x-update': 'recorder on 3.x, 4.x exists',
    'recorder-3x-look-for-update': 'recorder on 3.x, nobody knows of a 4.x',
    'recorder-older-than-3x': 'recorder older than 3.x',
    'no-password': 'no admin password',
    'cloud-not-online': 'not online in Hik-Connect',
    'agent-on-lan': 'our laptop sees it',
    'windows-pc-on-lan': 'a Windows PC in its network',
    'phone-on-lan': 'a phone in its network',
    'monitor-at-recorder': 'recorder on 4.x with monitor and mouse',
    'monitor-at-newer-recorder': 'newer recorder with monitor and mouse',
    'nobody-on-lan': 'nobody in its network',
    'no-lan-unbind': 'no way over the network',
    'update-failed': 'recorder on 3.x, the update came to nothing',
    'password-refused': 'the device refused the password',
    'password-unproved': 'refused, and the password is not proved',
    'menu-after-update': 'updated recorder with monitor and mouse',
    'monitor-after-update': 'updated recorder, no monitor yet',
    'menu-left': 'recorder’s menu not tried yet',
    'pc-left': 'SADP on a PC not tried yet',
    'phone-left': 'app not tried yet',
    'newer-firmware': 'all has failed on this 4.x',
    'all-failed': 'all ways have failed',
  },
  ruleSource: {
    note: 'vendor’s note',
    'note-inference': 'follows from the note',
    'note-and-card': 'note and protocol',
    own: 'our rule',
  },
  fact: {
    kind: 'Kind',
    model: 'Model',
    firmware: 'Firmware',
    bindStatus: 'Bound',
    everInEzviz: 'Was in EZVIZ',
    ezvizBrand: 'EZVIZ brand',
    updateTo4x: 'Firmware 4.x',
    adminPassword: 'Admin password',
    passwordProved: 'Password has logged in',
    cloud: 'Hik-Connect',
    lanUnbind: 'Unbinding by network',
    canUnbindNow: 'Can be unbound now',
    agentSees: 'Laptop sees it',
    onSite: 'At hand',
    activated: 'Activated',
    previousOwner: 'Previous owner deletes',
  },
  source: {
    lan: 'the device itself',
    laptop: 'the laptop',
    label: 'the label',
    catalogue: 'firmware catalogue',
    technician: 'you',
  },
  value: {
    yes: 'yes',
    no: 'no',
    bound: 'yes',
    'not-bound': 'no',
    camera: 'camera',
    recorder: 'recorder',
    nvr: 'NVR',
    dvr: 'DVR',
    intercom: 'intercom',
    'door-station': 'door station',
    'indoor-station': 'indoor station',
    'main-station': 'main station',
    'access-control': 'access control',
    'alarm-panel': 'alarm panel',
    ezviz: 'EZVIZ device',
  },
  method: {
    sadp: 'unbind over the network, with the laptop',
    'vendor-tool': 'unbind with the SADP tool on a Windows PC',
    app: 'unbind with the Hik-Connect app',
    'recorder-menu': 'unbind in the recorder’s own menu',
    'firmware-first': 'update the firmware to the newest, then check again',
    'service-centre': 'service centre',
    'nothing-to-do': 'nothing: add it to your own account',
  },
  blocker: {
    'previous-owner':
      'Have the previous owner delete it in his own account, EZVIZ or Hik-Connect. Bought new? Take it back to the shop.',
    'installer-account': 'Have the installer who set it up delete it on his platform (Hik-Partner Pro).',
    activate: 'Activate the device: it needs an admin password first.',
    'recover-password': 'Get the admin password from the owner. Do not guess: the device locks itself.',
    'bring-online': 'Bring the device online in Hik-Connect.',
    'get-onto-lan': 'Get into the device’s network with a laptop, a PC or a phone.',
    'bring-phone': 'Bring a phone with Hik-Connect onto the Wi-Fi of the device’s network.',
    'ask-supplier': 'Ask the supplier which firmware file fits exactly this hardware and region.',
    'bring-monitor': 'Get a monitor and a mouse to the recorder: its own menu comes next.',
  },
  question: {
    everInEzviz: {
      text: 'Was this device ever added to the <b>EZVIZ</b> app (not Hik-Connect)?',
      where: 'Ask the owner in which app they watched it.',
      answer: { yes: 'Yes, it was', no: 'No, never' },
    },
    kind: {
      text: 'What is it?',
      where:
        'See the model on the label: DS-2… camera, DS-7…/8…/9… with N: NVR, with H: DVR, DS-K… intercom or access control, CS-… EZVIZ.',
      answer: {
        camera: 'Camera',
        recorder: 'Recorder (NVR, DVR)',
        intercom: 'Intercom',
        'access-control': 'Access control',
        'alarm-panel': 'Alarm panel',
        ezviz: 'EZVIZ device',
      },
    },
    ezvizBrand: {
      text: 'Is it an EZVIZ device: the logo says EZVIZ, or the model begins with CS-?',
      where: 'Look at the case and at the label.',
      answer: { yes: 'Yes, EZVIZ', no: 'No, Hikvision' },
    },
    firmware: {
      text: 'Which firmware does the recorder have? Type it as shown, for example <code>V3.4.98</code>. Can’t see all of it? The beginning will do: <code>3.4</code>.',
      where:
        'On the monitor: the menu, maintenance, what the system says of itself (our names). Or in the SADP tool, the column with the version.',
    },
    updateTo4x: {
      text: 'Is there firmware 4.x for exactly this model?',
      where: 'On the vendor’s site: the model’s page, downloads, firmware. Or ask your distributor.',
      answer: {
        exists: 'Yes, there is 4.x',
        none: 'No, only 3.x',
        refused: 'The update is refused',
        'no-file': 'The supplier has none',
      },
    },
    adminPassword: {
      text: 'Do you have the <b>admin password of the device</b>? Only yes or no: never send the password here.',
      where: 'The owner has it. It is not the verification code and not the password of the app.',
      answer: { yes: 'Yes, I have it', no: 'No' },
    },
    passwordProved: {
      text: 'Has this password <b>logged in</b> to the device itself: on its page, on its monitor, in another program?',
      where: 'A login that worked is the proof. Being sure of it is none.',
      answer: { yes: 'It logged in', no: 'It was refused' },
    },
    onSite: {
      text: 'What do you have in the device’s network? Press the first that fits.',
      where: 'Same network: same router or switch as the device. Not guest Wi-Fi, not mobile data.',
      answer: {
        'windows-pc': 'Windows PC',
        phone: 'Phone on the Wi-Fi',
        monitor: 'Monitor and mouse',
        nothing: 'None of these',
      },
    },
    cloud: {
      text: 'Does the device show that Hik-Connect is online?',
      where:
        'Where the status of Hik-Connect is.\nRecorder 4.x: System → Network → Advanced → Platform Access\n3.x and browser: Configuration → Network → Advanced → Platform Access (our path)',
      answer: { online: 'Online', disabled: 'Switched off', offline: 'Enabled, but offline' },
    },
    previousOwner: {
      text: 'Before any parcel: can the <b>previous owner</b> still delete the device in his own account, Hik-Connect or EZVIZ?',
      where: 'Have him called: it costs nothing. Whoever sold the device may know him.',
      answer: { yes: 'Yes, he can', no: 'No, or out of reach' },
    },
  },
  tried: {
    line: '{{way}}: {{said}}',
    lineOn: '{{way}}, on firmware {{firmware}}: {{said}}',
    owner: 'whoever has it in his account: cannot delete it, or is out of reach',
    way: {
      sadp: 'our laptop over the network',
      'vendor-tool': 'SADP tool',
      app: 'Hik-Connect app',
      'recorder-menu': 'recorder’s own menu',
      'firmware-first': 'update of the firmware',
    },
    said: {
      failed: '“Failed”',
      'not-supported': '“not supported”',
      'no-button': 'no button for it there',
      'wrong-password': 'wrong password',
      offline: 'says that the device is offline',
      other: 'did not unbind',
      'no-file': 'no such file for this hardware',
      refused: 'the file was refused',
      denied: 'refused without a reason; whether the password is right is not known',
      'denied-proved': 'refused without a reason, with a password that logs in',
      'denied-unproved': 'refused without a reason, with an earlier password',
      unanswered: 'does not answer the unbinding question',
      'status-refused': 'refuses to say whether it can be unbound',
      'no-driver': 'no protocol in common',
      'few-attempts': 'too few attempts left',
      'no-exchange': 'no key exchange came about',
      'no-answer': 'no answer to the order',
      unconfirmed: 'accepted, and still not “not bound”',
      'not-at-hand': 'could not be had',
      updated: 'made',
    },
  },
  rma: {
    subject: 'Device to be unbound: {{model}}, serial number {{serial}}',
    body: 'Hello,\n\nthis device is bound to an account nobody here can use, and it cannot be unbound on the site. Before we send it in, here is its serial number:\n\nSerial number: {{serial}}\nShort serial: {{shortSerial}}\nModel: {{model}}\nFirmware: {{firmware}}\nWhy not on the site: {{reason}}\nOur case: {{case}}',
    mac: 'MAC: {{mac}}',
    tried: 'What was tried:',
    end: 'Please tell us where to send the device and what else you need from us.\n\nThank you.',
    asks: {
      'serial-as-text-first': 'Before you send the device: the serial number as text, not as a photo.',
      'photo-of-label': 'A photo of the label.',
      invoice: 'The invoice, or another proof of purchase.',
      mac: 'The MAC address: {{mac}}.',
      firmware: 'The firmware: {{firmware}}.',
      'photo-on-site': 'A photo of the device where it is mounted.',
    },
    says: {
      'support-does-not-unbind': 'Support cannot do it from afar either: since 2020 it does not unbind.',
    },
    lastWay: {
      'partner-app-case':
        '<b>One more way before a parcel:</b> in Hik-Partner Pro open support and a new case, “Unbind device”. You need not be in the device’s network. It needs:',
    },
    needs: {
      'verified-company': 'a company that is verified in Hik-Partner Pro',
      'label-or-invoice': 'a photo of the label, or the invoice',
    },
    confidence: {
      H: '<i>The vendor says so.</i>',
      M: '<i>Not the vendor’s own word: ask before you rely on it.</i>',
      L: '<i>One report only: ask before you rely on it.</i>',
    },
    advice: {
      'ask-distributor': 'Ask your local distributor where the device goes and what they need.',
      'wait-for-answer': 'Send nothing before their answer is there.',
      'photo-of-label': 'Take a photo of the label before you pack.',
      'proof-of-possession':
        'Write “{{case}}” on a sheet by hand, hold it beside the label, take a photo: it proves that the device is in your hands.',
      'parcel-without-extras': 'Leave out power supply, disks and cables, unless they ask for them.',
      'parcel-with-serial':
        'Put a sheet with the serial number, the case number and your phone number into the parcel.',
    },
  },
} as const;
