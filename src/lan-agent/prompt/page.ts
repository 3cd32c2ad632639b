import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PROMPT_LIMIT_MS } from '../../link/times.ts';
import { limit } from '../limit.ts';
import { secretBytes } from '../secret-bytes.ts';
import type { Texts } from '../texts.ts';
import type { PromptAnswer } from '../unbind/contract.ts';
import { formField } from './form.ts';
import {
  CONTENT_SECURITY_POLICY,
  endPage,
  formPage,
  meantPage,
  overPart,
  type PageEnd,
} from './page-html.ts';
import { createPasswordCheck, describePlan, type PasswordComplaint, type PasswordPrompt } from './prompt.ts';

const HOST = '127.0.0.1';
/** A form with a far too long password still fits, so that it can be told. */
const MAX_BODY_BYTES = 4096;
/** How long a browser may take to fetch the last words, ms. */
const FAREWELL_MS = 2_000;

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // Not no-referrer: with it browsers send `Origin: null` and a foreign form could not be told from ours.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
  connection: 'close',
} as const;

/**
 * The prompt as a page that lives for one question: on 127.0.0.1 only, on a port and a path nobody can guess, gone
 * once it is answered. Checked on every request are the Host (a foreign name that resolves to 127.0.0.1), on a POST
 * also the Origin (a form on another site). A form stays loading as long as its question: when that ends by itself,
 * the rest of the page takes the field away and says so.
 *
 * @param options.announce gets the address once the page can be opened; knowing it is the right to answer, so it
 *   belongs on the technician's own screen and in no log
 */
export function createPagePrompt(options: {
  texts: Texts;
  announce: (url: string) => void;
  timeLimitMs?: number;
}): PasswordPrompt {
  const { texts } = options;
  return {
    ask: (plan, signal, wasRefused) =>
      new Promise((resolve) => {
        const model = describePlan(plan, texts);
        const check = createPasswordCheck();
        const path = `/${randomBytes(24).toString('base64url')}`;
        const { signal: over, end } = limit(options.timeLimitMs ?? PROMPT_LIMIT_MS, signal);

        const server = createServer((request, response) => {
          void answer(request, response).catch(() => send(response, 400));
        });
        server.headersTimeout = 5_000;
        server.requestTimeout = 10_000;
        server.maxConnections = 16;
        // Read through our hands, the parser being served first, and not by the parser itself, which keeps what it reads
        // in a buffer of its own until the next request.
        server.on('connection', (socket) => socket.on('data', (bytes: Buffer) => bytes.fill(0)));

        const forms = new Set<ServerResponse>();
        /** A page with a form, of which the rest is sent when its question is over. */
        const show = (response: ServerResponse, status: number, html: string) => {
          writeHead(response, status, 'html');
          response.write(html);
          forms.add(response);
          response.once('close', () => forms.delete(response));
        };
        const form = (complaint: PasswordComplaint | null) => formPage(model, texts, complaint);

        /** A password that may be the one refused last, until the person has said whether it is meant. */
        let doubted: Buffer | null = null;
        const take = () => {
          const password = doubted;
          doubted = null;
          return password;
        };

        let origin = '';
        let ended: PageEnd | null = null;
        const finish = (result: PromptAnswer, how: PageEnd) => {
          take()?.fill(0);
          if (ended) {
            if (result.kind === 'typed') result.password.fill(0);
            return;
          }
          ended = how;
          over.removeEventListener('abort', abandon);
          end();
          for (const form of forms) form.end(overPart(model, texts, how));
          server.close();
          setTimeout(() => server.closeAllConnections(), FAREWELL_MS).unref();
          resolve(result);
        };
        const abandon = () => finish({ kind: 'abandoned' }, signal.aborted ? 'stopped' : 'timeout');

        const answer = async (request: IncomingMessage, response: ServerResponse) => {
          if (`http://${request.headers.host}` !== origin) return send(response, 421);
          if (request.url !== path) return send(response, 404);
          if (request.method === 'GET') {
            return ended
              ? send(response, 410, endPage(model, texts, ended))
              : show(response, 200, form(null));
          }
          if (request.method !== 'POST') return send(response, 405);
          if (request.headers.origin !== origin) return send(response, 403);
          if (request.headers['content-type'] !== 'application/x-www-form-urlencoded')
            return send(response, 415);

          const body = await readBody(request);
          if (!body) return send(response, 413);
          const action = formField(body, 'action')?.toString();
          const typed = formField(body, 'password');
          const directCable = formField(body, 'cable')?.toString() === 'yes';
          body.fill(0);
          const before = take();
          const password = typed ?? (action === 'meant' ? before : null);
          if (password !== before) before?.fill(0);
          if (ended) {
            password?.fill(0);
            return send(response, 410, endPage(model, texts, ended));
          }
          if (action === 'another') {
            password?.fill(0);
            return show(response, 200, form(null));
          }
          if (action === 'cancel') {
            password?.fill(0);
            response.once('close', () => finish({ kind: 'abandoned' }, 'cancelled'));
            return send(response, 200, endPage(model, texts, 'cancelled'));
          }
          if (!password) return send(response, 400);
          const complaint = model.cable && !directCable ? 'no-cable' : check(password);
          if (complaint) {
            password.fill(0);
            return show(response, 422, form(complaint));
          }
          if (password !== before && (await wasRefused(password))) {
            doubted = password;
            if (ended) take()?.fill(0);
            return ended
              ? send(response, 410, endPage(model, texts, ended))
              : show(response, 422, meantPage(model, texts));
          }
          // The browser gets its last page first, then the server goes away.
          const given = { kind: 'typed', password } as const;
          response.once('close', () =>
            finish(model.cable ? { ...given, directCable: true } : given, 'taken'),
          );
          return send(response, 200, endPage(model, texts, 'taken'));
        };

        if (over.aborted) return resolve({ kind: 'abandoned' });
        over.addEventListener('abort', abandon, { once: true });
        server.once('error', () => finish({ kind: 'unavailable' }, 'stopped'));
        server.listen(0, HOST, () => {
          origin = `http://${HOST}:${(server.address() as AddressInfo).port}`;
          options.announce(`${origin}${path}`);
        });
      }),
  };
}

function send(response: ServerResponse, status: number, html?: string): void {
  if (response.headersSent) return;
  writeHead(response, status, html === undefined ? 'plain' : 'html');
  response.end(html ?? STATUS_CODES[status]);
}

function writeHead(response: ServerResponse, status: number, type: 'html' | 'plain'): void {
  response.writeHead(status, { ...HEADERS, 'content-type': `text/${type}; charset=utf-8` });
}

/** The body, or null when it is not a form with a password: larger, or without a declared length. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!(length <= MAX_BODY_BYTES)) return null;
  const body = secretBytes(length);
  let at = 0;
  try {
    // The parser ends the body at its declared length.
    for await (const chunk of request as AsyncIterable<Buffer>) {
      at += chunk.copy(body, at);
      chunk.fill(0);
    }
  } catch (error) {
    // Cut off on its way: what has come of the password goes.
    body.fill(0);
    throw error;
  }
  return body;
}
