import type { CallApi } from '../flows/engine/bridge.ts';

/** A button outside conversations; `data` at most 64 bytes. */
export interface PlainButton {
  text: string;
  data: string;
}

/** Says a thing in a chat outside conversations: commands, pairing, notices. Failures are the client's to report. */
export async function tell(
  callApi: CallApi,
  chatId: number,
  text: string,
  rows: readonly PlainButton[][] = [],
): Promise<void> {
  await callApi('sendMessage', {
    chat_id: chatId,
    text,
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
    ...(rows.length === 0
      ? {}
      : {
          reply_markup: {
            inline_keyboard: rows.map((row) =>
              row.map((button) => ({ text: button.text, callback_data: button.data })),
            ),
          },
        }),
  });
}
