import { element } from './element.js';
import { richText } from './rich-text.js';

const OTHER_KINDS = { sticker: '🏷️', voice: '🎙️', video: '🎬', location: '📍', contact: '👤', dice: '🎲' };
/** Pixels, as tall as a picture gets in the list. */
const MAX_PICTURE_HEIGHT = 300;

/** The phone's list of messages: draws them, keeps them in order, replaces what was edited. */
export class Chat {
  /**
   * @param {{log: HTMLElement, scroll: HTMLElement}} elements
   * @param {{texts(key: string): string, press(messageId: number, data: string): Promise<boolean>,
   *   copy(text: string): void, command(text: string): void, open(address: string): void}} actions
   */
  constructor({ log, scroll }, actions) {
    this.log = log;
    this.scroll = scroll;
    this.actions = actions;
    this.messages = new Map();
    this.waiting = new Set();
  }

  /** Draws everything anew: at the start, after a reconnection, in another language. */
  show(messages) {
    this.messages = new Map(messages.map((message) => [message.id, message]));
    this.redraw();
  }

  redraw() {
    this.waiting.clear();
    this.log.replaceChildren(...[...this.messages.values()].map((message) => this.#draw(message)));
    this.#toEnd();
  }

  put(message) {
    const atEnd = this.#isAtEnd();
    this.messages.set(message.id, message);
    const old = this.#item(message.id);
    if (old) old.replaceWith(this.#draw(message));
    else {
      const next = [...this.log.children].find((item) => Number(item.dataset.id) > message.id);
      this.log.insertBefore(this.#draw(message), next ?? null);
    }
    if (atEnd || message.from === 'user') this.#toEnd();
  }

  remove(messageIds) {
    for (const id of messageIds) {
      this.messages.delete(id);
      this.#item(id)?.remove();
    }
  }

  /** The bot answered a pressed button: none is waiting any more. */
  answered() {
    for (const button of this.waiting) button.classList.remove('waiting');
    this.waiting.clear();
  }

  get empty() {
    return this.messages.size === 0;
  }

  #item(id) {
    return this.log.querySelector(`:scope > [data-id="${id}"]`);
  }

  #draw(message) {
    const item = element('li', `message from-${message.from}`);
    item.dataset.id = String(message.id);
    if (message.albumId) item.dataset.album = message.albumId;
    const bubble = element('article', `bubble kind-${message.kind}`);
    bubble.append(
      ...this.#quote(message),
      ...this.#file(message),
      this.#text(message),
      this.#footer(message),
    );
    item.append(bubble);
    if (message.buttons.length > 0) item.append(this.#keyboard(message));
    return item;
  }

  #quote({ replyTo }) {
    const answered = this.messages.get(replyTo);
    if (!answered) return [];
    const quote = element('div', 'reply');
    quote.append(element('strong', '', answered.author));
    quote.append(element('span', '', answered.text || this.actions.texts('photo')));
    return [quote];
  }

  #file({ kind, file, text }) {
    if (kind in OTHER_KINDS)
      return [element('p', 'other', `${OTHER_KINDS[kind]} ${this.actions.texts(kind)}`)];
    if (!file) return [];
    const address = `/page/files/${encodeURIComponent(file.id)}`;
    if (kind === 'document') {
      const link = element('a', 'document', file.name);
      link.href = address;
      link.download = file.name;
      link.append(element('small', '', `${Math.ceil(file.size / 1024)} KB`));
      return [link];
    }
    const opener = element('button', 'picture');
    opener.type = 'button';
    const picture = element('img');
    picture.src = address;
    picture.width = file.width;
    picture.height = file.height;
    // Its place is kept before it has arrived: otherwise the end of the chat would slip away.
    picture.style.width = `${Math.round(Math.min(file.width, (MAX_PICTURE_HEIGHT * file.width) / file.height))}px`;
    picture.alt = text || this.actions.texts('photo');
    opener.append(picture);
    opener.addEventListener('click', () => this.actions.open(address));
    return [opener];
  }

  #text({ text, entities }) {
    const body = element('div', 'text');
    body.append(
      richText(text, entities, {
        copy: this.actions.copy,
        command: this.actions.command,
        label: this.actions.texts,
      }),
    );
    body.hidden = text === '';
    return body;
  }

  #footer({ date, edited, reaction }) {
    const footer = element('footer');
    if (reaction) footer.append(element('span', 'reaction', reaction));
    const time = new Date(date * 1000).toLocaleTimeString(document.documentElement.lang, {
      hour: '2-digit',
      minute: '2-digit',
    });
    footer.append(element('time', '', edited ? `${this.actions.texts('edited')} ${time}` : time));
    return footer;
  }

  #keyboard({ id, buttons }) {
    const keyboard = element('div', 'keyboard');
    for (const row of buttons) {
      const line = element('div', 'row');
      line.append(...row.map((button) => this.#button(id, button)));
      keyboard.append(line);
    }
    return keyboard;
  }

  #button(messageId, button) {
    if (button.url) return linkKey(button);
    return button.copies ? this.#copyKey(button) : this.#key(messageId, button);
  }

  #copyKey({ text, copies }) {
    const key = element('button', 'key copy', text);
    key.type = 'button';
    key.addEventListener('click', () => this.actions.copy(copies));
    return key;
  }

  #key(messageId, { text, data, style }) {
    const key = element('button', style ? `key ${style}` : 'key', text);
    key.type = 'button';
    key.addEventListener('click', async () => {
      key.classList.add('waiting');
      this.waiting.add(key);
      if (!(await this.actions.press(messageId, data))) this.answered();
    });
    return key;
  }

  #isAtEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < 80;
  }

  #toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }
}

function linkKey({ text, url }) {
  const key = element('a', 'key link', text);
  key.href = url;
  key.target = '_blank';
  key.rel = 'noopener noreferrer';
  return key;
}
