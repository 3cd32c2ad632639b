import { aborted, limit } from '../limit.ts';
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
  /** True from the moment that the key exchange was answered a second time, and differently: too late to stop. */
  isDisputed(): boolean;
}

/** Sends the one datagram of an unbind. There is no second send in this file, and must never be. */
export function sendOnce(
  { watch, route }: Channel,
  request: SadpRequest,
  isDisputed: () => boolean,
): PendingAnswer {
  const { lan, device } = watch;
  let answer: UnbindAnswer | null = null;
  let arrive = () => {};
  let error: string | null = null;
  watch.expect(request, ({ message }) => {
    const read = readUnbindReply(message);
    if (answer && JSON.stringify(answer) !== JSON.stringify(read)) {
      watch.dispute(device.source, 'ambiguous-device');
    }
    answer ??= read;
    arrive();
  });
  void lan.send(device.via, route, request.bytes).then((code) => {
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
    isDisputed,
  };
}
