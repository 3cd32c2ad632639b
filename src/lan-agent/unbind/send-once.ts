import { aborted, limit } from '../limit.ts';
import { listenForReplies } from '../network/replies.ts';
import { readUnbindReply, type UnbindAnswer } from '../sadp/reply.ts';
import type { SadpRequest } from '../sadp/requests.ts';
import type { Channel } from './channel.ts';

/** The datagram is out; its answer may come now, late or never. */
export interface PendingAnswer {
  /** The first answer that came, if any. */
  current(): UnbindAnswer | null;
  /** Waits until there is an answer, for at most `ms`. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** The system's error code where the datagram may not have left at all. */
  sendError(): string | null;
  stop(): void;
}

/** Sends the one datagram of an unbind. There is no second send in this file, and must never be. */
export function sendOnce(
  channel: Channel,
  request: SadpRequest,
  onForeign: ((from: string) => void) | undefined,
): PendingAnswer {
  let answer: UnbindAnswer | null = null;
  let arrive = () => {};
  let error: string | null = null;
  const replies = listenForReplies(channel.lan, channel.device, ({ match, message, from }) => {
    if (match === 'foreign-source') return onForeign?.(from);
    answer ??= readUnbindReply(message);
    arrive();
  });
  replies.expect(request);
  void channel.lan.send(channel.device.via, channel.route, request.bytes).then((code) => {
    error = code;
  });
  return {
    current: () => answer,
    wait: async (ms, signal) => {
      const wait = limit(ms, signal);
      arrive = wait.end;
      if (answer === null) await aborted(wait.signal);
      wait.end();
    },
    sendError: () => error,
    stop: replies.stop,
  };
}
