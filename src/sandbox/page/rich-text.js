/**
 * Formatted text as nodes. Nothing of a message is ever read as HTML: text goes into text nodes, and an entity becomes
 * one of the elements below.
 */

const PLAIN = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strikethrough: 's',
  pre: 'pre',
  code: 'code',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
};

/**
 * @param {string} text
 * @param {readonly {type: string, offset: number, length: number, url?: string}[]} entities in reading order
 * @param {{copy(text: string): void, command(text: string): void, label(key: string): string}} actions
 */
export function richText(text, entities, actions) {
  return range(text, 0, text.length, entities, actions);
}

function range(text, from, to, entities, actions) {
  const fragment = document.createDocumentFragment();
  let at = from;
  for (const [index, entity] of entities.entries()) {
    const end = Math.min(entity.offset + entity.length, to);
    // Inside one that was drawn already, or crossing it.
    if (entity.offset < at || entity.offset >= to) continue;
    fragment.append(text.slice(at, entity.offset));
    const inner = entities.slice(index + 1).filter((other) => other.offset + other.length <= end);
    const node = elementFor(entity, text.slice(entity.offset, end), actions);
    node.append(range(text, entity.offset, end, inner, actions));
    fragment.append(node);
    at = end;
  }
  fragment.append(text.slice(at, to));
  return fragment;
}

function elementFor({ type, url }, content, actions) {
  switch (type) {
    case 'code':
    case 'pre':
      return pressable(PLAIN[type], actions.label('copy'), () => actions.copy(content));
    case 'text_link':
      return link(url);
    case 'url':
      return link(content);
    case 'email':
      return link(`mailto:${content}`);
    case 'bot_command':
      return pressable('span', null, () => actions.command(content), 'command');
    case 'spoiler': {
      const node = pressable('span', actions.label('reveal'), () => node.classList.add('seen'), 'spoiler');
      return node;
    }
    default:
      return document.createElement(Object.hasOwn(PLAIN, type) ? PLAIN[type] : 'span');
  }
}

/** An element of a text that does something: by tap, Enter or space. */
function pressable(tag, label, act, className = '') {
  const node = document.createElement(tag);
  node.className = className;
  node.tabIndex = 0;
  node.setAttribute('role', 'button');
  if (label) node.title = label;
  node.addEventListener('click', act);
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    act();
  });
  return node;
}

/** A link outwards, for addresses a browser may open from here; otherwise plain text. */
function link(address) {
  const safe = URL.canParse(address) && ['http:', 'https:', 'mailto:'].includes(new URL(address).protocol);
  const node = document.createElement(safe ? 'a' : 'span');
  if (safe) {
    node.href = address;
    node.target = '_blank';
    node.rel = 'noopener noreferrer';
  }
  return node;
}
