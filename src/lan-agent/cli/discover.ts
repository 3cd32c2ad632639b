import type { DiscoveryReport, Sighting } from '../engine.ts';
import { noteText } from '../notes.ts';
import type { Texts, WordAfter } from '../texts.ts';
import { complainAboutInterfaces } from './arguments.ts';
import type { CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';

export interface DiscoverArguments {
  readonly json: boolean;
  readonly wait: number;
  readonly until?: string;
  readonly interface?: readonly string[];
}

/** `discover`: exit 0 with what was found, 1 when the wanted device was not among it. */
export async function discoverCommand(context: CliContext, args: DiscoverArguments): Promise<ExitCode> {
  const { texts, engine, signal } = context;
  const complaint = complainAboutInterfaces(context, args.interface ?? []);
  if (complaint) {
    context.say(complaint);
    return EXIT.usage;
  }
  const report = await engine.discover({
    waitMs: args.wait,
    until: args.until ?? null,
    interfaces: args.interface ?? [],
    signal,
  });
  if (!report.interfaces.some(({ used }) => used)) context.say(texts('agent:doctor.interfaces.failed'));
  if (report.dropped > 0) context.say(texts('agent:discover.dropped', { number: report.dropped }));
  if (report.lost > 0) context.say(texts('agent:discover.lost', { number: report.lost }));
  for (const note of report.notes) context.say(noteText(note, texts));
  if (args.json) {
    if (report.omitted > 0) context.say(texts('agent:discover.omitted', { number: report.omitted }));
    await context.print(JSON.stringify(report.devices, null, 2));
  } else {
    await context.print(describe(report, args.until, texts));
  }
  // Stopped by a person: what was found is printed, but the search is not complete.
  return report.seen && !signal.aborted ? EXIT.done : EXIT.failed;
}

function describe(report: DiscoveryReport, until: string | undefined, texts: Texts): string {
  const { devices, interfaces, omitted, seen } = report;
  const lines =
    devices.length === 0
      ? [texts('agent:discover.none'), texts('agent:discover.noneHint')]
      : [texts('agent:discover.found', { number: devices.length })];
  for (const device of devices) lines.push('', ...describeDevice(device, texts));
  if (omitted > 0) lines.push('', texts('agent:discover.omitted', { number: omitted }));
  if (!seen && until) lines.push('', texts('agent:discover.notSeen', { shortSerial: until }));
  lines.push('', texts('agent:discover.interfaces'));
  for (const one of interfaces) {
    const judged = one.used
      ? texts('agent:discover.used')
      : texts('agent:discover.skipped', { reason: texts(`agent:discover.reason.${one.reason}`) });
    lines.push(`  ${[one.name, one.address].filter(Boolean).join(' ')}: ${judged}`);
  }
  return lines.join('\n');
}

function describeDevice(device: Sighting, texts: Texts): string[] {
  const row = (name: WordAfter<'agent:discover.row.'>, value: string | null) =>
    value === null ? [] : [`  ${texts(`agent:discover.row.${name}`)}: ${value}`];
  const { address, announcedAddress, interface: through, cloudEnabled } = device;
  const ownAddress = announcedAddress ?? address;
  return [
    [device.shortSerial ?? device.fullSerial ?? texts('agent:discover.noSerial'), device.model ?? '']
      .join('  ')
      .trim(),
    ...row('kind', texts(`agent:kind.${device.kind}`)),
    ...row('firmware', device.firmware),
    ...row('address', texts('agent:discover.through', { address, interface: through })),
    ...row('mac', device.mac),
    ...row('binding', texts(`agent:discover.binding.${device.bindStatus}`)),
    ...row('lanUnbind', texts(`agent:discover.lanUnbind.${device.lanUnbind}`)),
    ...row(
      'cloud',
      cloudEnabled === null ? null : texts(`agent:discover.cloud.${cloudEnabled ? 'on' : 'off'}`),
    ),
    ...(device.conflict ? [`  ${texts('agent:discover.conflict')}`] : []),
    ...(device.activated === false ? [`  ${texts('agent:discover.notActivated')}`] : []),
    ...(announcedAddress === undefined
      ? []
      : [`  ${texts('agent:note.announced-elsewhere', { address, announced: announcedAddress })}`]),
    ...(device.reachability === 'other-subnet'
      ? [`  ${texts('agent:discover.otherSubnet', { address: ownAddress })}`]
      : []),
  ];
}
