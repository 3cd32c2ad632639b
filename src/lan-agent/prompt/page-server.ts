import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { limit } from '../limit.ts';
import { FORM_TYPE, listenHere, readForm, sendStatus, writeHead } from '../local-http.ts';
import type { Texts } from '../texts.ts';
import { CONTENT_SECURITY_POLICY, endPage, overPart, type PageEnd, questionPage } from './page-html.ts';
import { type QuestionModel, type ShownQuestion, takenAway } from './prompt.ts';

/** How long a browser may take to fetch the last words, ms. */
const FAREWELL_MS = 2_000;

const HEADERS = { 'content-security-policy': CONTENT_SECURITY_POLICY } as const;

/** What a form leads to: another page, no page at all, or the answer and with it the end of the question. */
export type Turn<T> =
  | { readonly status: 200 | 422; readonly shown: ShownQuestion }
  | { readonly status: 400 }
  | { readonly answer: T; readonly end: 'taken' | 'cancelled' };

/** One question, as a page shows it and judges what comes back. */
export interface PageQuestion<T> {
  readonly model: QuestionModel;
  form(): ShownQuestion;
  /** Judges a form. The body is zeroed afterwards. */
  judge(body: Buffer): Promise<Turn<T>>;
  /** Zeroes what an answer holds that nobody takes any more, and what was kept between two forms. */
  drop(answer: T | null): void;
  readonly abandoned: T;
  readonly unavailable: T;
}

export interface PageOptions {
  readonly texts: Texts;
  /**
   * Gets the address once the page can be opened; knowing it is the right to answer, so it belongs on the technician's
   * own screen and in no log.
   */
  readonly announce: (url: string) => void;
}

/**
 * Asks on a page that lives for one question: on 127.0.0.1 only, on a port and a path nobody can guess, gone once it is
 * answered. Checked on every request are the Host (a foreign name that resolves to 127.0.0.1), on a POST also the Origin
 * (a form on another site). A form stays loading as long as its question: when that ends by itself, the rest of the page
 * takes the field away and says so.
 */
export function askOnPage<T>(
  question: PageQuestion<T>,
  { texts, announce, limitMs, signal }: PageOptions & { limitMs: number; signal: AbortSignal },
): Promise<T> {
  const { model } = question;
  return new Promise((resolve) => {
    const path = `/${randomBytes(24).toString('base64url')}`;
    const { signal: over, end } = limit(limitMs, signal);

    const server = createServer((request, response) => {
      void answer(request, response).catch(() => send(response, 400));
    });
    server.maxConnections = 16;

    const forms = new Set<ServerResponse>();
    /** A page with a form, of which the rest is sent when its question is over. */
    const show = (response: ServerResponse, status: number, shown: ShownQuestion) => {
      writeHead(response, status, 'text/html', HEADERS);
      response.write(questionPage(shown, texts));
      forms.add(response);
      response.once('close', () => forms.delete(response));
    };

    let origin = '';
    let ended: PageEnd | null = null;
    const finish = (given: T, how: PageEnd) => {
      question.drop(ended ? given : null);
      if (ended) return;
      ended = how;
      over.removeEventListener('abort', abandon);
      end();
      for (const form of forms) form.end(overPart(model, texts, how));
      server.close();
      setTimeout(() => server.closeAllConnections(), FAREWELL_MS).unref();
      resolve(given);
    };
    const abandon = () => finish(question.abandoned, signal.aborted ? takenAway(signal) : 'timeout');

    const answer = async (request: IncomingMessage, response: ServerResponse) => {
      if (`http://${request.headers.host}` !== origin) return send(response, 421);
      if (request.url !== path) return send(response, 404);
      const gone = (how: PageEnd) => send(response, 410, endPage(model, texts, how));
      if (request.method === 'GET') return ended ? gone(ended) : show(response, 200, question.form());
      if (request.method !== 'POST') return send(response, 405);
      if (request.headers.origin !== origin) return send(response, 403);
      if (request.headers['content-type'] !== FORM_TYPE) return send(response, 415);

      const body = await readForm(request);
      if (!body) return send(response, 413);
      const turn = await question.judge(body).finally(() => body.fill(0));
      // Somebody may have answered elsewhere, or taken the question away.
      if (ended) {
        question.drop('answer' in turn ? turn.answer : null);
        return gone(ended);
      }
      if ('shown' in turn) return show(response, turn.status, turn.shown);
      if ('status' in turn) return send(response, turn.status);
      // The browser gets its last page first, then the server goes away.
      response.once('close', () => finish(turn.answer, turn.end));
      return send(response, 200, endPage(model, texts, turn.end));
    };

    if (over.aborted) return resolve(question.abandoned);
    over.addEventListener('abort', abandon, { once: true });
    listenHere(server).then(
      (listening) => {
        origin = listening;
        announce(`${origin}${path}`);
      },
      () => finish(question.unavailable, 'stopped'),
    );
  });
}

function send(response: ServerResponse, status: number, html?: string): void {
  if (html === undefined) sendStatus(response, status, HEADERS);
  if (response.headersSent) return;
  writeHead(response, status, 'text/html', HEADERS);
  response.end(html);
}
