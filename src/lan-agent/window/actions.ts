/**
 * What the person can do in the window (docs/decisions/0063). Each is a form of the window's page, posted to
 * `<base><name>` with the hidden field `form` and the fields named here; nothing else changes anything.
 *
 * `form` is of one action and is used up by it (forms.ts): whoever presses twice, goes back, or has the same form open in
 * two tabs sees how things stand, and nothing is done again.
 *
 * Beside its forms a page has `<base>live`: a stream of events (`EventSource`), each with the content of all elements that
 * have changed, as JSON by their ids; the first one has them all, and `end` says that no more will come.
 */
import type { Language } from '../../../locales/language.ts';
import { LANGUAGES } from '../../../locales/language.ts';
import { formField } from '../prompt/form.ts';

export type WindowAction =
  /** Pairs this laptop. `server` only where the package does not know its own. */
  | { readonly name: 'pair'; readonly code: string; readonly server: string }
  /** Whether the chat says "paired", too. */
  | { readonly name: 'agree'; readonly says: 'yes' | 'no' }
  /** What the open question is answered with: its fields are judged by prompt/page.ts, as bytes. */
  | { readonly name: 'answer' }
  /** Looks for devices. */
  | { readonly name: 'search' }
  | { readonly name: 'status'; readonly serial: string }
  /** `confirm`: the short serial once more. `afterLock`: one careful try after a lock has run out. */
  | {
      readonly name: 'unbind';
      readonly serial: string;
      readonly confirm: string;
      readonly afterLock: boolean;
    }
  /** Ends what the window itself is doing (a search, an unbind before its datagram, a pairing). */
  | { readonly name: 'cancel' }
  | { readonly name: 'doctor' }
  /** Makes the file for support: its answer is that file, to be saved. */
  | { readonly name: 'bundle' }
  /** Sends that file to the chat. */
  | { readonly name: 'send' }
  | { readonly name: 'language'; readonly to: Language }
  /** Ends the agent. */
  | { readonly name: 'stop' }
  /** Forgets whose laptop this is. `sure`: the box beside it is ticked. */
  | { readonly name: 'unpair'; readonly sure: boolean };

export type ActionName = WindowAction['name'];

/** In the order of their fields above. */
export const ACTION_NAMES: readonly ActionName[] = [
  'pair',
  'agree',
  'answer',
  'search',
  'status',
  'unbind',
  'cancel',
  'doctor',
  'bundle',
  'send',
  'language',
  'stop',
  'unpair',
];

/** The hidden field of every form: `FORM_FIELD=<forms[name]>`. */
export const FORM_FIELD = 'form';

/** What a page needs beside what it shows, to make its forms and links. */
export interface PageTools {
  /** Path all of the window stands under, with a slash at both ends: `/<something>/`. */
  readonly base: string;
  /** The value of `form` for each action, as long as it was not used. */
  readonly forms: Readonly<Record<ActionName, string>>;
}

/** Longest text of a field, characters. */
const MAX_TEXT = 300;

/** Reads a form. Null: it lacks what its action needs. What answers a question is left in `body` for its judge. */
export function readAction(name: ActionName, body: Buffer): WindowAction | null {
  const text = (field: string) => (formField(body, field)?.toString() ?? '').slice(0, MAX_TEXT).trim();
  switch (name) {
    case 'pair':
      return { name, code: text('code'), server: text('server') };
    case 'agree': {
      const says = text('says');
      return says === 'yes' || says === 'no' ? { name, says } : null;
    }
    case 'status':
      return { name, serial: text('serial') };
    case 'unbind':
      return {
        name,
        serial: text('serial'),
        confirm: text('confirm'),
        afterLock: text('after-lock') === 'yes',
      };
    case 'language': {
      const to = LANGUAGES.find((one) => one === text('to'));
      return to === undefined ? null : { name, to };
    }
    case 'unpair':
      return { name, sure: text('sure') === 'yes' };
    case 'answer':
    case 'search':
    case 'cancel':
    case 'doctor':
    case 'bundle':
    case 'send':
    case 'stop':
      return { name };
  }
}
