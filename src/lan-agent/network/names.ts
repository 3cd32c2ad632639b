/** Tunnels: a VPN's far end is not the device's LAN. */
const TUNNEL_NAMES = [
  /^(?:tun|wg|utun|ppp|ipsec|gif|stf|tailscale|nordlynx|proton|wgpia|zt|nebula|amn|outline-tap)\d*/i,
  /^(?:tap-?windows|wintun)|vpn|впн|wireguard|tailscale|zerotier|hamachi|amnezia|warp\b/i,
];

/** Networks between this laptop and its own virtual machines or containers; no cable reaches them. */
const HOST_ONLY_NAMES = [
  /^(?:docker\d+|br-[0-9a-f]{12}|virbr\d+|vboxnet\d+|vmnet\d+|lxcbr\d+|lxdbr\d+|podman\d+|cni\d+|flannel)/i,
  /^(?:incusbr\d+|waydroid\d+|cilium_|kube-|nerdctl\d+)/i,
  /^(?:VirtualBox Host-Only|VMware Network Adapter|vEthernet \((?:Default Switch|WSL|nat|DockerNAT))/i,
  // macOS: virtual machines and shared internet, and what Apple devices speak among themselves.
  /^(?:bridge1\d\d|vmenet\d+|awdl\d+|llw\d+|anpi\d+|ap\d+)$/,
];

/** By name only: no system says reliably what an interface is. `--interface` overrules it. */
export function isTunnelName(name: string): boolean {
  return TUNNEL_NAMES.some((shape) => shape.test(name));
}

/** See `isTunnelName`. Bridges a technician may have made on purpose (`br0`, an external vEthernet) are no host-only. */
export function isHostOnlyName(name: string): boolean {
  return HOST_ONLY_NAMES.some((shape) => shape.test(name));
}
