/**
 * The one script of the window. It shows a typed password while a button is pressed, and puts new parts in place of old ones
 * without taking the keyboard or what was typed from whoever is typing. The page works without it. It reads no field and
 * sends nothing.
 */
export const SCRIPT = `
(() => {
  const { documentElement: root } = document;
  root.classList.add('live');

  const cover = (button, isShown) => {
    const field = document.getElementById(button.dataset.show);
    if (field) field.type = isShown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(isShown));
  };
  const coverAll = () => document.querySelectorAll('[data-show]').forEach((button) => cover(button, false));
  const pressed = ({ target }) => (target instanceof Element ? target.closest('[data-show]') : null);
  document.addEventListener('pointerdown', (event) => {
    const button = pressed(event);
    if (button && event.button === 0) cover(button, true);
  });
  document.addEventListener('keydown', (event) => {
    const button = event.key === ' ' || event.key === 'Enter' ? pressed(event) : null;
    if (button && !event.repeat) cover(button, true);
  });
  for (const over of ['pointerup', 'pointercancel', 'keyup', 'focusout', 'submit', 'contextmenu', 'visibilitychange'])
    document.addEventListener(over, (event) => {
      if (over !== 'focusout' || pressed(event)) coverAll();
    });
  addEventListener('blur', coverAll);
  addEventListener('pagehide', coverAll);

  const isAlike = (one, other) =>
    one.nodeType === other.nodeType &&
    one.nodeName === other.nodeName &&
    (one.nodeType !== Node.ELEMENT_NODE || (one.id === other.id && one.dataset.key === other.dataset.key));
  // What a person has opened, and what a field shows, is theirs.
  const THEIRS = ['open', 'type', 'aria-pressed'];
  const renew = (old, fresh) => {
    if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    for (const { name } of [...old.attributes])
      if (!fresh.hasAttribute(name) && !THEIRS.includes(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes)
      if (old.getAttribute(name) !== value && !THEIRS.includes(name)) old.setAttribute(name, value);
    renewWithin(old, fresh);
  };
  const renewWithin = (old, fresh) => {
    let at = old.firstChild;
    for (const wanted of [...fresh.childNodes]) {
      let known = at;
      while (known && !isAlike(known, wanted)) known = known.nextSibling;
      // Whatever stands before the one that is known is gone; where none is, a new one is put in.
      if (known) {
        while (at !== known) {
          const { nextSibling } = at;
          at.remove();
          at = nextSibling;
        }
        renew(known, wanted);
        at = known.nextSibling;
      } else old.insertBefore(wanted, at);
    }
    while (at) {
      const { nextSibling } = at;
      at.remove();
      at = nextSibling;
    }
  };
  const show = (parts) => {
    for (const [id, text] of Object.entries(parts)) {
      const part = document.getElementById(id);
      const fresh = document.createElement('template');
      fresh.innerHTML = text;
      if (part) renewWithin(part, fresh.content);
    }
    const title = document.querySelector('[data-title]');
    // Another language was chosen elsewhere: it is of the whole page.
    if (title.lang !== root.lang) return location.reload();
    document.title = title.dataset.title;
    // Nobody is typing: the field that is asked for now, or its heading, is where the keyboard goes on.
    const { activeElement } = document;
    const head = document.getElementById('head');
    if (activeElement === null || activeElement === document.body || activeElement === head)
      (document.querySelector('#now [autofocus]') ?? head)?.focus({ preventScroll: true });
  };

  const gone = document.getElementById('gone');
  let failures = 0;
  const source = new EventSource(root.dataset.live);
  source.onopen = () => {
    failures = 0;
    gone.hidden = true;
  };
  source.onmessage = ({ data }) => show(JSON.parse(data));
  source.addEventListener('end', () => source.close());
  source.onerror = () => {
    failures++;
    // One that breaks off is opened again by the browser itself.
    if (failures > 1 || source.readyState === EventSource.CLOSED) gone.hidden = false;
  };
  addEventListener('pagehide', () => source.close());
  // Gone back to: what it shows is of then.
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
})();
`;
