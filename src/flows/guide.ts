import { caseNumber } from '../cases/case.ts';
import type { FactName } from '../policy/facts.ts';
import type { Flow } from './engine/dialogue.ts';
import { cancelled } from './identify.ts';

/** Ways a technician walks by hand; each has its steps under `bot:guide.<way>`. */
export const GUIDED = ['vendor-tool', 'app', 'recorder-menu', 'firmware-first'] as const;

/** Stage guide: the steps of a way done by hand, and a check at the end that the laptop makes where one is online. */
export const guide: Flow = {
  name: 'guide',
  version: 1,
  async run(dialogue, args) {
    const way = GUIDED.find((known) => known === args.with?.way);
    const record = await dialogue.house((house) => house.cases.get(args.caseId));
    if (!record || record.closedAt !== null) return { end: true };
    if (!way) return { go: 'assess' };
    await dialogue.house((house) => house.cases.apply(record.id, { type: 'stage', stage: 'guide' }));
    const answer = await dialogue.ask(
      [dialogue.t(`bot:guide.${way}.title`), dialogue.t(`bot:guide.${way}.steps`)].join('\n\n'),
      {
        buttons: [
          [
            { id: 'done', text: dialogue.t(`bot:guide.${way}.done`) },
            { id: 'failed', text: dialogue.t('bot:guide.button.failed') },
          ],
        ],
        help: 'bot:help.useButtons',
      },
    );
    if (answer.kind !== 'button') return { go: 'guide', with: { way } };
    switch (answer.id) {
      case 'done': {
        if (record.sighting !== null || way === 'firmware-first') {
          // The device itself can be asked: belief is not enough.
          const forget: FactName[] = way === 'firmware-first' ? ['firmware', 'updateTo4x'] : [];
          await dialogue.house((house) => house.cases.apply(record.id, { type: 'recheck', forget }));
          await dialogue.say(dialogue.t('bot:guide.checking'));
          return { go: 'assess' };
        }
        await dialogue.house((house) =>
          house.cases.apply(record.id, { type: 'closed', outcome: 'reported-done' }),
        );
        await dialogue.say(dialogue.t('bot:guide.closed', { case: caseNumber(record) }));
        return { end: true };
      }
      case 'cancel':
        return cancelled(dialogue, record.id);
      case 'failed':
        // What was at hand did not help: what else is there?
        await dialogue.house((house) =>
          house.cases.apply(record.id, { type: 'recheck', forget: ['onSite'] }),
        );
        return { go: 'assess' };
      default:
        return { go: 'assess' };
    }
  },
};
