/** `unbind-bot forget technician|case|serial`, beside a running bot if need be, and `unbind-bot unlock`. */
import { createAudit } from '../../audit/trail.ts';
import { parseSerial } from '../../device/serial.ts';
import { fail, ok } from '../../kernel/result.ts';
import { createAccess } from '../door/access.ts';
import { leaveNotice } from '../house/notices.ts';
import { type Forgettable, forget } from '../keep/erase.ts';
import { keyFor, sealFor } from '../keys.ts';
import { type AddCommand, type Cli, EXIT } from './cli.ts';

const REFUSALS = ['nothing', 'open', 'member', 'ambiguous'] as const;
const USER_ID = /^[1-9]\d{0,15}$/;
/** A case's number, or more of its id (Crockford's alphabet). */
const CASE = /^[0-9A-HJKMNP-TV-Z]{6,26}$/i;

export const addForget: AddCommand = (program, cli) => {
  const { t, misused } = cli;
  program
    .command('forget <what> <which>')
    .description(t('keep:cli.forget'))
    .action(async (what: string, which: string) =>
      forgetIt(cli, meant(what, which) ?? misused(t('keep:forget.how'))),
    );
};

export const addUnlock: AddCommand = (program, cli) => {
  const { t, misused, finish, settings, withStore, print, complain } = cli;
  program
    .command('unlock <id>')
    .description(t('keep:cli.unlock'))
    .action(async (id: string) => {
      if (!USER_ID.test(id)) misused(t('bot:pin.badId'));
      const { token, adminIds } = settings();
      finish(
        await withStore(async (store) => {
          const audit = createAudit(store, Date.now, sealFor(token));
          const access = createAccess({ store, audit, adminIds, key: keyFor(token, 'invitations') });
          const opened = await access.unlock(null, Number(id));
          if (opened.ok && opened.value) {
            const notice = { kind: 'access.unlocked', person: Number(id), by: null } as const;
            const left = await leaveNotice(store, notice, Date.now());
            if (!left.ok) complain(t('bot:pin.untold', { detail: left.failure.reason }));
          }
          if (opened.ok) print(t(opened.value ? 'keep:lock.opened' : 'keep:lock.notLocked', { name: id }));
          return opened;
        }),
      );
    });
};

function meant(what: string, which: string): Forgettable | null {
  if (what === 'technician' && USER_ID.test(which)) return { of: 'technician', id: Number(which) };
  if (what === 'case' && CASE.test(which)) return { of: 'case', typed: which };
  const serial = what === 'serial' ? parseSerial(which) : null;
  return serial?.ok ? { of: 'serial', shortSerial: serial.value.short } : null;
}

async function forgetIt(cli: Cli, what: Forgettable): Promise<void> {
  const { t, print, complain, settings, withStore, finish } = cli;
  const { token } = settings();
  const done = await withStore(async (store) => {
    const forgotten = await forget({ store, audit: createAudit(store, Date.now, sealFor(token)) }, what);
    if (forgotten.ok) return ok(forgotten.value);
    return fail(forgotten.failure);
  });
  if (done.ok) {
    print(t('keep:forget.done', { count: done.value }));
    print(t('keep:forget.remains'));
    return;
  }
  const refused = REFUSALS.find((word) => word === done.failure.reason);
  if (refused === undefined) return finish(done);
  process.exitCode = EXIT.failed;
  complain(t(`keep:forget.${refused}`));
}
