import type { Log } from '../../kernel/log.ts';
import type { Notices } from '../house/notices.ts';
import type { Notify } from '../house/notify.ts';
import type { Access } from './access.ts';
import type { Pins } from './pins.ts';

export interface FirstPin {
  /** Says to somebody who has just come in that they are, and what to do first. */
  welcome(person: number): Promise<void>;
  /** Has them choose a PIN while it is certainly they who hold the phone. */
  ask(person: number): Promise<void>;
  /** Gives notice of everybody who has no PIN yet where one is asked for. */
  noticeMissing(): Promise<void>;
}

/** How everybody comes to have a PIN, where the operator wants them. */
export function createFirstPin({
  asked,
  pins,
  access,
  notices,
  notify,
  log,
}: {
  /** ASK_PIN. */
  asked: boolean;
  pins: Pick<Pins, 'has'>;
  access: Pick<Access, 'admins' | 'list'>;
  notices: Pick<Notices, 'raise'>;
  notify: Notify;
  log: Log;
}): FirstPin {
  async function ask(person: number): Promise<void> {
    if (asked) await notify(person, 'bot:pin.first');
  }

  return {
    ask,

    async welcome(person) {
      await notify(person, 'bot:command.welcome');
      await ask(person);
    },

    async noticeMissing() {
      if (!asked) return;
      const listed = await access.list();
      if (!listed.ok) return log.error({ failure: listed.failure.reason }, 'who has no PIN is not known');
      const people: number[] = [];
      for (const person of [...access.admins, ...listed.value.map(({ userId }) => userId)]) {
        const has = await pins.has(person);
        if (has.ok && !has.value) people.push(person);
      }
      if (people.length > 0) await notices.raise({ kind: 'pin.missing', people });
    },
  };
}
