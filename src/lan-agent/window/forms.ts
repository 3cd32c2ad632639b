import { randomBytes, timingSafeEqual } from 'node:crypto';
import { formField } from '../prompt/form.ts';
import { ACTION_NAMES, type ActionName, FORM_FIELD, type PageTools } from './actions.ts';

/**
 * The forms that can be sent: one of each action at a time, the same in every tab, until it was. A form is of the page it
 * stands on: sent twice, gone back to, or left open beside a question that has ended, it does nothing.
 */
export interface Forms {
  /** The value of `form` for each action. */
  readonly values: PageTools['forms'];
  /** Uses the form of an action up. False: it is not the one that can be sent. */
  use(name: ActionName, body: Buffer): boolean;
  /** What an earlier page has of this action can not be sent any more. */
  renew(name: ActionName): void;
}

const BYTES = 16;

export function createForms(): Forms {
  const draw = () => randomBytes(BYTES).toString('base64url');
  const values = Object.fromEntries(ACTION_NAMES.map((name) => [name, draw()])) as Record<ActionName, string>;
  const renew = (name: ActionName) => {
    values[name] = draw();
  };
  return {
    values,
    renew,
    use: (name, body) => {
      const sent = formField(body, FORM_FIELD);
      const expected = Buffer.from(values[name]);
      if (sent?.length !== expected.length || !timingSafeEqual(sent, expected)) return false;
      renew(name);
      return true;
    },
  };
}
