import { button, element } from './element.js';

/** Most pictures of one album (Bot API, sendMediaGroup). */
const MAX_ALBUM = 10;

/** The labels to try: one is sent by a press, or several are marked and go as an album. */
export class Tray {
  /**
   * @param {{list: HTMLElement, several: HTMLElement, album: HTMLElement}} elements
   * @param {readonly {id: string, title: string | object, tells?: object}[]} samples
   * @param {{texts(key: string, values?: object): string, language(): string, send(id: string): void,
   *   album(ids: readonly string[]): void}} actions
   */
  constructor({ list, several, album }, samples, actions) {
    Object.assign(this, { list, several, album, samples, actions });
    this.marked = null;
    several.addEventListener('click', () => this.#mark(this.marked ? null : new Set()));
    album.addEventListener('click', () => {
      actions.album([...this.marked]);
      this.#mark(null);
    });
  }

  redraw() {
    const { texts } = this.actions;
    this.list.closest('.tray').hidden = this.samples.length === 0;
    this.list.replaceChildren(...this.samples.map((sample) => this.#item(sample)));
    this.several.hidden = this.samples.length < 2;
    this.several.textContent = texts(this.marked ? 'oneByOne' : 'several');
    this.several.setAttribute('aria-pressed', String(this.marked !== null));
    this.#count();
  }

  #item({ id, title, tells }) {
    const { actions } = this;
    const item = element('li');
    const picture = element('img');
    picture.src = `/page/samples/${encodeURIComponent(id)}`;
    picture.alt = '';
    const words = element('span', 'words');
    const own = (text) => (typeof text === 'string' ? text : text[actions.language()]);
    words.append(element('strong', '', own(title)), element('code', '', id));
    if (tells) words.append(element('small', '', own(tells)));
    const card = button('label', '', () => {
      if (!this.marked) return actions.send(id);
      this.#toggle(card, id);
    });
    card.append(picture, words);
    if (this.marked) card.setAttribute('aria-pressed', String(this.marked.has(id)));
    item.append(card);
    return item;
  }

  #mark(marked) {
    this.marked = marked;
    this.redraw();
  }

  #toggle(card, id) {
    if (!this.marked.delete(id) && this.marked.size < MAX_ALBUM) this.marked.add(id);
    card.setAttribute('aria-pressed', String(this.marked.has(id)));
    this.#count();
  }

  #count() {
    const count = this.marked?.size ?? 0;
    this.album.hidden = this.marked === null;
    this.album.disabled = count < 2;
    this.album.textContent = this.actions.texts('sendAlbum', { count });
  }
}
