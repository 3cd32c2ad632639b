/** Commands that let SADP replies through the system's firewall, to be copied by a technician. */
export function firewallCommands(system: NodeJS.Platform, port: number, program: string): string[] {
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
      return [`sudo ufw allow proto udp to any port ${port}`, `sudo firewall-cmd --add-port=${port}/udp`];
  }
}
