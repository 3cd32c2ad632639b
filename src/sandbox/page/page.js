/**
 * The sandbox's page: a chat as a technician has it on the phone, beside it the laptop and the devices. Everything it
 * shows comes live from `/page/users/<id>/events`; everything it does is a POST beside that address.
 */
import { Chat } from './chat.js';
import { Devices, Laptop } from './panes.js';

const TOAST_MS = 3_500;
const ACTION_MS = 5_000;
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
const laptop = new Laptop(find('terminal'));
const devices = new Devices(find('devices'), texts);

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
      chat.show(event.messages);
      laptop.show(event.laptop);
      devices.show(event.devices);
      showMenu(event.menu);
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
      laptop.add(event.line);
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
      const item = document.createElement('li');
      const button = document.createElement('button');
      const name = document.createElement('strong');
      name.textContent = `/${command}`;
      button.type = 'button';
      button.append(name, ` ${description}`);
      button.addEventListener('click', () => {
        find('commands').hidePopover();
        void act('text', `/${command}`);
      });
      item.append(button);
      return item;
    }),
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
async function act(path, body) {
  const answer = await fetch(`/page/users/${chosen.user}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  }).catch(() => null);
  if (answer?.ok) return true;
  const reason = answer ? (await answer.json()).description : texts('connecting');
  toast(texts('failed', { reason }));
  return false;
}

async function sendFiles(files) {
  for (const file of files) {
    await act(PHOTO.test(file.type) ? 'photo' : `documents/${encodeURIComponent(file.name)}`, file);
  }
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
  find('file').addEventListener('change', async ({ target }) => {
    await sendFiles([...target.files]);
    target.value = '';
  });
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void sendFiles(files);
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
    void sendFiles([...event.dataTransfer.files]);
  });
  find('commands').addEventListener('beforetoggle', () => {
    find('commands').style.left = `${phone.getBoundingClientRect().left + 8}px`;
  });
  for (const tab of document.querySelectorAll('.tabs button')) {
    tab.addEventListener('click', () => showView(tab.dataset.view));
  }
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
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.setAttribute('aria-pressed', String(pressed));
  button.addEventListener('click', act);
  group.append(button);
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
  drawSamples();
  showStatus();
  showMenu(state.menu);
  chat.redraw();
  devices.redraw();
}

function drawChoices() {
  const technicians = find('technicians');
  const languages = find('languages');
  for (const old of document.querySelectorAll('.segmented button')) old.remove();
  for (const { id, name, language } of setup.technicians) {
    segment(technicians, name, id === chosen.user, () => choose({ user: id, language }));
  }
  for (const language of Object.keys(setup.texts)) {
    segment(languages, language.toUpperCase(), language === chosen.language, () => choose({ language }));
  }
}

function drawSamples() {
  document.querySelector('.tray').hidden = setup.samples.length === 0;
  find('samples').replaceChildren(
    ...setup.samples.map(({ id, title }) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      const picture = document.createElement('img');
      const caption = document.createElement('span');
      button.type = 'button';
      picture.src = `/page/samples/${encodeURIComponent(id)}`;
      picture.alt = '';
      caption.textContent = typeof title === 'string' ? title : title[chosen.language];
      button.append(picture, caption);
      button.addEventListener('click', () => void act(`samples/${encodeURIComponent(id)}`));
      item.append(button);
      return item;
    }),
  );
}

listen();
showView('chat');
draw();
connect();
