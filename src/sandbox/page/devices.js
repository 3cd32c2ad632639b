import { button, element } from './element.js';

const CLOUD = { online: 'cloudOnline', offline: 'cloudOffline', disabled: 'cloudDisabled' };
/** Tries left from which on the number is a warning. */
const FEW_TRIES = 2;

/** The emulated devices, one card each, and what a hand can do to them. */
export class Devices {
  /**
   * @param {HTMLElement} list
   * @param {{texts(key: string, values?: object): string, act(serial: string, act: string): void}} actions
   */
  constructor(list, { texts, act }) {
    Object.assign(this, { list, texts, act });
    this.states = [];
    this.hosted = false;
  }

  show(states) {
    const before = new Map(this.states.map((state) => [state.serial, state]));
    const isSame = states.length === before.size && states.every(({ serial }) => before.has(serial));
    this.states = states;
    if (!isSame) return this.redraw();
    for (const [index, state] of states.entries()) {
      const old = before.get(state.serial);
      if (JSON.stringify(old) !== JSON.stringify(state)) this.#replace(index, this.#card(state, old));
    }
  }

  redraw() {
    this.list.replaceChildren(...this.states.map((state) => this.#card(state, state)));
  }

  /** A card is drawn anew in the middle of a press: the keyboard stays where it was. */
  #replace(index, card) {
    const old = this.list.children[index];
    const place = document.activeElement?.closest('[data-place]')?.dataset.place;
    const focused = place && old.contains(document.activeElement);
    old.replaceWith(card);
    if (card.classList.contains('changed')) card.scrollIntoView({ block: 'nearest' });
    if (focused) card.querySelector(`[data-place="${place}"]`)?.focus();
  }

  #card(state, before) {
    const { texts } = this;
    const card = element('li', 'device');
    card.classList.toggle('changed', before.bound !== state.bound);
    card.classList.toggle('unplugged', !state.plugged);
    const badge = element('span', state.bound ? 'badge bound' : 'badge unbound');
    badge.textContent = texts(state.bound ? 'bound' : 'unbound');
    const head = element('div', 'head');
    head.append(element('h3', '', state.model), badge);
    const where = element('p', 'where');
    where.append(
      element('code', '', state.serial),
      element('span', '', state.plugged ? state.address : texts('unplugged')),
    );
    card.append(head, where, this.#facts(state));
    if (this.hosted) card.append(this.#acts(state));
    return card;
  }

  #facts(state) {
    const { texts } = this;
    const locked = state.lockMinutes > 0;
    const lock = locked ? texts('lockMinutes', { minutes: state.lockMinutes }) : texts('lockNone');
    const facts = element('dl');
    facts.append(
      fact(texts('cloud'), texts(CLOUD[state.cloud]), state.cloud === 'online' ? 'good' : 'bad'),
      fact(texts('tries'), String(state.triesLeft), state.triesLeft <= FEW_TRIES ? 'bad' : ''),
      fact(texts('lock'), lock, locked ? 'bad' : ''),
      fact(texts('executions'), String(state.executions), state.executions > 0 ? 'good' : ''),
    );
    return facts;
  }

  #acts(state) {
    const { texts } = this;
    const acts = element('div', 'acts');
    acts.setAttribute('role', 'group');
    acts.setAttribute('aria-label', texts('actsOf', { model: `${state.model} ${state.serial}` }));
    const add = (place, key, act) => {
      const made = button('pill', texts(key), () => this.act(state.serial, act));
      made.dataset.place = place;
      acts.append(made);
    };
    if (state.plugged) add('plug', 'unplug', 'unplug');
    else add('plug', 'plug', 'plug');
    if (state.cloud === 'online') add('cloud', 'cloudOff', 'cloud-off');
    else add('cloud', 'cloudOn', 'cloud-on');
    if (state.bound) add('bind', 'unbind', 'unbind');
    else add('bind', 'bind', 'bind');
    if (state.lockMinutes > 0) add('lock', 'unlockNow', 'unlock');
    else add('lock', 'lockNow', 'lock');
    return acts;
  }
}

function fact(name, value, mood) {
  const pair = element('div', mood);
  pair.append(element('dt', '', name), element('dd', '', value));
  return pair;
}
