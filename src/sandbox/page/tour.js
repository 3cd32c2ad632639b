/** The guided tour: where it is, what is happening, and the part of the page where it happens. */
export class Tour {
  /**
   * @param {{bar: HTMLElement, place: HTMLElement, title: HTMLElement, caption: HTMLElement}} elements
   * @param {{texts(key: string, values?: object): string, language(): string, look(part: string | null): void}} actions
   */
  constructor(elements, actions) {
    Object.assign(this, elements, actions);
    this.state = null;
  }

  /** @param {{story: number, of: number, title: object, caption: object, look: string} | null} state null: it is over */
  show(state) {
    this.state = state;
    this.redraw();
    this.look(state?.look ?? null);
  }

  redraw() {
    const { state, bar, place, title, caption } = this;
    bar.hidden = state === null;
    if (state === null) return;
    const language = this.language();
    place.textContent = this.texts('tourPlace', { story: state.story, of: state.of });
    title.textContent = state.title[language];
    caption.textContent = state.caption[language];
  }
}
