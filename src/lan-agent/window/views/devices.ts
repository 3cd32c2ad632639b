import type { SearchedInterface, Sighting } from '../../engine.ts';
import { noteText } from '../../notes.ts';
import { type Seen, type Silence, silenceOf } from '../scene.ts';
import { cureOf } from './cure.ts';
import { type Filling, type Html, html } from './html.ts';
import { complaintOf, form, hidden, paragraphs, press, timeOf, type View } from './view.ts';

/** Who is there, what this laptop has looked on, and why nobody may be listed. */
export function devicesPart(view: View): Html {
  const { scene, texts } = view;
  const { seen } = scene;
  const silence = silenceOf(scene);
  const isLooking = scene.work !== null && scene.work.job.task === 'discover';
  return html`<h2>${texts('window:devices.title')}</h2>
${seen === null && silence === null ? html`<p class="hint">${texts('window:devices.never')}</p>` : null}
${isLooking ? html`<p class="busy">${texts('window:devices.looking')}</p>` : null}
${silence && silence !== 'looking' ? silencePart(view, silence) : null}
${seen && seenPart(view, seen)}
${complaintOf(view, 'search')}
<div class="row">${
    scene.over || isLooking
      ? null
      : press(view, 'search', texts(seen === null ? 'window:devices.search' : 'window:devices.again'))
  }</div>
${seen && cards(view, seen.report.interfaces)}
${otherDevice(view)}`;
}

function seenPart(view: View, { devices, report, at }: Seen): Filling {
  const { texts, spoken } = view;
  const { omitted, dropped, lost, notes } = report;
  if (devices.length === 0 && notes.length === 0) return null;
  const counted = `${texts('window:devices.found', { count: devices.length })}, ${texts('window:devices.at', { time: timeOf(view, at) })}`;
  return [
    devices.length > 0
      ? html`<p class="hint" role="status">${counted}</p>
<ul class="devices">${devices.map((one) => deviceRow(view, one))}</ul>`
      : null,
    paragraphs(
      [
        ...notes.map((note) => noteText(note, spoken)),
        ...(omitted > 0 ? [spoken('agent:discover.omitted', { number: omitted })] : []),
        ...(dropped > 0 ? [spoken('agent:discover.dropped', { number: dropped })] : []),
        ...(lost > 0 ? [spoken('agent:discover.lost', { number: lost })] : []),
      ],
      'note',
    ),
  ];
}

function deviceRow(view: View, device: Sighting): Html {
  const { scene, texts, spoken } = view;
  const { shortSerial, fullSerial, model, kind, firmware, address, announcedAddress, bindStatus } = device;
  const name = [model, shortSerial ?? fullSerial ?? spoken('agent:discover.noSerial')]
    .filter(Boolean)
    .join(' · ');
  const facts = [spoken(`agent:kind.${kind}`), address, firmware].filter(Boolean).join(' · ');
  const odd = [
    ...(device.conflict ? [spoken('agent:discover.conflict')] : []),
    ...(device.activated === false ? [spoken('agent:discover.notActivated')] : []),
    ...(device.lanUnbind === 'no' ? [texts('window:devices.lanUnbind')] : []),
    ...(device.cloudEnabled === false ? [spoken('agent:status.cloud-disabled')] : []),
    ...(announcedAddress === undefined || device.conflict
      ? []
      : [spoken('agent:note.announced-elsewhere', { address, announced: announcedAddress })]),
    ...(device.reachability === 'other-subnet'
      ? [texts('window:devices.otherSubnet', { address: announcedAddress ?? address })]
      : []),
  ];
  const isFree =
    shortSerial !== null && scene.work === null && scene.over === null && scene.question === null;
  return html`<li>
<p class="device"><strong>${name}</strong> <span class="tag ${bindStatus}">${texts(`window:devices.binding.${bindStatus}`)}</span></p>
<p class="hint">${facts}</p>
${paragraphs(odd, 'note')}
${isFree ? html`<div class="row">${deviceButtons(view, device, shortSerial)}</div>` : null}
</li>`;
}

/** What can be asked of a device here: an unbind only while no chat leads it. */
function deviceButtons(view: View, device: Sighting, shortSerial: string): Filling {
  const { texts } = view;
  const serial = hidden('serial', shortSerial);
  const mayUnbind =
    isAlone(view) && device.bindStatus !== 'not-bound' && !device.conflict && device.activated !== false;
  return [
    press(view, 'status', texts('window:devices.askStatus'), {
      fields: serial,
      look: 'small',
      label: texts('window:devices.statusOf', { device: shortSerial }),
    }),
    mayUnbind && device.lanUnbind !== 'no'
      ? press(view, 'unbind', texts('window:devices.unbind'), {
          fields: [serial, hidden('confirm', shortSerial)],
          look: 'small',
          label: texts('window:devices.unbindOf', { device: shortSerial }),
        })
      : null,
  ];
}

function isAlone({ scene: { line, pairing } }: View): boolean {
  return pairing === null && (line.is === 'unpaired' || line.is === 'ended');
}

/** A device that has not been seen: by its serial number. */
function otherDevice(view: View): Filling {
  const { scene, texts } = view;
  if (scene.over) return null;
  const isOpen = scene.complaint?.about === 'status' || scene.complaint?.about === 'unbind';
  const fields = html`${complaintOf(view, 'status')}${complaintOf(view, 'unbind')}
<label for="serial">${texts('window:devices.serial')}</label>
<p class="field"><input id="serial" name="serial" required maxlength="64" spellcheck="false" autocapitalize="characters" autocorrect="off" aria-describedby="serial-hint">
<button>${texts('window:devices.askStatus')}</button></p>
<p id="serial-hint" class="hint">${texts('window:devices.serialHint')}</p>`;
  return html`<details${isOpen && html` open`}><summary>${texts('window:devices.other')}</summary>
${form(view, 'status', fields)}
${isAlone(view) ? null : html`<p class="hint">${texts('window:devices.inChat')}</p>`}
</details>`;
}

/** The network cards of this laptop: searched, or why not. */
function cards({ texts }: View, interfaces: readonly SearchedInterface[]): Html {
  return html`<details><summary>${texts('window:devices.cards')}</summary>
<ul class="plain">${interfaces.map((one) => {
    const judged = one.used
      ? texts('window:devices.card.used')
      : texts('window:devices.card.skipped', { reason: texts(`window:devices.reason.${one.reason}`) });
    return html`<li>${[one.name, one.address].filter(Boolean).join(' ')}: ${judged}</li>`;
  })}</ul></details>`;
}

/** Why nobody is listed, and what helps; never that nobody is there. */
function silencePart(view: View, silence: Exclude<Silence, 'looking'>): Html {
  const { scene, texts } = view;
  const words = texts(`window:devices.none.${silence}`);
  if (silence === 'checking') return html`<p class="busy">${words}</p>`;
  const isSilentWindows = silence === 'silent' && scene.system === 'win32';
  return html`<div class="trouble">
<p class="bad"><strong>${words}</strong></p>
<p>${texts(`window:devices.next.${silence}`)}</p>
${isSilentWindows ? html`<p>${texts('window:devices.next.silentWindows')}</p>` : null}
${isSilentWindows || FIREWALLED.includes(silence) ? cureOf(view, 'firewall') : null}
${silence === 'not-permitted' ? cureOf(view, 'localNetwork') : null}
</div>`;
}

const FIREWALLED: readonly Silence[] = ['blocked', 'cannot-send'];
