/**
 * The sandbox's page: a chat as a technician has it on the phone, beside it the laptop and the devices. Everything it
 * shows comes live from `/page/users/<id>/events`; everything it does is a POST beside that address.
 */
import { Chat } from './chat.js';
import { Devices } from './devices.js';
import { button, element } from './element.js';
import { Laptops } from './laptops.js';
import { Tour } from './tour.js';
import { Tray } from './tray.js';

const TOAST_MS = 3_500;
const ACTION_MS = 5_000;
/** What can be sent that no dialogue asks for; words of the sandbox and of locales/. */
const OTHERS = ['sticker', 'voice', 'video', 'location', 'contact', 'dice'];
/** Pictures a browser can show and Telegram takes as a photo; other files go as documents. */
const PHOTO = /^image\/(?:jpeg|png|webp|gif|avif|heic|heif)$/;

const find = (id) => document.getElementById(id);
const setup = await (await fetch('/page/setup')).json();
const chosen = readChoice();
const state = {
  menu: { commands: [], description: '' },
  online: false,
  action: null,
  stream: null,
  timer: 0,
};

const chat = new Chat(
  { log: find('log'), scroll: find('scroll') },
  {
    texts,
    press: (messageId, data) => act(`press/${messageId}`, data),
    copy: (text) => void navigator.clipboard.writeText(text).then(() => toast(texts('copied'))),
    command: (text) => void act('text', text),
    open: openPicture,
  },
);
const laptops = new Laptops(
  { list: find('laptops'), terminal: find('terminal'), wants: find('wants') },
  { texts, nameOf: (id) => setup.technicians.find((person) => person.id === id)?.name ?? '' },
);
const devices = new Devices(find('devices'), {
  texts,
  act: (serial, act) => void post(`devices/${serial}/${act}`),
});
const tray = new Tray(
  { list: find('samples'), several: find('several'), album: find('album') },
  setup.samples,
  {
    texts,
    language: () => chosen.language,
    send: (id) => void act(`samples/${encodeURIComponent(id)}`),
    album: (ids) => void sendAlbum(ids.map((id) => ({ path: `/samples/${encodeURIComponent(id)}` }))),
  },
);
const tour = new Tour(
  { bar: find('tour'), place: find('tour-place'), title: find('tour-title'), caption: find('tour-caption') },
  { texts, language: () => chosen.language, look },
);

/** A sentence of locales/ in the page's language; `{{name}}` is filled in. */
function texts(key, values = {}) {
  const text = setup.texts[chosen.language][key] ?? key;
  return text.replace(/\{\{(\w+)\}\}/g, (_, name) => String(values[name] ?? ''));
}

// What the page is told.

function connect() {
  state.stream?.close();
  setOnline(false);
  const stream = new EventSource(`/page/users/${chosen.user}/events`);
  state.stream = stream;
  stream.addEventListener('error', () => setOnline(false));
  stream.addEventListener('message', ({ data }) => receive(JSON.parse(data)));
}

function receive(event) {
  switch (event.type) {
    case 'state':
      setOnline(true);
      setHosted(event.hosted);
      chat.show(event.messages);
      laptops.show(event.laptops);
      laptops.of(chosen.user);
      devices.show(event.devices);
      tour.show(event.tour);
      showMenu(event.menu);
      showWanting();
      break;
    case 'message':
      chat.put(event.message);
      if (event.message.from === 'bot') setAction(null);
      break;
    case 'deleted':
      chat.remove(event.messageIds);
      break;
    case 'answer':
      chat.answered();
      showAnswer(event.answer);
      break;
    case 'action':
      setAction(event.action);
      break;
    case 'menu':
      showMenu(event.menu);
      break;
    case 'laptop':
      laptops.put(event.laptop);
      showWanting();
      break;
    case 'line':
      laptops.add(event.laptop, event.line);
      break;
    case 'tour':
      tour.show(event.tour);
      break;
    case 'devices':
      devices.show(event.devices);
  }
  find('welcome').hidden = !chat.empty;
}

function setOnline(online) {
  state.online = online;
  showStatus();
}

/** Devices and tour have buttons only where somebody does what they say. */
function setHosted(hosted) {
  devices.hosted = hosted.devices;
  for (const start of document.querySelectorAll('.tour-start')) start.hidden = !hosted.tour;
}

/** The narrow page's tab says that a laptop wants something: its terminal may be out of sight. */
function showWanting() {
  const tab = document.querySelector('.tabs [data-view="laptop"]');
  tab.classList.toggle('wanting', laptops.waiting.length > 0);
  tab.setAttribute('aria-describedby', laptops.waiting.length > 0 ? 'wants' : '');
}

/** Leads the eye to a part of the page; null: to none. */
function look(part) {
  if (part === null) delete document.body.dataset.look;
  else {
    document.body.dataset.look = part;
    showView(part);
  }
}

function setAction(action) {
  clearTimeout(state.timer);
  state.action = action;
  if (action) state.timer = setTimeout(() => setAction(null), ACTION_MS);
  showStatus();
}

function showStatus() {
  const acting = state.action === 'upload_photo' ? 'uploading' : 'typing';
  const key = state.online ? (state.action ? acting : 'bot') : 'connecting';
  find('status').textContent = texts(key);
  find('status').classList.toggle('acting', state.action !== null);
}

function showMenu(menu) {
  state.menu = menu;
  find('description').textContent = menu.description;
  find('commands-button').hidden = menu.commands.length === 0;
  find('commands').replaceChildren(
    ...menu.commands.map(({ command, description }) => {
      const item = menuItem('commands', '', () => act('text', `/${command}`));
      item.firstChild.append(element('strong', '', `/${command}`), ` ${description}`);
      return item;
    }),
  );
}

/** A line of one of the menus above the composer, which closes it. */
function menuItem(menu, text, choose) {
  const item = element('li');
  item.append(
    button('', text, () => {
      find(menu).hidePopover();
      void choose();
    }),
  );
  return item;
}

/** Whoever plays is asked for it at the laptop, and has no owner to ask. */
function drawPassword() {
  const line = find('password');
  line.hidden = setup.password === undefined;
  if (line.hidden) return;
  line.replaceChildren(`${texts('password')} `, element('code', '', setup.password));
}

function drawAttachments() {
  find('attachments').replaceChildren(
    menuItem('attachments', texts('sendPhotos'), () => find('photos').click()),
    menuItem('attachments', texts('sendFile'), () => find('files').click()),
    ...OTHERS.map((kind) => menuItem('attachments', texts(kind), () => act(`others/${kind}`))),
  );
}

function showAnswer({ text, alert, url }) {
  if (url) window.open(url, '_blank', 'noopener');
  if (!text) return;
  if (!alert) return toast(text);
  find('alert').querySelector('p').textContent = text;
  find('alert').showModal();
}

function toast(text) {
  const line = document.createElement('p');
  line.textContent = text;
  find('toasts').append(line);
  setTimeout(() => line.remove(), TOAST_MS);
}

// What the technician does.

/** @returns whether the sandbox took it; if not, the reason is shown. */
async function post(path, body) {
  const answer = await fetch(`/page/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  }).catch(() => null);
  if (answer?.ok) return true;
  const reason = answer ? (await answer.json()).description : texts('connecting');
  toast(texts('failed', { reason }));
  return false;
}

/** What the technician at the page does. */
function act(path, body) {
  return post(`users/${chosen.user}/${path}`, body);
}

/** Pictures as the app sends them: several are an album. Whatever is no picture goes as it is. */
async function sendPhotos(files) {
  const photos = files.filter(({ type }) => PHOTO.test(type));
  if (photos.length > 1) await sendAlbum(photos.map((body) => ({ path: '', body })));
  else for (const photo of photos) await act('photo', photo);
  await sendFiles(files.filter(({ type }) => !PHOTO.test(type)));
}

async function sendFiles(files) {
  for (const file of files) await act(`documents/${encodeURIComponent(file.name)}`, file);
}

/** @param {readonly {path: string, body?: Blob}[]} pictures what follows the album's address, for each */
async function sendAlbum(pictures) {
  const album = crypto.randomUUID();
  for (const { path, body } of pictures) await act(`albums/${album}${path}`, body);
}

async function sendText() {
  const field = find('text');
  const text = field.value;
  if (!text.trim()) return;
  field.value = '';
  grow(field);
  if (!(await act('text', text)) && !field.value) field.value = text;
}

function openPicture(address) {
  find('viewer').querySelector('img').src = address;
  find('viewer').showModal();
}

/** As tall as its text, up to a limit of the style sheet. */
function grow(field) {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}

function listen() {
  const field = find('text');
  const phone = document.querySelector('.phone');
  find('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    void sendText();
  });
  field.addEventListener('input', () => grow(field));
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void sendText();
  });
  find('start').addEventListener('click', () => void act('text', '/start'));
  for (const start of document.querySelectorAll('.tour-start'))
    start.addEventListener('click', () => void act('tour/start'));
  find('tour-next').addEventListener('click', () => void act('tour/next'));
  find('tour-stop').addEventListener('click', () => void act('tour/stop'));
  for (const [field, sendAll] of [
    ['photos', sendPhotos],
    ['files', sendFiles],
  ]) {
    find(field).addEventListener('change', async ({ target }) => {
      await sendAll([...target.files]);
      target.value = '';
    });
  }
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void sendPhotos(files);
  });
  phone.addEventListener('dragover', (event) => {
    event.preventDefault();
    phone.classList.add('dropping');
  });
  phone.addEventListener('dragleave', (event) => {
    if (!phone.contains(event.relatedTarget)) phone.classList.remove('dropping');
  });
  phone.addEventListener('drop', (event) => {
    event.preventDefault();
    phone.classList.remove('dropping');
    void sendPhotos([...event.dataTransfer.files]);
  });
  for (const menu of [find('commands'), find('attachments')]) {
    menu.addEventListener('beforetoggle', () => {
      menu.style.left = `${phone.getBoundingClientRect().left + 8}px`;
    });
  }
  for (const tab of document.querySelectorAll('.tabs button')) {
    tab.addEventListener('click', () => showView(tab.dataset.view));
  }
  // What is only read has to be scrolled by the keyboard, too.
  for (const view of document.querySelectorAll('.scroll, .terminal')) view.tabIndex = 0;
}

// Who is at the page, and in which language.

function readChoice() {
  const given = new URLSearchParams(location.hash.slice(1));
  const wanted = Number(given.get('user'));
  const person = setup.technicians.find(({ id }) => id === wanted) ?? setup.technicians[0];
  const language = given.get('language');
  return { user: person.id, language: Object.hasOwn(setup.texts, language) ? language : person.language };
}

function choose(choice) {
  const changed = choice.user !== undefined && choice.user !== chosen.user;
  Object.assign(chosen, choice);
  history.replaceState(null, '', `#${new URLSearchParams(chosen)}`);
  draw();
  laptops.of(chosen.user);
  if (changed) connect();
}

/** On a narrow screen one part is seen at a time. */
function showView(view) {
  document.body.dataset.view = view;
  for (const tab of document.querySelectorAll('.tabs button')) {
    tab.setAttribute('aria-pressed', String(tab.dataset.view === view));
  }
}

function segment(group, label, pressed, act) {
  const choice = button('', label, act);
  choice.setAttribute('aria-pressed', String(pressed));
  group.append(choice);
}

/** Draws everything that has words in it. */
function draw() {
  document.documentElement.lang = chosen.language;
  document.title = texts('title');
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = texts(element.dataset.text);
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', texts(element.dataset.label));
    if (element.matches('button, label')) element.title = texts(element.dataset.label);
  }
  for (const element of document.querySelectorAll('[data-placeholder]')) {
    element.placeholder = texts(element.dataset.placeholder);
  }
  find('bot-name').textContent = setup.bot.name;
  drawChoices();
  drawAttachments();
  drawPassword();
  tray.redraw();
  showStatus();
  showMenu(state.menu);
  chat.redraw();
  laptops.redraw();
  devices.redraw();
  tour.redraw();
}

function drawChoices() {
  const technicians = find('technicians');
  const languages = find('languages');
  for (const old of document.querySelectorAll('.choices .segmented button')) old.remove();
  for (const { id, name, language } of setup.technicians) {
    segment(technicians, name, id === chosen.user, () => choose({ user: id, language }));
  }
  for (const language of Object.keys(setup.texts)) {
    segment(languages, language.toUpperCase(), language === chosen.language, () => choose({ language }));
  }
}

listen();
showView('chat');
draw();
connect();
