/** The page `/agent`, where a technician gets the agent: plain sentences, no markup. */
export const page = {
  title: 'The agent for your laptop',
  lead: 'The agent works with the device from a laptop in the device’s network. Nothing is installed, and no administrator rights are needed.',
  language: 'Language',
  phone: 'This is a phone. Open this address on the laptop:',
  get: {
    yours: 'For this computer',
    others: 'For other systems',
    all: 'Which system has the laptop?',
    link: 'Download for {{system}}',
    about: '{{file}}, {{size}} MB, version {{version}}',
    sum: 'SHA-256:',
    arm: 'There is no package for this processor. With a laptop of another kind it works.',
  },
  system: {
    'win-x64': 'Windows',
    'linux-x64': 'Linux',
    'mac-arm64': 'Mac, Apple chip',
    'mac-x64': 'Mac, Intel',
  },
  which: {
    'win-x64': 'Windows 10 or 11, 64 bit',
    'linux-x64': '64 bit (x86-64)',
    'mac-arm64': 'M1 or newer. The first entry of the Apple menu says which chip it is.',
    'mac-x64': 'With an Intel processor. The first entry of the Apple menu says which one it is.',
  },
  steps: 'What to do',
  step: {
    unzip: 'Unzip the whole archive into a folder. Inside the archive nothing starts.',
    start: 'Double-click {{file}} in that folder. The agent’s window opens in the browser.',
    code: 'Type the code there that the chat tells after /pair. The window then shows six digits: type them in the chat.',
  },
  picture: {
    unzip: 'Drawing: the archive, and how it is unzipped.',
    start: 'Drawing: the folder with the start file.',
    code: 'Drawing: the agent’s window with the code typed in.',
  },
  asks: {
    title: 'What the system may ask',
    windows: {
      smartScreen:
        '“Windows protected your PC”: press “More info”, then “Run anyway”. The start file is not signed; node.exe, which it starts, is signed by its maker.',
      archive:
        'A message that files are missing: the archive was not unzipped. Right mouse button, “Extract All…”.',
      firewall:
        'The firewall asks, and you have no administrator rights: close the question. Answers of devices may then be blocked; the window says so. Without an administrator there is no cure: take the way through the app, the chat walks it with you.',
    },
    linux: {
      run: 'A double-click shows a text: right mouse button, run it as a program; or start it in a terminal.',
      firewall:
        'Devices are missing, and the window says that the firewall blocks them: it tells the command that lets them through.',
    },
    mac: {
      quarantine:
        'macOS does not open the start file: close the message, open System Settings, Privacy & Security, and allow it at the bottom. It is asked once.',
      network:
        'macOS asks whether the terminal may find devices on the local network: allow it. If you have refused: System Settings, Privacy & Security, Local Network.',
    },
  },
  check: {
    title: 'Whether the file is whole',
    how: 'The sum of the file has to be the SHA-256 above. In a terminal:',
    signed: 'All sums are in a list that whoever runs this bot has signed (Ed25519):',
  },
  none: {
    title: 'There are no packages here yet',
    how: 'Whoever runs this bot can make them: npm run package:agent, then the setting AGENT_PACKAGES. Until then the agent runs from its source, with Node 20.19, 22 or 24:',
  },
  refused: {
    title: 'Not now',
    mine: 'Your address is downloading several files already. Wait until one of them is done, then try again.',
    full: 'Many are downloading just now. Try again in a minute: what you have already is not lost.',
    often: 'That was too often. Wait a minute, then try again.',
    gone: 'There is no such file here, or no longer: a newer version may have taken its place.',
    broken: 'The file cannot be handed out just now. Whoever runs this bot finds the reason in its log.',
    back: 'To the page of the agent',
  },
} as const;
