/** Articles of /help: what it means, what to do. Ids and the codes that lead to them: src/policy/articles.ts. */
export const help = {
  article: {
    'added-by-other': {
      title: 'Added by another account',
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
      title: 'Hik-Connect is switched off',
      means:
        'On the device itself the service is not enabled. Another platform, such as ISUP, switches it off too.',
      todo: 'On a recorder 4.x: System → Network → Advanced → Platform Access. In the browser and on 3.x: Configuration → Network → Advanced → Platform Access (our path). Choose Hik-Connect, enable it, wait until it is online.',
    },
    'not-registered': {
      title: 'Enabled, but not registered',
      means: 'The device tries to reach the cloud and does not get there.',
      todo: 'Check address, gateway, DNS and time, and wait up to two minutes. Is the verification code empty? Set one of 6 to 12 letters and digits.',
    },
    'device-unknown': {
      title: 'The device does not exist',
      means:
        'This cloud does not know the serial number: the device was not online yet, the number has a typo, or the device is registered in another region.',
      todo: 'Compare the 9 characters with the label. Bring the device online. Check the region of your account.',
    },
    'device-error': {
      title: 'The device did not answer the cloud',
      means: 'The cloud reached the device, but it answered with an error or too late.',
      todo: 'Wait a minute, try once more. If it stays, restart the device from its menu and wait until it is online.',
    },
    'code-refused': {
      title: 'The verification code is refused',
      means: 'It is not the code this device has now: the owner has set another one, or none was ever set.',
      todo: 'Try the code on the label. If it is refused, log in to the device and read or set the code on the page Platform Access (6 to 12 letters and digits).',
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
        'The device refused its admin password. Each try is counted; after 5 to 7 wrong ones it locks itself.',
      todo: 'Stop. Check capital letters and keyboard layout. Ask the owner before the next try.',
    },
    denied: {
      title: 'Refused without a reason',
      means:
        'Some firmware says this for a wrong password, some because the device is bound, busy or locked.',
      todo: 'Count it as a wrong password. Wait half an hour, ask the owner for the password, try once. Is it right for certain? Then take another way.',
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
      title: 'Risky password',
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
      means: 'It does not have this function, at least not with this firmware or over this way.',
      todo: 'Take another way: the app on a phone in the same network, the recorder’s own menu. If none is left, the service centre.',
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
      title: 'Invalid XML or wrong parameter',
      means: 'The device did not like a value. Most often it is the verification code: empty or too short.',
      todo: 'Set a verification code of 6 to 12 letters and digits on the device, then try again.',
    },
    'other-command': {
      title: 'It belongs to another function',
      means: 'Activation, password recovery, mail, a key file to export or import: none of these unbinds.',
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
      todo: 'Put the phone on the Wi-Fi of the device’s own network, the laptop on the same switch or one cable. No guest Wi-Fi, no VPN, no mobile internet. Close other Hikvision programs, search again.',
    },
    'no-unbind-button': {
      title: 'There is no button to unbind',
      means:
        'The tool or the app is too old, the device is not ticked, or you are not in the device’s network.',
      todo: 'Update it. Check that the device is in the same network and ticked. Start SADP as administrator.',
    },
    'picture-code': {
      title: 'The picture code',
      means: 'A person has to read it. Nothing was sent to the device while it was wrong.',
      todo: 'Take another picture if it is hard to read. In the vendor’s app the picture means older firmware, and the phone needs internet.',
    },
    'still-bound': {
      title: 'It said success and is still bound',
      means: 'The cloud takes a while, or the answer got lost.',
      todo: 'Wait a minute and read the status again. Only “not bound” counts. Do not send it a second time before that.',
    },
    'success-words': {
      title: 'The tool says it worked',
      means: 'The device accepted it. Certain is only the check.',
      todo: 'Add the device to your own account now: that is the check. If it still says another account, wait a minute, then tell me.',
    },
    'factory-reset': {
      title: 'Factory reset',
      means:
        'The binding lives in the cloud, not in the device. As far as is known a reset does not remove it.',
      todo: 'Do not reset: you lose the settings and stay bound.',
    },
    'picture-green': {
      title: 'Green or broken picture',
      means: 'After adding: stream encryption is on, and the app asks for the verification code.',
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
    'not-added': {
      title: 'It is in nobody’s account',
      means: 'The cloud says: this device is not bound to anybody. Nothing has to be unbound.',
      todo: 'Bring it online if it is offline, then add it to your account. That is also the check.',
    },
    'account-region': {
      title: 'The account is of another region',
      means: 'The app asks a server on which this account does not live.',
      todo: 'In the app log out, choose the country in which the account was registered, log in again. It has nothing to do with the device.',
    },
    'platform-names': {
      title: 'Guarding Vision, PT Cloud, LTS Connect',
      means:
        'These are other names of the same page: devices sold under another brand show them instead of Hik-Connect.',
      todo: 'Do there what I say of Hik-Connect. On a recorder 4.x: System → Network → Advanced → Platform Access. In the browser and on 3.x: Configuration → Network → Advanced → Platform Access (our path).',
    },
    'forgotten-password': {
      title: 'The admin password is forgotten',
      means:
        'The vendor has a procedure of his own: the device shows a QR code, it goes to the vendor’s recovery address, the answer to the e-mail stored in the device. I do not reset passwords.',
      todo: 'Ask the owner or whoever installed it first. Otherwise use “Forgot Password” on the device itself and follow the vendor.',
    },
    'unlock-pattern': {
      title: 'The unlock pattern',
      means:
        'A pattern drawn on the recorder’s screen is not the admin password. It opens the menu, it does not unbind.',
      todo: 'Ask whoever installed it for the admin password. It is often the installer who has it.',
    },
    'address-banned': {
      title: 'The address is banned',
      means:
        'The device refuses this address: from it somebody keeps trying with a wrong password. Mostly a program, such as a recorder or home automation with an old password.',
      todo: 'Find that program and stop it first, or the ban comes back every 30 minutes. Then wait 30 minutes and try once.',
    },
    'firmware-needed': {
      title: 'The firmware must be updated first',
      means: 'The cloud does not take this device with the firmware it has.',
      todo: 'Get the newest firmware for exactly this model and hardware from the vendor’s site, save the settings, update. Then try again.',
    },
    'firmware-refused': {
      title: 'The firmware file is refused',
      means:
        'The file is for another model, another hardware revision or another region. The device has kept its old firmware.',
      todo: 'Stop, do not try similar files. Ask the supplier for the file for this model and this serial number. If there is none, other ways are left.',
    },
    'tool-administrator': {
      title: 'The tool has no rights on this computer',
      means: 'SADP could not work with the network card. It is about Windows, not about the device.',
      todo: 'Close SADP. Right-click it, run it as administrator, try again.',
    },
    'tool-busy': {
      title: 'The tool is busy',
      means: 'A search is running already, or too many devices were asked at once. The device did nothing.',
      todo: 'Wait until the list stands still. Tick one device only, then try again.',
    },
    'tool-login': {
      title: 'The tool wants a login first',
      means: 'This newer device takes the command only after a login in the tool.',
      todo: 'Log in to the device in SADP as admin, once: a wrong password counts. Or take the app on a phone in the same network.',
    },
    'tool-cannot': {
      title: 'The tool cannot do it this way',
      means:
        'The tool sees the device, but over this link it cannot unbind it. The newest devices can only be discovered. It does not mean old firmware.',
      todo: 'Take the app on a phone in the same network, or the recorder’s own menu.',
    },
    'two-networks': {
      title: 'An indoor station with two networks',
      means:
        'It has the owner’s Wi-Fi and the network of the building. From the flat only the own station can be reached.',
      todo: 'Connect laptop or phone to the owner’s network. The door station outside belongs to the building: ask whoever looks after it.',
    },
    'app-page': {
      title: 'The unbind page of the app',
      means:
        'Hik-Connect shows it when the device is bound to another account. It wants the admin password of the device, not the verification code, and the code from the picture.',
      todo: 'Be in the device’s network. Type both, finish. Then add the device to your account: that is the check.',
    },
    region: {
      title: 'Which region to choose in SADP',
      means: 'The vendor’s note says to choose a region in the settings at the top right, and not which one.',
      todo: 'Our advice: the region in which the owner’s account was registered. If you do not know it, ask him, or choose the country where the device was sold.',
    },
    'partner-app': {
      title: 'A case in the partner app',
      means:
        'Hik-Partner Pro has support cases, one of them to unbind a device. Two distributors write (2024) that it is for verified companies, with a photo of the label or the invoice, and also away from the site.',
      todo: 'A last way: ask your distributor whether it exists where you are. First try the ways I show for your device.',
    },
    'alarm-panel': {
      title: 'Alarm panels',
      means: 'An alarm panel follows the account of its installer, not that of whoever uses it.',
      todo: 'Ask the installer to delete it in his account, or to hand it over.',
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
        'EZVIZ is another app and account, and it has no unbinding. A Hikvision device that was in it is freed by its previous owner, else by the service centre; a device of the EZVIZ brand by its previous owner, the shop or a request in the EZVIZ app.',
      todo: 'Can the previous owner still log in to EZVIZ? Then let him delete it there: that costs nothing. CS-… on the label is the EZVIZ brand.',
    },
    owner: {
      title: 'The previous owner',
      means:
        'The owner can delete the device in his app, or hand it over to you. No password is needed then.',
      todo: 'Ask him first. In Hik-Connect: the device, its settings, delete.',
    },
  },
  /** Articles in a few words, where two are offered. */
  button: {
    'added-by-other': 'Another account has it',
    'own-already': 'It is already yours',
    'device-offline': 'Offline in the cloud',
    'cloud-off': 'Hik-Connect is off',
    'not-registered': 'Not registered',
    'device-unknown': 'Does not exist',
    'device-error': 'The device is silent',
    'code-refused': 'Verification code',
    'serial-refused': 'Serial number refused',
    'which-password': 'Which password?',
    'wrong-password': 'Wrong password',
    denied: 'Refused, no reason',
    locked: 'The device is locked',
    'few-attempts': 'Few attempts left',
    'password-shape': 'Password too long',
    'risk-password': 'Risky password',
    'other-program': 'Right, yet refused',
    'browser-only': 'Only in the browser',
    'not-activated': 'Not activated',
    'not-supported': 'Not supported',
    'device-busy': 'Busy',
    'low-privilege': 'No permission',
    'too-many-users': 'Too many users',
    'restart-needed': 'Restart needed',
    'invalid-xml': 'Invalid XML',
    'other-command': 'Another function',
    'tool-fault': 'Fault of the tool',
    'not-found': 'The device is not seen',
    'no-unbind-button': 'No button to unbind',
    'picture-code': 'The picture code',
    'still-bound': 'Success, still bound',
    'success-words': 'The tool says success',
    'factory-reset': 'Factory reset',
    'picture-green': 'Green picture',
    'laptop-silent': 'The laptop is silent',
    'exchange-failed': 'Key exchange failed',
    'two-devices': 'Two devices answer',
    'laptop-stopped': 'The laptop stopped',
    'not-added': 'Nobody’s account',
    'account-region': 'Region of the account',
    'platform-names': 'Other platform names',
    'forgotten-password': 'Password forgotten',
    'unlock-pattern': 'The unlock pattern',
    'address-banned': 'The address is banned',
    'firmware-needed': 'Update needed first',
    'firmware-refused': 'File is refused',
    'tool-administrator': 'Run as administrator',
    'tool-busy': 'The tool is busy',
    'tool-login': 'Login in the tool',
    'tool-cannot': 'The tool cannot',
    'two-networks': 'Two networks',
    'app-page': 'Unbind page of the app',
    region: 'Which region',
    'partner-app': 'The partner app',
    'alarm-panel': 'Alarm panels',
    support: 'The vendor’s support',
    ezviz: 'EZVIZ',
    owner: 'The previous owner',
  },
  /** Questions that part two meanings of one number. */
  asked: {
    'seen-where': {
      text: '2009 means one thing in SADP and another in the cloud. Where did you see it?',
      button: { first: 'In SADP', second: 'In the app' },
    },
    'whose-list': {
      text: 'The device is offline and has an account: documents differ on whose. Is it in the device list of your own app?',
      button: { first: 'It is in my list', second: 'It is not there' },
    },
  },
} as const;
