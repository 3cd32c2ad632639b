export const packages = {
  system: {
    'win-x64': 'Windows, 64 bit',
    'linux-x64': 'Linux, 64 bit',
    'mac-arm64': 'macOS, Apple chip',
    'mac-x64': 'macOS, Intel',
  },
  startFile: {
    comment: 'Unbind cameras and recorders from the cloud',
    packed:
      'This was started inside the zip, without the files it needs. Close this window, extract the whole zip into a folder, and start it there.',
    incomplete:
      'Files of the program are missing. Extract the whole zip again, into a new folder, and start it there.',
    broken:
      'The program does not start on this laptop. Why stands above this line. Get the package for this laptop’s system again, or show the line to whoever gave it to you.',
  },
  readme: {
    title: 'Unbind for the laptop, {{version}}, {{system}}',
    address: 'Packages, and pictures of what to do: {{address}}',
    windows:
      '1. Extract the whole zip into a folder.\n2. Double-click {{file}}. Windows may ask first, because the file comes from the internet and nobody has signed it: say that it may run.\n3. A page opens in the browser. Type there the code that the chat tells after /pair.\n\nThe small window in the taskbar is the program. Closing it ends the program; double-clicking {{file}} once more opens the page again.',
    mac: '1. Unpack the zip, if the browser has not done so.\n2. Double-click {{file}}. The first time macOS refuses: allow it in the system settings, under privacy and security, then double-click once more.\n3. A page opens in the browser. Type there the code that the chat tells after /pair.\n\nThe terminal’s window is the program. Closing it ends the program; double-clicking {{file}} once more opens the page again. macOS may ask whether the terminal may look for devices in the local network: it has to.',
    linux:
      '1. Unpack the zip into your home folder.\n2. Right-click {{file}} and run it as a program; on some desktops a double-click on Unbind.desktop does the same.\n3. A page opens in the browser. Type there the code that the chat tells after /pair.\n\nThe program ends with the button on the page. Running {{file}} once more opens the page again.',
    words: 'In a terminal the program takes words, too: {{command}}',
    remove:
      'Nothing is installed. To remove the program, end it and delete this folder, and {{state}}, where it remembers its bot and its attempts.',
    licences:
      'The program is under the MIT licence. It comes with node, unchanged, and with packages of others; their licences are in the folder licences.',
  },
  cli: {
    about: 'build the portable packages for technicians’ laptops',
    config: 'file that unbind-bot agent-config has printed; without it the bot of this folder is asked',
    out: 'folder of the packages; one that is there is replaced',
    key: 'file of your key, which signs the list of packages; made if it is not there',
    cache: 'folder where the node binaries are kept between builds',
    systems: 'systems to build for, with commas between them',
    noSystem: 'Systems are {{systems}}.',
    newKey:
      'New key: {{path}}. Keep a copy where nobody else comes. Packages signed with another key are not taken by your bot.',
    built: '{{file}}  {{bytes}} bytes  {{files}} files  SHA-256 {{sha256}}',
    signed: 'Signature of {{signer}} on node for Windows: intact.',
    done: 'Packages for {{server}} are in {{folder}}. For the bot:',
  },
  refused: {
    config: '{{path}} is no configuration of an agent. unbind-bot agent-config prints one.',
    'no-config':
      'The bot of this folder has not told its configuration (see above). Name a file with --config.',
    'not-an-address': 'The address {{server}} is none that a laptop can call.',
    'has-credentials':
      'The address of the server holds a name or a password. Packages are handed out: take them away.',
    'plain-http':
      'The address {{server}} is not encrypted, and a package does not go without. Give the hub TLS (docs/operations.md).',
    unfetched: '{{subject}} was not fetched from the registry that npm is set to: {{detail}}',
    'not-as-pinned':
      '{{subject}} is not what is pinned in scripts/package/node-binaries.json, and nothing was taken from it. If it is a file of the cache, delete it and build again; if it comes again, somebody has changed it at the registry.',
    unreadable: '{{subject}} cannot be unpacked: {{detail}}',
    'no-checker':
      'The signature on node for Windows cannot be checked: osslsigncode (2.9 or newer) is not there. Install it, or leave Windows out with --systems.',
    'signature-broken': 'node for Windows does not carry the signature of {{signer}} any more: {{detail}}',
    'key-exposed':
      'Others may read your key. Look who has, make it yours alone (chmod 600 {{path}}), or make a new one.',
    'not-a-key': '{{path}} holds no key of this program (Ed25519, PKCS8, PEM).',
    'key-unusable': 'The key {{path}} can neither be read nor made: {{detail}}',
    'too-large':
      '{{file}} would have {{bytes}} bytes, and {{limit}} are too many for a phone and for Telegram.',
    'other-folder': '{{path}} holds something else than packages. Name another folder with --out.',
    unwritable: '{{path}} cannot be written: {{detail}}',
  },
} as const;
