import { type CaseRecord, caseNumber, verdictOf } from '../cases/case.ts';
import { canStillBeAsked } from '../policy/explain.ts';
import { knownValue } from '../policy/facts.ts';
import type { RegionPack } from '../policy/region.ts';
import { ezvizBranded } from '../policy/rules.ts';
import { contactOf, signatureOf } from './contact.ts';
import type { Dialogue } from './engine/dialogue.ts';
import { escapeHtml } from './engine/html.ts';
import { cancelled } from './identify.ts';
import { letterFile, withoutEntities } from './letter.ts';
import { ended } from './others.ts';
import { reportButton } from './report.ts';
import { type Next, stage } from './stages.ts';
import { sourceText, triedLines } from './telling.ts';
import { takeWords } from './words.ts';

/**
 * Stage service-centre: what a parcel needs, from the region's pack. The serial number goes ahead as text; what the
 * vendor's note does not say is marked as our advice. The case stays open until the answer is there.
 */
export const serviceCentre = stage('service-centre', {
  version: 6,
  async run(dialogue, args) {
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (!record || record.closedAt !== null) return { end: true };
    // The service centre knows a device by its serial number alone.
    if (!record.device) return { go: 'identify', with: { because: 'bot:rma.needsSerial' } };
    // Whatever has led here: before a parcel this is asked.
    if (!record.awaitsAnswer && canStillBeAsked(record.facts, 'previousOwner'))
      return { go: 'assess', with: { parcel: true } };
    await dialogue.change(record.id, { type: 'stage', stage: 'service-centre' });
    const pack = await dialogue.house((house) => house.region.pack());
    const asked = await contactOf(dialogue);
    if ('left' in asked) return asked.left === 'cancel' ? cancelled(dialogue, record.id) : { go: 'assess' };
    const letter = letterOf(dialogue, record, record.device, signatureOf(asked.contact));

    if (ezvizBranded(record.facts) === true) {
      // Hikvision's service does not take these, and no source names another address.
      await dialogue.send(
        [dialogue.t('bot:rma.title'), dialogue.t('bot:rma.ezviz'), serialText(letter)].join('\n\n'),
      );
      await sendLetter(dialogue, record, letter, null);
    } else {
      await tellWhereTo(dialogue, record, pack, letter);
      await sendLetter(dialogue, record, letter, pack.serviceCentre.email);
    }
    const advice = pack.advice.map(
      (word) => `☐ ${dialogue.t(`policy:rma.advice.${word}`, { case: caseNumber(record) })}`,
    );
    const next = [dialogue.t('bot:rma.next'), [dialogue.t('bot:rma.ourAdvice'), ...advice].join('\n')];
    const answer = await dialogue.ask(next.join('\n\n'), {
      buttons: [[{ id: 'sent', text: dialogue.t('bot:rma.button.sent'), said: ['yes', 'done'] }]],
      wants: ['words'],
    });
    if (answer.kind === 'words') await takeWords(dialogue, record.id, answer);
    if (answer.kind !== 'button' || answer.id === 'back') return { go: 'assess' };
    if (answer.id === 'cancel') return cancelled(dialogue, record.id);
    return waitForAnswer(dialogue, record);
  },
});

interface Letter {
  /** Full where it is known. */
  readonly serial: string;
  readonly shortSerial: string;
  readonly subject: string;
  readonly body: string;
}

/** @param signature lines under it; empty: it is not signed */
function letterOf(
  dialogue: Dialogue,
  record: CaseRecord,
  device: NonNullable<CaseRecord['device']>,
  signature: readonly string[],
): Letter {
  const { shortSerial } = device;
  const { firmware } = record.facts;
  const mac = record.sighting?.mac ?? null;
  const { rule } = verdictOf(record);
  const serial = record.sighting?.fullSerial ?? device.fullSerial ?? shortSerial;
  const lines = [
    ...triedLines(dialogue.t, record.tried),
    ...(knownValue(record.facts, 'previousOwner') === false ? [dialogue.t('policy:tried.owner')] : []),
  ].map((line) => `- ${line}`);
  const values = {
    serial,
    shortSerial,
    model: record.sighting?.model ?? device.model ?? dialogue.t('bot:identify.modelUnknown'),
    firmware: firmware.state === 'known' ? firmware.value : dialogue.t('bot:rma.firmwareUnknown'),
    reason: dialogue.t(rule === null ? 'bot:rma.reasonUnknown' : `policy:when.${rule}`),
    case: caseNumber(record),
  };
  return {
    serial,
    shortSerial,
    subject: dialogue.t('policy:rma.subject', { ...values, serial: shortSerial }),
    body: [
      [
        dialogue.t('policy:rma.body', values),
        ...(mac === null ? [] : [dialogue.t('policy:rma.mac', { mac })]),
      ].join('\n'),
      lines.length === 0 ? '' : [dialogue.t('policy:rma.tried'), ...lines].join('\n'),
      [dialogue.t('policy:rma.end'), ...signature.map(escapeHtml)].join('\n'),
    ]
      .filter(Boolean)
      .join('\n\n'),
  };
}

function serialText({ serial }: Letter): string {
  return `<code>${escapeHtml(serial)}</code>`;
}

async function tellWhereTo(
  dialogue: Dialogue,
  record: CaseRecord,
  pack: RegionPack,
  letter: Letter,
): Promise<void> {
  const { email, postalAddress, form, asks } = pack.serviceCentre;
  if (pack.lastWay) await dialogue.say(lastWayText(dialogue, pack.lastWay));
  const { firmware } = record.facts;
  const unknown = dialogue.t('bot:rma.firmwareUnknown');
  const values = {
    mac: record.sighting?.mac ?? unknown,
    firmware: firmware.state === 'known' ? firmware.value : unknown,
  };
  await dialogue.send(
    [
      dialogue.t('bot:rma.title'),
      ...pack.says.map((word) => dialogue.t(`policy:rma.says.${word}`)),
      email === null ? dialogue.t('bot:rma.noAddress') : dialogue.t('bot:rma.write', { email }),
      ...asks.map((word) => dialogue.t(`policy:rma.asks.${word}`, values)),
      serialText(letter),
      postalAddress === null ? '' : dialogue.t('bot:rma.postalAddress', { address: postalAddress }),
      form === null ? '' : dialogue.t('bot:rma.form', { form }),
      sourceText(dialogue.t, pack, dialogue.language),
    ]
      .filter(Boolean)
      .join('\n\n'),
  );
}

/** A way that is left before a parcel: what it is, what it needs, and how sure that is. */
function lastWayText(dialogue: Dialogue, last: NonNullable<RegionPack['lastWay']>): string {
  const needs = last.needs.map((word) => `☐ ${dialogue.t(`policy:rma.needs.${word}`)}`);
  return [
    [dialogue.t(`policy:rma.lastWay.${last.way}`), ...needs].join('\n'),
    sourceText(dialogue.t, { ...last, dated: null }, dialogue.language),
  ].join('\n\n');
}

/** Subject and body to copy, and the same as a file that a mail program opens as a draft. */
async function sendLetter(
  dialogue: Dialogue,
  record: CaseRecord,
  letter: Letter,
  email: string | null,
): Promise<void> {
  await dialogue.send(
    [dialogue.t('bot:rma.mailReady'), `<pre>${letter.subject}</pre>`, `<pre>${letter.body}</pre>`].join(
      '\n\n',
    ),
    [
      [{ text: dialogue.t('bot:rma.button.copySerial'), copy: letter.serial }],
      [{ text: dialogue.t('bot:rma.button.copySubject'), copy: withoutEntities(letter.subject) }],
    ],
  );
  const blob = `letter:${record.id}`;
  const file = letterFile({ to: email, subject: letter.subject, body: letter.body });
  await dialogue.house((house) => house.notes.file(blob, file));
  await dialogue.sendFile(blob, `${letter.shortSerial}.eml`, dialogue.t('bot:rma.mailFile'));
}

async function waitForAnswer(dialogue: Dialogue, record: CaseRecord): Promise<Next> {
  await dialogue.change(record.id, { type: 'awaits-answer' });
  return ended(dialogue, record.id, dialogue.t('bot:rma.waiting', { case: caseNumber(record) }), [
    reportButton(dialogue.t, record.id),
  ]);
}
