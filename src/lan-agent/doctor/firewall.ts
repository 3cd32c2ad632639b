import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/**
 * Commands that let SADP replies through the system's firewall, to be copied by a technician. Replies by multicast
 * come to the SADP port; replies by unicast come from it, to a port of ours that is another one each time.
 * @param exists whether the system has a command of this name
 */
export function firewallCommands(
  system: NodeJS.Platform,
  port: number,
  program: string,
  exists: (command: string) => boolean = isInstalled,
): string[] {
  switch (system) {
    case 'win32':
      return [
        `netsh advfirewall firewall add rule name="unbind-agent" dir=in action=allow protocol=UDP localport=${port}`,
        `netsh advfirewall firewall add rule name="unbind-agent program" dir=in action=allow protocol=UDP program="${program}"`,
      ];
    case 'darwin':
      return [
        `sudo /usr/libexec/ApplicationFirewall/socketfilterfw --add "${program}"`,
        `sudo /usr/libexec/ApplicationFirewall/socketfilterfw --unblockapp "${program}"`,
      ];
    default:
      return (LINUX_FIREWALLS.find(({ name }) => exists(name)) ?? LINUX_FIREWALLS[0]).commands(port);
  }
}

/** The friendlier ones first: they stand on top of the others. */
const LINUX_FIREWALLS = [
  {
    name: 'ufw',
    commands: (port: number) => [
      `sudo ufw allow proto udp to any port ${port}`,
      `sudo ufw allow proto udp from any port ${port}`,
    ],
  },
  {
    name: 'firewall-cmd',
    commands: (port: number) => [
      `sudo firewall-cmd --add-port=${port}/udp`,
      `sudo firewall-cmd --add-source-port=${port}/udp`,
    ],
  },
  {
    name: 'iptables',
    commands: (port: number) => [
      `sudo iptables -I INPUT -p udp --dport ${port} -j ACCEPT`,
      `sudo iptables -I INPUT -p udp --sport ${port} -j ACCEPT`,
    ],
  },
  {
    name: 'nft',
    commands: (port: number) => [
      `sudo nft insert rule inet filter input udp dport ${port} accept`,
      `sudo nft insert rule inet filter input udp sport ${port} accept`,
    ],
  },
] as const;

/** Not by PATH: a user's often lacks the folders of administration. */
function isInstalled(command: string): boolean {
  return ['/usr/sbin', '/usr/bin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
