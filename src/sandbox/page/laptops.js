import { button, element } from './element.js';

const MAX_LINES = 500;
/** Only pages on this machine become links: a terminal line may hold anything. */
const LOCAL_ADDRESS = /(http:\/\/127\.0\.0\.1(?::\d+)?(?:\/[^\s'"<>]*)?)/;

/** The laptops: which of them wants something of whoever sits before it, and the terminal of one. */
export class Laptops {
  /**
   * @param {{list: HTMLElement, terminal: HTMLElement, wants: HTMLElement}} elements
   * @param {{texts(key: string, values?: object): string, nameOf(technician: number): string}} words
   */
  constructor({ list, terminal, wants }, { texts, nameOf }) {
    Object.assign(this, { list, terminal, wants, texts, nameOf });
    this.laptops = new Map();
    this.chosen = null;
  }

  /** @param {readonly {name: string, owner: number, lines: string[], wants: object | null}[]} laptops */
  show(laptops) {
    this.laptops = new Map(laptops.map((laptop) => [laptop.name, laptop]));
    if (!this.laptops.has(this.chosen)) this.chosen = laptops[0]?.name ?? null;
    this.redraw();
  }

  /** One that is new, or of which something is new but its lines. */
  put(laptop) {
    const before = this.laptops.get(laptop.name);
    this.laptops.set(laptop.name, { ...laptop, lines: before?.lines ?? [] });
    this.chosen ??= laptop.name;
    // Who is asked reads the question: the terminal in which it stands comes to the front.
    if (laptop.wants && !before?.wants) this.#choose(laptop.name);
    else this.#drawList();
  }

  add(name, line) {
    const laptop = this.laptops.get(name);
    if (!laptop) return;
    laptop.lines = [...laptop.lines, line].slice(-MAX_LINES);
    if (name !== this.chosen) return;
    this.terminal.append(drawLine(line));
    if (this.terminal.childElementCount > MAX_LINES) this.terminal.firstElementChild.remove();
    this.#toEnd();
  }

  /** The terminal of a technician's laptop comes to the front. */
  of(technician) {
    const own = [...this.laptops.values()].find(({ owner }) => owner === technician);
    if (own) this.#choose(own.name);
  }

  get waiting() {
    return [...this.laptops.values()].filter(({ wants }) => wants !== null);
  }

  redraw() {
    this.#drawList();
    this.#drawTerminal();
  }

  #choose(name) {
    this.chosen = name;
    this.redraw();
  }

  #drawList() {
    const { texts } = this;
    const focused = this.list.contains(document.activeElement);
    this.list.replaceChildren(
      ...[...this.laptops.values()].map(({ name, owner, wants }) => {
        const tab = button('', texts('laptopOf', { laptop: name, name: this.nameOf(owner) }), () =>
          this.#choose(name),
        );
        tab.setAttribute('aria-pressed', String(name === this.chosen));
        if (wants) tab.append(element('span', 'mark', texts('wantsMark')));
        return tab;
      }),
    );
    if (focused) this.list.querySelector('[aria-pressed="true"]')?.focus();
    this.wants.replaceChildren(...this.waiting.map((laptop) => this.#want(laptop)));
  }

  #want({ name, wants: { what, address } }) {
    const { texts } = this;
    const line = element('div', 'want');
    const said = element('p');
    // In the terminal its address follows.
    const sentence = what.replace(/:$/, '');
    said.append(element('strong', '', texts('wants', { laptop: name })), element('span', '', sentence));
    const open = link(address, texts('wantsOpen'));
    open.className = 'primary';
    line.append(said, open);
    return line;
  }

  #drawTerminal() {
    const lines = this.laptops.get(this.chosen)?.lines ?? [];
    this.terminal.replaceChildren(...lines.map(drawLine));
    this.#toEnd();
  }

  #toEnd() {
    const view = this.terminal.parentElement;
    view.scrollTop = view.scrollHeight;
  }
}

function drawLine(line) {
  const item = element('li');
  // The expression has one group, so every second part is an address.
  for (const [index, part] of line.split(LOCAL_ADDRESS).entries())
    item.append(index % 2 ? link(part, part) : part);
  return item;
}

function link(address, text) {
  const anchor = element('a', '', text);
  anchor.href = address;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  return anchor;
}
