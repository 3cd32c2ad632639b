import type { CallApi, CallFailure } from '../../flows/engine/bot-api.ts';
import { buttonLabel } from '../../flows/engine/html.ts';
import type { Result } from '../../kernel/result.ts';

/** A button outside conversations; `data` at most 64 bytes. */
export interface PlainButton {
  text: string;
  data: string;
}

/** One thing of a list: what is said of it, and its buttons. */
export interface Listed {
  readonly lines: readonly string[];
  readonly row?: readonly PlainButton[];
}

/** Says a list of any length, `most` a message: the title in the first, what can be done in the last. */
export async function sayList(
  say: (text: string, rows?: readonly (readonly PlainButton[])[]) => Promise<void>,
  { title, items, last }: { title: string; items: readonly Listed[]; last: readonly string[] },
  most: number,
): Promise<void> {
  for (let from = 0; from === 0 || from < items.length; from += most) {
    const some = items.slice(from, from + most);
    const lines = [
      ...(from === 0 ? [title] : []),
      ...some.flatMap((item) => item.lines),
      ...(from + most < items.length ? [] : last),
    ];
    await say(
      lines.join('\n'),
      some.flatMap(({ row }) => (row ? [row] : [])),
    );
  }
}

/**
 * Says a thing in a chat outside conversations: commands, pairing, notices. Failures are the client's to report; who
 * has to say it again later looks at the result.
 * @param quiet the phone makes no sound
 */
export async function tell(
  callApi: CallApi,
  chatId: number,
  text: string,
  rows: readonly (readonly PlainButton[])[] = [],
  quiet = false,
): Promise<Result<unknown, CallFailure>> {
  return await callApi('sendMessage', {
    chat_id: chatId,
    text,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    ...(quiet ? { disable_notification: true } : {}),
    ...(rows.length === 0
      ? {}
      : {
          reply_markup: {
            inline_keyboard: rows.map((row) =>
              row.map(({ text: label, data }) => ({ text: buttonLabel(label), callback_data: data })),
            ),
          },
        }),
  });
}
