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
    'vendor-tool': 'the notice “Unbind Succeeded”, and you can add the device to your own account',
    app: 'a message that it worked (the vendor’s note does not give its words), and you can add the device to your own account',
    'recorder-menu': 'no account on the page “Platform Access”, and “Unbind” is gone or grey',
    'firmware-first': 'in what the recorder says of itself the version is that of the file, a V4',
    'bring-online': 'the status of the cloud connection is online',
    'recover-password': 'you log in to the device as admin',
    'get-onto-lan': 'the device answers from your laptop or phone',
    'bring-phone': 'the phone is on the Wi-Fi of the device’s router',
    'ask-supplier': 'the supplier has named the file for exactly this hardware and region',
    'bring-monitor': 'the recorder’s picture is on the monitor, and the mouse moves in it',
    activate: 'the device is no longer shown as inactive',
    'other-subnet': 'the laptop has an address of the device’s subnet',
    'previous-owner': 'you can add the device to your own account',
    'installer-account': 'you can add the panel to your own account',
  },
  menu: {
    // A recorder's own menu from 4.x on, as the vendor's manual has it (docs/glossary.md).
    recorder: {
      platform: 'System → Network → Advanced → Platform Access',
      network: 'System → Network → TCP/IP',
      time: 'System → General',
      backup: 'Maintenance → Import/Export',
      update: 'Maintenance → Upgrade',
    },
    // Firmware 3.x, and a device's page in the browser.
    configuration: {
      platform: 'Configuration → Network → Advanced → Platform Access (our path)',
      network: 'Configuration → Network → TCP/IP (our path)',
      time: 'Configuration → System → Time (our path)',
      backup: 'Menu → Maintenance → Configuration',
      update: 'Menu → Maintenance → Upgrade (our path)',
    },
    both: 'Recorder 4.x: {{recorder}}\n3.x and browser: {{configuration}}',
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
      install: {
        text: 'On a PC in the device’s network: download <b>SADP</b> from the vendor’s site and install it.',
        differs:
          'It is there already? Take the latest version all the same: an old one may have no Unbind and no region.',
      },
      start: {
        text: 'Right-click SADP, press <b>“Run as administrator”</b>.',
        differs: 'No such line? Hold Shift while you right-click.',
      },
      region: {
        text: 'In SADP open the <b>settings at the top right</b> and choose a region.\nThe vendor does not say which. Our advice: the one in which the owner’s account is registered.',
        differs:
          'No region in the settings? The tool is too old: install the latest version. Region not known? Ask the owner. He does not know either? The country where the device was sold (our advice as well).',
      },
      select: {
        text: 'Tick the device with serial number <code>{{serial}}</code>, press <b>“Unbind”</b>.',
        differs:
          'Not in the list? Search again, check the cable. No such button? The tool is too old, or the device is in another subnet.',
      },
      login: {
        text: 'Type the <b>admin password of the device</b> and the code of the picture. Confirm once.',
        differs:
          'Not the verification code, not the app’s password. It says wrong? Stop: each try is counted.',
      },
      finish: {
        text: 'Wait for the notice “Unbind Succeeded”. Do not close the window before. Then add the device to your own account.',
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
        text: 'Start Hik-Connect and <b>scan the QR code</b> on the label of <code>{{serial}}</code>.',
        differs:
          'Where to scan? Mostly it is the plus at the top (our hint). It does not scan? Add it by hand: the 9 characters. The app looks older? Update it.',
      },
      unbind: {
        text: 'On the page that says it is added already press <b>“Unbind”</b>. The app is in Russian? «Отсоединение устройства».',
        differs:
          'No such button? Phone and device are not in one network, or the app is too old. It says offline? Bring the device online first.',
      },
      login: {
        text: 'Type the <b>admin password</b> and the code of the picture. The password is the one set when the device was activated, not the verification code.',
        differs:
          'No picture: newer firmware, all is well. The picture does not load: the phone needs internet.',
      },
      finish: {
        text: 'Press <b>“Finish”</b> and wait for the message. Then add the device to your own account.',
        differs:
          'It goes back to the beginning? Wait a minute, scan again: now it should offer to add the device.',
      },
    },
    'recorder-menu': {
      login: {
        text: 'On the recorder’s monitor open the menu (right mouse button) and log in as <b>admin</b>.',
        differs:
          'It draws a pattern instead? Choose the password login. No picture on the monitor? Try the other video output.',
      },
      platform: {
        text: 'Open <b>{{platform}}</b>.',
        differs:
          'Named differently? Look for Hik-Connect or Guarding Vision in the network settings. In the browser it begins with Configuration.',
      },
      unbind: {
        text: 'Press <b>“Unbind”</b>, type the admin password.',
        differs:
          'No such button? The firmware is older than 4.x, or the recorder is offline. Go back and take another way.',
      },
      finish: {
        text: 'Press “Apply”. Wait until the page shows <b>no bound account</b>.',
        differs: 'Still the old account? Leave the page, open it again after a minute.',
      },
    },
    'firmware-first': {
      backup: {
        text: 'Put in a USB stick and save the settings: press <b>“Export”</b>.\n<b>{{backup}}</b>',
        differs: 'No export in the menu? Write down or photograph the network page and the camera list.',
      },
      file: {
        text: 'Get the <b>newest</b> firmware 4.x for <b>exactly this model</b> from the vendor’s site. Put the .dav file on the stick.',
        differs:
          'Only a similar model there? Do not take it: a wrong file kills the recorder. Ask your distributor.',
      },
      update: {
        text: 'Choose the file and press <b>“Upgrade”</b>. <b>Do not cut the power.</b>\n<b>{{update}}</b>',
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
        text: 'On the device tick <b>“Enable”</b> for Hik-Connect. It may ask for a verification code: 6 to 12 letters and digits.\n<b>{{platform}}</b>',
        differs:
          'No such page? Look for Hik-Connect or Guarding Vision in the network settings. It goes off by itself? ISUP switches other platforms off: switch ISUP off. It refuses to be enabled? Set a longer verification code.',
      },
      address: {
        text: 'Do <b>address and mask</b> fit the router? Simplest: “Enable DHCP”.\n<b>{{network}}</b>',
        differs:
          'Not sure which address? See what the laptop or phone on this router has: the first three numbers must be the same.',
      },
      gateway: {
        text: 'Same page: <b>gateway</b> = the router’s address.',
        differs: 'Empty or 0.0.0.0? Type the router’s address, mostly ending in .1.',
      },
      dns: {
        text: 'Same page: <b>DNS</b> = 8.8.8.8, or the router’s address.',
        differs: 'Greyed out? DHCP sets it. Switch the automatic DNS off to type your own.',
      },
      time: {
        text: 'Are <b>date and time</b> right? A wrong year breaks the connection.\n<b>{{time}}</b>',
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
        text: 'Lost for good? The <b>owner</b> recovers it with the vendor: “Forgot Password” on the device, then its official procedure. I cannot and will not reset it.',
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
          'They offer a file that might fit? Take none that they do not name for this serial number: a wrong file kills the recorder.',
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
        text: 'In the SADP tool or in the browser: choose the <b>inactive</b> device.',
        differs: 'Not in the list? Connect it by cable, search again.',
      },
      password: {
        text: 'Set a <b>strong admin password</b> (at most 16 characters), write it down for the owner, press “Activate”.',
        differs: 'It refuses? Mix capital and small letters and digits, at least 8.',
      },
    },
    'other-subnet': {
      look: {
        text: 'The device has an address of another subnet: <b>{{address}}</b>.',
        differs: 'The router gave it none? Take the address that SADP shows.',
      },
      change: {
        text: 'On the laptop: network settings, IPv4, <b>manual</b>. Same first three numbers as the device, another last one. Mask 255.255.255.0. After the work set it back to automatic (DHCP).',
        differs:
          'Two network cards? Change the one with the cable to the device. The internet is gone? Take it from a phone’s hotspot.',
      },
    },
    'previous-owner': {
      ask: {
        text: 'Ask the <b>previous owner</b> to delete it in his own app, EZVIZ or Hik-Connect: open the device, its settings, delete (our names).',
        differs: 'Owner not known? Go on to the next step.',
      },
      shop: {
        text: 'Bought new? Take it <b>back to the shop</b>: a new device must not be bound.',
        differs: 'Second-hand? Go on to the next step.',
      },
      request: {
        text: 'Was it in EZVIZ? Scan the label in the EZVIZ app. It says that somebody else has added it? <b>Apply for unbinding</b> there.',
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
