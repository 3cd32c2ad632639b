/**
 * The window's page: HTTP on 127.0.0.1, for the browser of the person at this laptop and nobody else (docs/decisions/0063).
 * Looked at on every request are the Host (a foreign name that resolves to 127.0.0.1), who asked the browser for it
 * (`Sec-Fetch-*`), on a POST the Origin (a form on another page, also on another port of this laptop), and the cookie
 * (another program, another user). What is not under the window's own path is not there.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { FORM_TYPE, listenHere, readForm, sendStatus, writeHead } from '../local-http.ts';
import { formField } from '../prompt/form.ts';
import { CONTENT_SECURITY_POLICY } from '../prompt/page-html.ts';
import { ACTION_NAMES, type ActionName, type PageTools, readAction, type WindowAction } from './actions.ts';
import { createForms, type Forms } from './forms.ts';
import { createSession } from './session.ts';

/** Connections at a time: some tabs, each with one that stays. */
const MOST_CONNECTIONS = 64;
/** How long browsers may take to fetch the last words, ms. */
const FAREWELL_MS = 2_000;

/** Why somebody sees another page than the window. */
export type Outside =
  /** The key was taken: the window follows. */
  | 'entered'
  /** The key was used, is too old, or is none. */
  | 'key-used'
  /** No cookie: the program lets the browser in when it is started. */
  | 'no-key'
  /** Another page has led here. */
  | 'elsewhere';

/** What the server shows, at this moment. */
export interface WindowView {
  /** The whole page. */
  page(tools: PageTools): string;
  /** What of it changes: the content of elements by their id. */
  parts(tools: PageTools): Readonly<Record<string, string>>;
  /** A page of words in the style of prompt/page-html.ts, with a way to `base` where that leads on. */
  outside(why: Outside, tools: Pick<PageTools, 'base'>): string;
  /** What a page may do (`content-security-policy`): nothing but what it brings along. */
  readonly policy: string;
}

/** What a form leads to: the window as it is then, a file to be saved, or the last page. */
export type Acted = 'done' | { readonly file: string; readonly content: Buffer } | { readonly last: string };

export interface WindowServer {
  /** Of the window: `http://127.0.0.1:<port>/<something>/`. Knowing it lets nobody in. */
  readonly address: string;
  readonly forms: Forms;
  /** Whether some browser has the window open. */
  isWatched(): boolean;
  /** What is shown is another by now: every browser gets the parts that are. */
  changed(): void;
  close(): Promise<void>;
}

/**
 * Serves the window until `close`.
 * @param act does what a form says; its body, zeroed afterwards, has what answers a question
 * @throws where the system gives no port
 */
export async function serveWindow(options: {
  readonly home: string;
  readonly view: WindowView;
  readonly act: (action: WindowAction, body: Buffer, tools: PageTools) => Promise<Acted>;
  /** A browser was let in. */
  readonly onEntered?: () => void;
}): Promise<WindowServer> {
  const { home, view, act } = options;
  const base = `/${randomBytes(16).toString('base64url')}/`;
  const session = createSession(home, base);
  const forms = createForms();
  const headers = { 'content-security-policy': view.policy } as const;
  const tools: PageTools = { base, forms: forms.values };
  let origin = '';

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => sendStatus(response, 400, headers));
  });
  server.maxConnections = MOST_CONNECTIONS;

  const send = (response: ServerResponse, status: number, page: string) => {
    writeHead(response, status, 'text/html', headers);
    response.end(page);
  };
  const showOutside = (response: ServerResponse, status: number, why: Outside, more = {}) => {
    const said = { 'content-security-policy': CONTENT_SECURITY_POLICY, ...more };
    writeHead(response, status, 'text/html', said);
    response.end(view.outside(why, { base }));
  };
  const refuse = (response: ServerResponse, why: Outside) => showOutside(response, 403, why);

  const seeOther = (response: ServerResponse) => sendStatus(response, 303, { ...headers, location: base });

  /** Who listens to changes, with what each has already. */
  const watching = new Map<ServerResponse, Record<string, string>>();
  const tell = (response: ServerResponse, has: Record<string, string>) => {
    const changed = Object.entries(view.parts(tools)).filter(([id, html]) => has[id] !== html);
    if (changed.length === 0) return;
    const parts = Object.fromEntries(changed);
    Object.assign(has, parts);
    response.write(`data: ${JSON.stringify(parts)}\n\n`);
  };
  const watch = (response: ServerResponse) => {
    writeHead(response, 200, 'text/event-stream', headers);
    const has = {};
    watching.set(response, has);
    response.once('close', () => watching.delete(response));
    tell(response, has);
  };

  const enter = async (request: IncomingMessage, response: ServerResponse) => {
    // The file it comes from has no origin; a page of somebody else's has.
    const from = request.headers.origin;
    if (from !== undefined && from !== 'null' && from !== 'file://') return refuse(response, 'elsewhere');
    if (!isDocument(request)) return refuse(response, 'elsewhere');
    const body = await readForm(request);
    if (!body) return sendStatus(response, 413, headers);
    const key = formField(body, 'key');
    const cookie = key && (await session.enter(key.toString()));
    key?.fill(0);
    body.fill(0);
    if (!cookie) return refuse(response, 'key-used');
    options.onEntered?.();
    // Not a redirect: it would still be the file's doing, and the cookie stay away.
    showOutside(response, 200, 'entered', { 'set-cookie': cookie });
  };

  const doIt = async (name: ActionName, request: IncomingMessage, response: ServerResponse) => {
    const body = await readForm(request);
    if (!body) return sendStatus(response, 413, headers);
    try {
      const action = forms.use(name, body) ? readAction(name, body) : null;
      // Sent before, or of a page that is no more: how things stand now says it all.
      const acted = action ? await act(action, body, tools) : 'done';
      if (acted === 'done') return seeOther(response);
      if ('last' in acted) return send(response, 200, acted.last);
      const disposition = `attachment; filename="${acted.file}"`;
      writeHead(response, 200, 'application/octet-stream', {
        ...headers,
        'content-disposition': disposition,
      });
      response.end(acted.content);
    } finally {
      body.fill(0);
      changed();
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { method, headers: asked, url = '' } = request;
    if (`http://${asked.host}` !== origin) return sendStatus(response, 421, headers);
    if (!url.startsWith(base)) return sendStatus(response, 404, headers);
    const name = url.slice(base.length);
    const isForm = method === 'POST' && asked['content-type'] === FORM_TYPE;
    if (name === 'enter' && isForm) return enter(request, response);
    // A second start asks this way whether the window is there.
    if (name === 'here') return sendStatus(response, 204, headers);
    if (!isAskedHere(request, name === '')) return refuse(response, 'elsewhere');
    if (!session.isIn(asked.cookie)) return refuse(response, 'no-key');

    if (method === 'GET') {
      if (name === '') {
        return isDocument(request)
          ? send(response, 200, view.page(tools))
          : sendStatus(response, 403, headers);
      }
      // Gone back to, or loaded again.
      if (name === 'enter') return seeOther(response);
      if (name === 'live') return watch(response);
      return sendStatus(response, 404, headers);
    }
    const action = ACTION_NAMES.find((one) => one === name);
    if (method !== 'POST' || action === undefined) return sendStatus(response, 405, headers);
    if (asked.origin !== origin) return sendStatus(response, 403, headers);
    if (!isForm) return sendStatus(response, 415, headers);
    return doIt(action, request, response);
  };

  let isTelling = false;
  const changed = () => {
    if (isTelling) return;
    isTelling = true;
    // Of what happens at once, one picture.
    setImmediate(() => {
      isTelling = false;
      for (const [response, has] of watching) tell(response, has);
    });
  };

  origin = await listenHere(server);
  return {
    address: `${origin}${base}`,
    forms,
    isWatched: () => watching.size > 0,
    changed,
    close: async () => {
      for (const [response, has] of watching) {
        tell(response, has);
        response.end('event: end\ndata: {}\n\n');
      }
      const closed = new Promise<void>((done) => server.close(() => done()));
      const timer = setTimeout(() => server.closeAllConnections(), FAREWELL_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

/**
 * Whether the window itself, or the person in the address bar, has asked for this. Browsers of before say nothing: there the
 * cookie and the Origin have to do.
 */
function isAskedHere({ headers }: IncomingMessage, isPage: boolean): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || (isPage && site === 'none');
}

/** Whether it is to be shown as a page of its own, and not inside of another one. */
function isDocument({ headers }: IncomingMessage): boolean {
  const shownAs = headers['sec-fetch-dest'];
  return shownAs === undefined || shownAs === 'document';
}
