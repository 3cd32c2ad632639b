/** The chat's side of PINs: /pin, the message that answers it, and what waits for it. */
import * as z from 'zod';
import { ok, type Result } from '../../kernel/result.ts';
import { Secret } from '../../kernel/secret.ts';
import { type DataOf, kind } from '../../store/kind.ts';
import { orNone } from '../../store/or-none.ts';
import type { StoreFailure, Values } from '../../store/store.ts';
import { BLOCK_MINUTES, type PinPurpose, type Pins } from '../door/pins.ts';
import type { Telegram, Told } from '../house/telegram.ts';
import type { Call, CommandSet } from './call.ts';

/** By chat. */
export const PIN_WAITS = kind({
  name: 'pin-waits',
  version: 1,
  schema: z.object({
    step: z.enum(['choose', 'check']),
    /** What the PIN opens (`PinPurpose`); `change`: a new PIN is asked for next. */
    // biome-ignore lint/suspicious/noThenProperty: its name in every store there is
    then: z.union([z.enum(['pair', 'change']), z.templateLiteral(['case:', z.string()])]),
  }),
});
/** What the next message of a chat is, if it is text. */
export type PinWait = DataOf<typeof PIN_WAITS>;

/** A PIN is waited for this long, ms. */
const WAIT_MS = 5 * 60_000;
const USER_ID = /^[1-9]\d{0,15}$/;

export interface PinGate extends CommandSet {
  /**
   * Asks for the PIN before something is done; true when it is open already (and used up by this, where it is a
   * pairing). `again` is done once the right one was typed.
   */
  passes(call: Call, purpose: PinPurpose): Promise<boolean>;
  /** Takes a text for the PIN that is waited for. False: none is, or it is a command, which ends the waiting. */
  hear(call: Call, message: { message_id: number; text?: string | undefined }): Promise<boolean>;
}

export function createPinGate({
  pins,
  asked,
  waits,
  telegram,
  again,
}: {
  pins: Pins;
  /** ASK_PIN. */
  asked: boolean;
  waits: Values<PinWait>;
  telegram: Pick<Telegram, 'takeOut'>;
  /** Does what the PIN was asked for. */
  again(call: Call, purpose: PinPurpose): Promise<Told | undefined>;
}): PinGate {
  /** Waits for the PIN, or for a first one. */
  async function demand({ chatId, say, t }: Call, then: PinWait['then']): Promise<Told> {
    const has = await pins.has(chatId);
    if (!has.ok) return say(t('bot:error.unreachable'));
    const wait: PinWait = { step: has.value ? 'check' : 'choose', then };
    const set = await waits.set(String(chatId), wait, WAIT_MS);
    if (!set.ok) return say(t('bot:error.unreachable'));
    return say(t(has.value ? 'bot:pin.type' : 'bot:pin.choose'));
  }

  async function chosen(call: Call, pin: Secret<string>, { then }: PinWait): Promise<Told | undefined> {
    const { chatId, say, t } = call;
    const set = await pins.set(chatId, pin);
    if (!set.ok) return say(t(set.failure === 'bad-shape' ? 'bot:pin.badShape' : 'bot:error.unreachable'));
    await waits.delete(String(chatId));
    const told = await say(t('bot:pin.set'));
    return then === 'change' ? told : pass(call, then);
  }

  async function checked(call: Call, pin: Secret<string>, { then }: PinWait): Promise<Told | undefined> {
    const { chatId, say, t } = call;
    const found = await pins.check(chatId, pin);
    if (!found.ok) return say(t('bot:error.unreachable'));
    if (found.value === 'wrong') return say(t('bot:pin.wrong'));
    await waits.delete(String(chatId));
    if (found.value === 'blocked') return say(t('bot:pin.blocked', { minutes: BLOCK_MINUTES }));
    if (found.value === 'none') return demand(call, then);
    if (then !== 'change') return pass(call, then);
    const set = await waits.set(String(chatId), { step: 'choose', then }, WAIT_MS);
    return say(t(set.ok ? 'bot:pin.choose' : 'bot:error.unreachable'));
  }

  async function pass(call: Call, purpose: PinPurpose): Promise<Told | undefined> {
    const opened = await pins.open(call.chatId, purpose);
    if (!opened.ok) return call.say(call.t('bot:error.unreachable'));
    return again(call, purpose);
  }

  return {
    async passes(call, purpose) {
      if (!asked) return true;
      const { chatId, say, t } = call;
      const open = await pins.isOpen(chatId, purpose);
      const used: Result<void, StoreFailure> =
        open.ok && open.value && purpose === 'pair' ? await pins.close(chatId, purpose) : ok(undefined);
      if (!open.ok || !used.ok) await say(t('bot:error.unreachable'));
      else if (open.value) return true;
      else await demand(call, purpose);
      return false;
    },

    async hear(call, message) {
      const { chatId, say, t } = call;
      if (message.text === undefined) return false;
      const wait = orNone(await waits.get(String(chatId)));
      if (!wait.ok || !wait.value) return false;
      if (message.text.startsWith('/')) {
        await waits.delete(String(chatId));
        return false;
      }
      // Whatever it is: the next text may be the PIN, and a PIN does not stay in the chat.
      if (!(await telegram.takeOut(chatId, message.message_id))) await say(t('bot:pin.notDeleted'));
      const pin = new Secret(message.text.trim());
      await (wait.value.step === 'choose' ? chosen(call, pin, wait.value) : checked(call, pin, wait.value));
      return true;
    },

    commands: {
      async pin(call) {
        const { controls, say, t } = call;
        if (!asked) return say(t('bot:pin.off'));
        const active = controls.active();
        const isUnbinding = active?.flow === 'lan-unbind';
        return demand(call, isUnbinding ? `case:${active.caseId}` : 'change');
      },

      async resetpin({ chatId, role, say, t }, [id]) {
        if (role !== 'admin') return say(t('bot:invite.onlyAdmins'));
        if (!USER_ID.test(id ?? '')) return say(t('bot:pin.howToReset'));
        // Whoever holds an admin's phone must not get around the PIN with it.
        if (Number(id) === chatId) return say(t('bot:pin.notOwn'));
        const reset = await pins.reset(chatId, Number(id));
        return say(reset.ok ? t('bot:pin.reset', { id: id ?? '' }) : t('bot:error.unreachable'));
      },
    },
    buttons: {},
  };
}
