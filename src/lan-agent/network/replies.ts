import { type Match, matchReply } from '../sadp/match.ts';
import { readMessage, type SadpMessage } from '../sadp/message.ts';
import type { SadpRequest } from '../sadp/requests.ts';
import { inbox } from './inbox.ts';
import type { Lan } from './lan.ts';
import type { FoundDevice } from './search.ts';

/** A datagram that passes every test of protocol/sadp.md 3, or all but the source address. */
export interface Reply {
  readonly match: Extract<Match, 'answer' | 'foreign-source'>;
  readonly request: SadpRequest;
  readonly message: SadpMessage;
  readonly from: string;
}

export interface ReplyListener {
  /** Adds a request whose replies count. */
  expect(request: SadpRequest): void;
  stop(): void;
}

/** Hands on the replies to requests sent to one device, on every socket, and nothing else. */
export function listenForReplies(
  lan: Lan,
  device: FoundDevice,
  onReply: (reply: Reply) => void,
): ReplyListener {
  const expected: SadpRequest[] = [];
  const mailbox = inbox(({ bytes, from }) => {
    const message = readMessage(bytes);
    if (!message.ok) return;
    for (const request of expected) {
      const match = matchReply(request, message.value, from, device.source);
      if (match === 'answer' || match === 'foreign-source') {
        onReply({ match, request, message: message.value, from });
      }
    }
  });
  const stop = lan.listen(mailbox.put);
  return { expect: (request) => expected.push(request), stop };
}
