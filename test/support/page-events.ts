import { request } from 'undici';

/** What the chat page is told, as it reads it. */
export type PageEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The live events of one technician; whoever stops reading hangs up. */
export async function* pageEvents(url: string, user: number): AsyncGenerator<PageEvent> {
  const { body } = await request(`${url}/page/users/${user}/events`);
  let text = '';
  for await (const chunk of body) {
    text += String(chunk);
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) yield JSON.parse(event.slice('data: '.length)) as PageEvent;
  }
}
