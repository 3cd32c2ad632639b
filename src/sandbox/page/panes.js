const MAX_LINES = 500;
/** Only pages on this machine become links: a terminal line may hold anything. */
const LOCAL_ADDRESS = /(http:\/\/127\.0\.0\.1(?::\d+)?(?:\/[^\s'"<>]*)?)/;

/** The agent's terminal. */
export class Laptop {
  constructor(terminal) {
    this.terminal = terminal;
  }

  show(lines) {
    this.terminal.replaceChildren(...lines.map(drawLine));
    this.#toEnd();
  }

  add(line) {
    this.terminal.append(drawLine(line));
    if (this.terminal.childElementCount > MAX_LINES) this.terminal.firstElementChild.remove();
    this.#toEnd();
  }

  #toEnd() {
    this.terminal.scrollTop = this.terminal.scrollHeight;
  }
}

function drawLine(line) {
  const item = document.createElement('li');
  // The expression has one group, so every second part is an address.
  for (const [index, part] of line.split(LOCAL_ADDRESS).entries()) item.append(index % 2 ? link(part) : part);
  return item;
}

function link(address) {
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  anchor.textContent = address;
  return anchor;
}

/** The emulated devices, one card each. */
export class Devices {
  constructor(list, texts) {
    this.list = list;
    this.texts = texts;
    this.states = [];
  }

  show(states) {
    const before = new Map(this.states.map((state) => [state.serial, state]));
    this.states = states;
    this.list.replaceChildren(...states.map((state) => this.#card(state, before.get(state.serial))));
  }

  redraw() {
    this.show(this.states);
  }

  #card(state, before) {
    const { texts } = this;
    const card = element('li', 'device');
    const wasBound = before?.bound ?? state.bound;
    card.classList.toggle('changed', wasBound !== state.bound);
    const title = element('h3', '', state.model);
    const badge = element('span', state.bound ? 'badge bound' : 'badge unbound');
    badge.textContent = texts(state.bound ? 'bound' : 'unbound');
    const head = element('div', 'head');
    head.append(title, badge);
    const where = element('p', 'where');
    where.append(element('code', '', state.serial), element('span', '', state.address));
    const lock =
      state.lockMinutes > 0 ? texts('lockMinutes', { minutes: state.lockMinutes }) : texts('lockNone');
    const facts = element('dl');
    facts.append(
      ...fact(texts('cloud'), texts(CLOUD[state.cloud]), state.cloud === 'online' ? 'good' : 'bad'),
      ...fact(texts('tries'), String(state.triesLeft), state.triesLeft <= 2 ? 'bad' : ''),
      ...fact(texts('lock'), lock, state.lockMinutes > 0 ? 'bad' : ''),
      ...fact(texts('executions'), String(state.executions), state.executions > 0 ? 'good' : ''),
    );
    card.append(head, where, facts);
    return card;
  }
}

const CLOUD = { online: 'cloudOnline', offline: 'cloudOffline', disabled: 'cloudDisabled' };

function fact(name, value, mood) {
  const pair = element('div', mood);
  pair.append(element('dt', '', name), element('dd', '', value));
  return [pair];
}

function element(tag, className = '', text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
