/** Ways walked by hand, step by step (src/flows/guides.ts). One action a step; `differs` answers “It looks different”. */
export const guide = {
  title: {
    'vendor-tool': 'Unbind with the vendor’s SADP tool',
    app: 'Unbind with the Hik-Connect app',
    'recorder-menu': 'Unbind in the recorder’s own menu',
    'firmware-first': 'The newest firmware first',
    'bring-online': 'Bring the device online',
    'recover-password': 'The admin password',
    'get-onto-lan': 'Into the device’s network',
    'bring-phone': 'A phone into the network',
    'ask-supplier': 'Ask the supplier',
    'bring-monitor': 'A monitor to the recorder',
    activate: 'Activate the device',
    'other-subnet': 'Another subnet',
    'previous-owner': 'The previous owner',
    'installer-account': 'Alarm panel: the installer',
  },
  success: {
    'vendor-tool': 'a notice that the device is unbound, and no bound account for it after Refresh',
    app: '“Unbound successfully”, and the app goes on to adding the device',
    'recorder-menu': 'no account on the Platform Access page, and Unbind is gone or grey',
    'firmware-first': 'the version of the file on the System Info page, a V4',
    'bring-online': 'Register Status: Online',
    'recover-password': 'you log in to the device as admin',
    'get-onto-lan': 'the device answers from your laptop or phone',
    'bring-phone': 'the phone is on the Wi-Fi of the device’s router',
    'ask-supplier': 'the supplier has named the file for exactly this hardware and region',
    'bring-monitor': 'the recorder’s picture is on the monitor, and the mouse moves in it',
    activate: 'the device is shown as Active',
    'other-subnet': 'the laptop has an address of the device’s subnet',
    'previous-owner': 'you can add the device to your own account',
    'installer-account': 'you can add the panel to your own account',
  },
  found: {
    address: 'On the device now: address <code>{{address}}</code>, mask {{mask}}. It fits the laptop.',
    'no-address': '⚠️ The device has no address now (<code>{{address}}</code>). Tick DHCP or type one.',
    'other-subnet':
      '⚠️ On the device now: address <code>{{address}}</code>, mask {{mask}}. The laptop is in another subnet.',
    gateway: 'On the device now: gateway <code>{{gateway}}</code>. It fits the address.',
    'no-gateway': '⚠️ No gateway is set on the device now.',
    'gateway-elsewhere':
      '⚠️ On the device now: gateway <code>{{gateway}}</code>. It is out of reach from address {{address}}.',
  },
  step: {
    'vendor-tool': {
      start: {
        text: 'On the PC: right-click SADP, press <b>Run as administrator</b>.',
        differs:
          'No such line? Hold Shift while you right-click. No SADP? Get the latest version from the vendor’s site, section Tools.',
      },
      region: {
        text: 'Open the settings of SADP and choose <b>your region</b>.',
        differs:
          'No region in the settings? The tool is too old: install the latest version. Take the region where the device was sold.',
      },
      select: {
        text: 'Tick the device with serial number <code>{{serial}}</code>, press <b>Unbind</b>.',
        differs:
          'Not in the list? Press Refresh, check the cable. No Unbind? The tool is too old, or the device is in another subnet.',
      },
      login: {
        text: 'Type the <b>admin password of the device</b> and the characters of the picture. Press OK once.',
        differs:
          'Not the verification code, not the app’s password. It says wrong? Stop: each try is counted.',
      },
      finish: {
        text: 'Wait for the notice of success. Do not close the window before.',
        differs: 'An error instead? At the next step press “It says something else” and type what it says.',
      },
    },
    app: {
      network: {
        text: 'Put the phone on the <b>Wi-Fi of the device’s router</b>. Switch mobile data off.',
        differs:
          'Only guest Wi-Fi there? It is another network. Ask for the main one, or bring a small router.',
      },
      scan: {
        text: 'Hik-Connect → <b>+</b> → Scan QR Code. Point at the label of <code>{{serial}}</code>.',
        differs:
          'It does not scan? Press manual adding and type the 9 characters. The app looks older? Update it.',
      },
      unbind: {
        text: 'The app says that another account has it. Press <b>Unbind device</b>.',
        differs:
          'No such button? Phone and device are not in one network, or the app is too old. It says offline? Bring the device online first.',
      },
      login: {
        text: 'Type the <b>admin password</b>: the one set at activation, not the verification code. Is there a picture? Type its characters.',
        differs:
          'No picture: newer firmware, all is well. The picture does not load: the phone needs internet.',
      },
      finish: {
        text: 'Press <b>Finish</b> and wait for the word of success.',
        differs:
          'It goes back to the beginning? Wait a minute, scan again: now it should offer to add the device.',
      },
    },
    'recorder-menu': {
      login: {
        text: 'On the recorder’s monitor: right mouse button, Menu. Log in as <b>admin</b>.',
        differs:
          'It draws a pattern instead? Choose the password login. No picture on the monitor? Try the other video output.',
      },
      platform: {
        text: 'Open Configuration → Network → Advanced → <b>Platform Access</b>.',
        differs: 'Named differently? Look for Hik-Connect or Guarding Vision under Network.',
      },
      unbind: {
        text: 'Press <b>Unbind</b>, type the admin password.',
        differs:
          'No Unbind? The firmware is older than 4.x, or the recorder is offline. Go back and take another way.',
      },
      finish: {
        text: 'Press Apply. Wait until the page shows <b>no bound account</b>.',
        differs: 'Still the old account? Leave the page, open it again after a minute.',
      },
    },
    'firmware-first': {
      backup: {
        text: 'Put in a USB stick. Configuration → System → <b>Export configuration</b>.',
        differs: 'No export in the menu? Write down or photograph the network page and the camera list.',
      },
      file: {
        text: 'Get the <b>newest</b> firmware 4.x for <b>exactly this model</b> from the vendor’s site. Put the .dav file on the stick.',
        differs:
          'Only a similar model there? Do not take it: a wrong file kills the recorder. Ask your distributor.',
      },
      update: {
        text: 'Maintenance → <b>Upgrade</b>, choose the file. <b>Do not cut the power.</b>',
        differs: 'It refuses the file? It is for another model or region: stop here. Never force it.',
      },
      wait: {
        text: 'It restarts by itself, up to 15 minutes. Then look at the version: it must be <b>the one of the file</b> now, a V4.',
        differs:
          'Still the old version? The update did not take. Longer than 15 minutes? Wait on, do not switch it off.',
      },
    },
    'bring-online': {
      enabled: {
        text: 'On the device: Network → Platform Access → Hik-Connect. Tick <b>Enable</b>. It may ask for a verification code: 6 to 12 letters and digits.',
        differs:
          'No such page? Look under Network → Advanced. It refuses to be enabled? Set a longer verification code.',
      },
      address: {
        text: 'Network → TCP/IP: <b>address and mask</b> fit the router? Simplest: tick DHCP.',
        differs:
          'Not sure which address? See what the laptop or phone on this router has: the first three numbers must be the same.',
      },
      gateway: {
        text: 'Same page: <b>gateway</b> = the router’s address.',
        differs: 'Empty or 0.0.0.0? Type the router’s address, mostly ending in .1.',
      },
      dns: {
        text: 'Same page: <b>DNS</b> = 8.8.8.8, or the router’s address.',
        differs: 'Greyed out? DHCP sets it. Switch “Auto DNS” off to type your own.',
      },
      time: {
        text: 'System → Time: <b>date and time</b> are right? A wrong year breaks the connection.',
        differs: 'It is wrong again after a restart? The battery is empty: switch on NTP.',
      },
      reach: {
        text: 'The router must let the device out. Try it on the hotspot of a phone: does it come online there?',
        differs:
          'Online on the hotspot: the router or provider blocks it. Not even there: restart the device.',
      },
    },
    'recover-password': {
      which: {
        text: 'Needed is the password of <b>admin on the device</b>, set when it was activated. Not the verification code on the label, not the app’s password.',
        differs: 'Only a web user without admin? It is not enough: unbinding is for admin alone.',
      },
      ask: {
        text: 'Ask the <b>owner</b> and whoever installed it. Look into the site’s papers.',
        differs: 'The owner is not known? Then nobody may unbind it: find him first.',
      },
      attempts: {
        text: '<b>Do not guess.</b> After 5 to 7 wrong tries the device locks itself for about 30 minutes.',
        differs: 'Locked already? Wait it out. Do not try any more.',
      },
      recovery: {
        text: 'Lost for good? The <b>owner</b> recovers it with the vendor: “Forgot password” on the device, then its official procedure. I cannot and will not reset it.',
        differs: 'They ask for proof of purchase: that is right. Nobody honest sells reset codes.',
      },
    },
    'get-onto-lan': {
      cable: {
        text: 'Connect laptop and device to <b>the same router or switch</b>. Best by cable.',
        differs: 'No free port? Connect the laptop straight to the device.',
      },
      address: {
        text: 'Compare addresses: the <b>first three numbers</b> must be the same on both.',
        differs: 'Different? Give the laptop an address like the device’s, only with another last number.',
      },
      vpn: {
        text: 'Switch off VPN, guest Wi-Fi and mobile data. Close other Hikvision programs.',
        differs: 'Only a phone there? Put it on the main Wi-Fi of this router.',
      },
    },
    'ask-supplier': {
      ask: {
        text: 'Ask whoever sold the recorder, or your distributor: <b>which 4.x file fits exactly this hardware and region?</b> Give them the model, the full serial number and the firmware as shown.',
        differs:
          'They offer a file “that should fit”? Take none that they do not name for this serial number: a wrong file kills the recorder.',
      },
    },
    'bring-phone': {
      wifi: {
        text: 'Put a phone on the <b>Wi-Fi of the device’s router</b>.',
        differs: 'No Wi-Fi there? Plug in a small router of your own.',
      },
      app: {
        text: 'Install <b>Hik-Connect</b>, log in with your own account.',
        differs: 'No account? Make one by phone number or mail.',
      },
    },
    'bring-monitor': {
      connect: {
        text: 'Connect a <b>monitor</b> (HDMI or VGA) and a <b>USB mouse</b> to the recorder itself.',
        differs: 'No picture? Try the other video output, wait a minute after switching on.',
      },
    },
    activate: {
      tool: {
        text: 'In the SADP tool or in the browser: tick the device marked <b>Inactive</b>.',
        differs: 'Not in the list? Connect it by cable, search again.',
      },
      password: {
        text: 'Set a <b>strong admin password</b> (at most 16 characters), write it down for the owner, press Activate.',
        differs: 'It refuses? Mix capital and small letters and digits, at least 8.',
      },
    },
    'other-subnet': {
      look: {
        text: 'The device has an address of another subnet: <b>{{address}}</b>.',
        differs: 'The router gave it none? Take the address that SADP shows.',
      },
      change: {
        text: 'On the laptop: network settings → IPv4 → <b>manual</b>. Same first three numbers as the device, another last one. Mask 255.255.255.0. After the work set it back to automatic (DHCP).',
        differs:
          'Two network cards? Change the one with the cable to the device. The internet is gone? Take it from a phone’s hotspot.',
      },
    },
    'previous-owner': {
      ask: {
        text: 'Ask the <b>previous owner</b> to delete it in his own app, EZVIZ or Hik-Connect: device → settings → Delete.',
        differs: 'Owner not known? Go on to the next step.',
      },
      shop: {
        text: 'Bought new? Take it <b>back to the shop</b>: a new device must not be bound.',
        differs: 'Second-hand? Go on to the next step.',
      },
      request: {
        text: 'Was it in EZVIZ? EZVIZ app → + → scan the label. It says “added by another account”: <b>apply for unbinding</b> there.',
        differs: 'No such offer? Only the previous owner is left.',
      },
    },
    'installer-account': {
      ask: {
        text: 'Ask the <b>installer</b> who set the panel up to delete it in Hik-Partner Pro.',
        differs: 'Installer gone? The owner asks the vendor’s distributor with the proof of purchase.',
      },
    },
  },
} as const;
