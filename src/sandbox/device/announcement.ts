/** What a device tells about itself: the elements of a discovery reply and of a `Hello` (protocol/sadp.md 5). */
import type { DeviceMachine } from './machine.ts';
import type { Element } from './xml.ts';

/** Enough to make a reply longer than 4 KiB, as some devices do (protocol/sadp.md 2). */
const FILLER_ELEMENTS = 80;
/** Stands where raw bytes go that are not UTF-8; replaced when the text becomes bytes. */
const GB18030_MARK = '@@GB18030@@';
/** "Hikvision" in Chinese characters, GB18030. */
const GB18030_NAME = Buffer.from('baa3bfb5cdfecad3', 'hex');

/** All elements, in the order and spelling of published samples as far as the quirks leave them. */
export function announcementElements(machine: DeviceMachine, uuid: string, types: string): Element[] {
  const { profile, quirks } = machine;
  const { activated, bound, cloud } = machine.state();
  const flag = (value: boolean) => (value ? 'true' : quirks.flagSpelling);
  const given = (name: string, value: string | number | null): Element[] =>
    value === null ? [] : [[name, value]];

  const elements: Element[] = [
    ['Uuid', uuid],
    ['Types', types],
    ['DeviceType', profile.deviceType],
    ['DeviceDescription', profile.model],
    ['DeviceSN', profile.fullSerial],
    ['CommandPort', 8000],
    ...given('HttpPort', machine.httpPort),
    ...given('MAC', quirks.macInDiscovery ? profile.mac : null),
    ['IPv4Address', profile.announcedAddress ?? profile.address],
    ['IPv4SubnetMask', profile.subnetMask],
    ['IPv4Gateway', profile.gateway],
    ['IPv6Address', '::'],
    ['IPv6Gateway', '::'],
    ['IPv6MaskLen', 64],
    ['DHCP', flag(false)],
    ...given('AnalogChannelNum', profile.analogChannels),
    ...given('DigitalChannelNum', profile.digitalChannels),
    ['SoftwareVersion', profile.firmware],
    ...given('DSPVersion', profile.dspVersion),
    ['BootTime', '2025-03-02 08:15:40'],
    ['OEMInfo', quirks.gb18030Name ? GB18030_MARK : 'N/A'],
    ['Encrypt', flag(true)],
    ['Activated', flag(activated)],
    ['SupportHCPlatform', flag(true)],
    ['HCPlatformEnable', flag(cloud !== 'disabled')],
    ['IsModifyVerificationCode', flag(false)],
    ['Salt', profile.salt],
    ...given('Salt2', profile.salt2),
    ...given('SecurityMode', profile.securityMode),
    ...given('UserName', announcesUser(machine) ? profile.userName : null),
    ['DeviceLock', flag(true)],
    ...(quirks.bigReply ? filler() : []),
    ...given('supportEzvizUnbind', quirks.lanUnbindFlag === 'missing' ? null : flag(quirks.lanUnbindFlag)),
    ...given('EZVIZBindStatus', bindStatus(quirks.bindStatusField, bound)),
    ...given('EZVIZCode', profile.ezvizBrand === null ? null : flag(profile.ezvizBrand)),
    ...given('SADPVersion', quirks.sadpVersion),
  ];
  if (quirks.elementOrder === 'reversed') return elements.reverse();
  if (quirks.elementOrder === 'usual') return elements;
  const early = ([name]: Element) => name === 'Encrypt' || name === 'Salt';
  return [...elements.filter(early), ...elements.filter((element) => !early(element))];
}

/** Text to bytes, with the raw name put where its mark stands. */
export function announcementBytes(xml: string): Buffer {
  const [before = '', after] = xml.split(GB18030_MARK);
  if (after === undefined) return Buffer.from(xml);
  return Buffer.concat([Buffer.from(before), GB18030_NAME, Buffer.from(after)]);
}

/** The administrator's name is told, and used by protocol 3.1, only outside the standard mode (protocol/sadp.md 11.2). */
export function announcesUser({ profile }: DeviceMachine): boolean {
  return profile.securityMode !== null && profile.securityMode !== 'standard';
}

/** 0 unknown, 1 bound, 2 not bound. */
function bindStatus(manner: 'actual' | 'zero' | 'missing', bound: boolean): number | null {
  if (manner === 'missing') return null;
  if (manner === 'zero') return 0;
  return bound ? 1 : 2;
}

function filler(): Element[] {
  return Array.from({ length: FILLER_ELEMENTS }, (_, index) => [`Reserved${index}`, 'x'.repeat(48)]);
}
