/** `unbind-bot forget-pin`: what an admin does with /resetpin, for the operator whose own phone is lost. */
import { createAudit } from '../../audit/trail.ts';
import { ok, type Result } from '../../kernel/result.ts';
import { openStore } from '../../store/open.ts';
import { createPins } from '../door/pins.ts';
import type { Notice } from '../house/notice.ts';
import { leaveNotice } from '../house/notices.ts';
import { keyFor } from '../keys.ts';
import type { AddCommand, Cli } from './cli.ts';

export const addForgetPin: AddCommand = (program, cli) => {
  program
    .command('forget-pin <id>')
    .description(cli.t('bot:pin.cli'))
    .action(async (id: string) => cli.finish(await forgetPin(cli, Number(id))));
};

async function forgetPin(
  { t, complain, misused, settings }: Cli,
  technician: number,
): Promise<Result<boolean, { reason: string }>> {
  const { storeUrl, token } = settings();
  if (!Number.isSafeInteger(technician) || technician < 1) misused(t('bot:pin.badId'));
  const opened = await openStore(storeUrl);
  if (!opened.ok) return opened;
  const store = opened.value;
  const audit = createAudit(store, Date.now);
  const notices = {
    async raise(notice: Notice) {
      const left = await leaveNotice(store, notice, Date.now());
      if (!left.ok) complain(t('bot:pin.untold', { detail: left.failure.reason }));
    },
  };
  const key = keyFor(token, 'pins');
  const reset = await createPins({ store, audit, notices, key, clock: Date.now }).reset(null, technician);
  await store.close();
  return reset.ok ? ok(true) : reset;
}
