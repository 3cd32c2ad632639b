/** Articles of /help: what it means, what to do. Ids and the codes that lead to them: src/policy/help.ts. */
export const help = {
  article: {
    'added-by-other': {
      title: '“Added by another account”',
      means: 'The device is bound to somebody else’s Hik-Connect account.',
      todo: 'If the previous owner can be reached, ask him to delete it in his app: that is the quickest. If not, send me the label and I show the way for this device.',
    },
    'own-already': {
      title: 'It is already yours',
      means: 'The device is already in the account you are logged in with.',
      todo: 'Look through the device list of the app. Nothing has to be unbound.',
    },
    'device-offline': {
      title: 'The device is offline',
      means: 'The cloud does not see the device. Offline it cannot be unbound.',
      todo: 'Check in this order: Hik-Connect enabled, address and mask, gateway, DNS, date and time. Wait two minutes after each change.',
    },
    'cloud-off': {
      title: '“Service not enabled”',
      means: 'Hik-Connect is switched off on the device itself.',
      todo: 'On the device: Network → Platform Access → Hik-Connect, tick Enable. Wait until it says Online.',
    },
    'not-registered': {
      title: 'Enabled, but not registered',
      means: 'The device tries to reach the cloud and does not get there.',
      todo: 'Check address, gateway, DNS and time, and wait up to two minutes. Is the verification code empty? Set one of 6 to 12 letters and digits.',
    },
    'device-unknown': {
      title: '“Device does not exist”',
      means:
        'The cloud has never seen this serial number: the device was not online yet, or the number has a typo.',
      todo: 'Compare the 9 characters with the label. Then bring the device online.',
    },
    'device-error': {
      title: 'The device did not answer the cloud',
      means: 'The cloud reached the device, but it answered with an error or too late.',
      todo: 'Wait a minute, try once more. If it stays, restart the device from its menu and wait until it is online.',
    },
    'code-refused': {
      title: 'The verification code is refused',
      means: 'The code on the label no longer counts: it was changed on the device, or never set.',
      todo: 'Log in to the device: Network → Platform Access. Read or set the code there (6 to 12 letters and digits).',
    },
    'serial-refused': {
      title: 'The serial number is refused',
      means: 'The app wants the short serial number: exactly 9 characters.',
      todo: 'It stands below the QR code on the label. Or scan the code. Mind 0 and O, 1 and I.',
    },
    'which-password': {
      title: 'Which password?',
      means:
        'The admin password of the device: the one set when it was activated. Not the verification code, not the password of the app.',
      todo: 'Ask the owner or whoever installed it. Type it on the laptop or on the device, never in this chat.',
    },
    'wrong-password': {
      title: 'Wrong password',
      means:
        'The device refused the admin password. Each try is counted; after 5 to 7 wrong ones it locks itself.',
      todo: 'Stop. Check capital letters and keyboard layout. Ask the owner before the next try.',
    },
    denied: {
      title: 'Refused without a reason',
      means: 'Some firmware says this for a wrong password, some while it is busy or locked.',
      todo: 'Count it as a wrong password. Wait half an hour, ask the owner for the password, try once.',
    },
    locked: {
      title: 'The device is locked',
      means: 'Too many wrong passwords. It refuses everyone for a while, usually 30 minutes.',
      todo: 'Wait the time shown. Do not try in between. Close other programs that log in to this device.',
    },
    'few-attempts': {
      title: 'Why I stop before the last attempts',
      means:
        'Two tries or fewer are left, or nobody can say how many and the one careful try was made. The next mistake could lock the device.',
      todo: 'Get the right password from the owner first, or let him log in to the device himself and unbind it there. Do not try before that.',
    },
    'password-shape': {
      title: 'The password could not be used',
      means: 'It was not typed, or it does not fit: this protocol carries at most 16 bytes.',
      todo: 'Start again and type it when the laptop asks. If it really is longer, use the app instead.',
    },
    'risk-password': {
      title: '“Risky password”',
      means: 'It worked. The device only says that its password is weak.',
      todo: 'Go on. Later advise the owner to set a stronger one.',
    },
    'other-program': {
      title: 'The password is right, yet it is refused',
      means:
        'The device may be locked, or another program on the site uses up the attempts: recorder software, home automation.',
      todo: 'Close those programs. Wait 30 minutes. Then try once.',
    },
    'browser-only': {
      title: 'It works in the browser, not here',
      means: 'The device allows only some ways of logging in (Digest, SHA-256).',
      todo: 'Take the SADP way or the app: both log in differently.',
    },
    'not-activated': {
      title: 'The device is not activated',
      means: 'It has no admin password yet.',
      todo: 'Activate it: set a password with the SADP tool, in the browser or on the monitor. Then check again.',
    },
    'not-supported': {
      title: 'The device cannot do this',
      means: 'Its firmware does not have this function.',
      todo: 'Take another way: the app on a phone in the same network, or the recorder’s menu.',
    },
    'device-busy': {
      title: 'Busy',
      means: 'The device, or the laptop, is doing something else right now.',
      todo: 'Wait a minute, then try again.',
    },
    'low-privilege': {
      title: 'This user may not do it',
      means: 'You are logged in as an ordinary user. Only admin may unbind.',
      todo: 'Log in as admin with the admin password.',
    },
    'too-many-users': {
      title: 'Too many users logged in',
      means: 'The device takes only a few logins at once.',
      todo: 'Close browsers, iVMS and apps that are logged in. Wait two minutes.',
    },
    'restart-needed': {
      title: 'It wants a restart',
      means: 'The change counts only after a restart.',
      todo: 'Restart the device from its menu. Wait until it is online again.',
    },
    'invalid-xml': {
      title: '“Invalid XML” or “wrong parameter”',
      means: 'The device did not like a value. Most often it is the verification code: empty or too short.',
      todo: 'Set a verification code of 6 to 12 letters and digits on the device, then try again.',
    },
    'other-command': {
      title: 'A word of another command',
      means: 'This answer belongs to activation, password recovery or mail, not to unbinding.',
      todo: 'Go one step back and check which button was pressed. Only Unbind unbinds.',
    },
    'tool-fault': {
      title: 'A fault inside the vendor’s tool',
      means: 'The tool could not prepare or read its own message. The device did nothing.',
      todo: 'Close the tool, install its latest version, run it as administrator.',
    },
    'not-found': {
      title: 'The device is not seen',
      means: 'Laptop or phone and device are not in one network, or the device has no power.',
      todo: 'Connect them with one cable or one switch. No guest Wi-Fi, no VPN. Close other Hikvision programs, search again.',
    },
    'no-unbind-button': {
      title: 'There is no Unbind button',
      means: 'The tool or the app is too old, or you are not in the device’s network.',
      todo: 'Update it. Check that the device is in the same network. Start SADP as administrator.',
    },
    'picture-code': {
      title: 'The picture code',
      means: 'A person has to read it. Nothing was sent to the device while it was wrong.',
      todo: 'Take another picture if it is hard to read. In the vendor’s app the picture means older firmware, and the phone needs internet.',
    },
    'still-bound': {
      title: 'It said success, but the device is still bound',
      means: 'The cloud takes a while, or the answer got lost.',
      todo: 'Wait a minute and read the status again. Only “not bound” counts. Do not send it a second time before that.',
    },
    'success-words': {
      title: 'It worked. Really?',
      means: 'The device accepted it. Certain is only what the device says afterwards: not bound.',
      todo: 'Read the status again, or add the device to your own account.',
    },
    'factory-reset': {
      title: 'Factory reset',
      means:
        'The binding lives in the cloud, not in the device. As far as is known a reset does not remove it.',
      todo: 'Do not reset: you lose the settings and stay bound.',
    },
    'picture-green': {
      title: 'Green or broken picture after adding',
      means: 'Stream encryption is on, and the app asks for the verification code.',
      todo: 'Type the verification code in the app, or switch off stream encryption on the platform page of the device.',
    },
    'laptop-silent': {
      title: 'The laptop does not answer',
      means: 'The agent is not running, the laptop sleeps or has no internet, or it is not yours.',
      todo: 'Open it, start the agent, check the internet. /agents shows what I see.',
    },
    'exchange-failed': {
      title: 'The key exchange failed',
      means: 'Laptop and device did not agree on a key. The password was not sent, no attempt was used.',
      todo: 'Connect them directly by cable and try again. Still nothing? Restart the device.',
    },
    'two-devices': {
      title: 'Somebody else answers for the device',
      means: 'Several devices give the same serial number, or another one answered in its name.',
      todo: 'Connect laptop and device with one cable, nothing else in between. Look again.',
    },
    'laptop-stopped': {
      title: 'The laptop stopped for safety',
      means:
        'Its journal cannot be written, the permission ran out, or somebody pressed stop. Nothing was sent.',
      todo: 'Free some disk space, start the agent anew, try again.',
    },
    support: {
      title: 'What support can and cannot do',
      means:
        'What the vendor’s support does differs from region to region. That it unbinds on request is promised nowhere we know of.',
      todo: 'Go the way I show for your device. If it comes to the service centre, write first: I have the letter.',
    },
    ezviz: {
      title: 'EZVIZ',
      means:
        'EZVIZ is another app and account. A Hikvision device that was in it can only be unbound by the service centre; a device of the EZVIZ brand by its previous owner, the shop or a request in the EZVIZ app.',
      todo: 'Look at the label: CS-… is the EZVIZ brand. Then send me the label.',
    },
    owner: {
      title: 'The previous owner',
      means:
        'The owner can delete the device in his app, or hand it over to you. No password is needed then.',
      todo: 'Ask him first. In Hik-Connect: the device → settings → Delete device.',
    },
  },
} as const;
