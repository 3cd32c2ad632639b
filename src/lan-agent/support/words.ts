import type { Texts } from '../texts.ts';
import type { SendFailure } from './send.ts';

/** Why the chat did not get the file for support, and what to do. */
export function sendFailureText(
  { reason, server }: { readonly reason: SendFailure; readonly server: string },
  texts: Texts,
): string {
  switch (reason) {
    case 'not-paired':
    case 'damaged':
      return texts(`agent:link.run.${reason}`);
    case 'not-taken':
      return texts('agent:support.not-taken');
    // A bot of before has no such door, and nobody signs that.
    case 'bad-request':
    case 'not-our-server':
      return texts('agent:support.older-bot', { server });
    default:
      return texts(`agent:link.failure.${reason}`, { server });
  }
}
