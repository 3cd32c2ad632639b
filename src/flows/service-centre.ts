import { caseNumber } from '../cases/case.ts';
import type { Flow } from './engine/dialogue.ts';
import { escapeHtml } from './engine/html.ts';
import { cancelled } from './identify.ts';

/**
 * Stage service-centre: RMA instructions from the region's pack. The serial number goes ahead as text; what the
 * vendor's note does not say is marked as our advice.
 */
export const serviceCentre: Flow = {
  name: 'service-centre',
  version: 1,
  async run(dialogue, args) {
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (!record?.device || record.closedAt !== null) return { end: true };
    await dialogue.house((house) => house.cases.apply(record.id, { type: 'stage', stage: 'service-centre' }));
    const pack = await dialogue.house((house) => house.region.pack());
    const { email } = pack.serviceCentre;
    const { shortSerial } = record.device;
    const fullSerial = record.sighting?.fullSerial ?? record.device.fullSerial;
    const model = record.sighting?.model ?? record.device.model ?? dialogue.t('bot:identify.modelUnknown');
    const serial = fullSerial ?? shortSerial;
    const firmware =
      record.facts.firmware.state === 'known'
        ? record.facts.firmware.value
        : dialogue.t('bot:rma.firmwareUnknown');

    await dialogue.say(
      [
        dialogue.t('bot:rma.title'),
        email === null ? dialogue.t('bot:rma.noAddress') : dialogue.t('bot:rma.write', { email }),
        ...pack.serviceCentre.asks.map((word) => dialogue.t(`policy:rma.asks.${word}`)),
        `<code>${escapeHtml(serial)}</code>`,
        dialogue.t('bot:rma.source', { source: pack.source, date: dialogue.date(pack.checkedAt) }),
      ].join('\n\n'),
    );
    await dialogue.say(
      [
        dialogue.t('bot:rma.mailReady'),
        `<pre>${dialogue.t('policy:rma.subject', { serial: shortSerial, model })}</pre>`,
        `<pre>${dialogue.t('policy:rma.body', { serial, shortSerial, model, firmware, case: caseNumber(record) })}</pre>`,
      ].join('\n\n'),
    );
    const advice = pack.advice.map((word) => `• ${dialogue.t(`policy:rma.advice.${word}`)}`);
    const next = [dialogue.t('bot:rma.next'), [dialogue.t('bot:rma.ourAdvice'), ...advice].join('\n')];
    const answer = await dialogue.ask(next.join('\n\n'), {
      buttons: [[{ id: 'sent', text: dialogue.t('bot:rma.button.sent') }]],
      help: 'bot:help.useButtons',
    });
    if (answer.kind !== 'button' || answer.id === 'back') return { go: 'assess' };
    if (answer.id === 'cancel') return cancelled(dialogue, record.id);
    await dialogue.house((house) =>
      house.cases.apply(record.id, { type: 'closed', outcome: 'service-centre' }),
    );
    await dialogue.say(dialogue.t('bot:rma.closed', { case: caseNumber(record) }));
    return { end: true };
  },
};
