import { TLSSocket } from 'node:tls';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { errorCode } from '../error-code.ts';
import { limit } from '../limit.ts';
import { MAX_XML_BYTES } from '../safe-xml.ts';

/** For one whole exchange, connection included, ms. Real devices answer within one second. */
const REQUEST_MS = 2500;
const MAX_HEADER_BYTES = 16 * 1024;

/** Why there is no answer. */
export type HttpFailure =
  /** No connection, no handshake, cut off, or no HTTP. */
  | 'no-answer'
  | 'timeout'
  | 'too-large'
  /** Never followed: it could lead anywhere. */
  | 'redirected'
  /** Not the certificate that this device showed before. */
  | 'certificate-changed'
  /** The certificate could not be kept or compared. */
  | 'certificates-unreadable'
  /** Our own signal. */
  | 'cancelled';

/** Judges a certificate by its SHA-256 fingerprint before anything is sent; a failure ends the connection. */
export type Trust = (fingerprint: string) => Promise<HttpFailure | null>;

/** One request and what came of it. */
export interface HttpExchange {
  readonly secure: boolean;
  readonly path: string;
  /** Whether it carried credentials. */
  readonly login: boolean;
  readonly answer: Result<HttpAnswer, HttpFailure>;
}

/** Sees every exchange when it is over. */
export type HttpTap = (exchange: HttpExchange) => void;

/** Where requests go; with `trust` over HTTPS. */
export interface Origin {
  readonly address: string;
  readonly port: number;
  /** Our own address. */
  readonly from: string;
  readonly trust: Trust | null;
  readonly tap?: HttpTap | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Values of `WWW-Authenticate`, latin1. */
  readonly challenges: readonly string[];
}

/**
 * One GET, sent once over a connection of its own: on a kept one a request may be sent again when it breaks, and one
 * with credentials is an attempt. Proxies of the environment are not used.
 */
export async function get(
  origin: Origin,
  path: string,
  authorization: string | null,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, HttpFailure>> {
  const answer = await ask(origin, path, authorization, signal);
  origin.tap?.({ secure: origin.trust !== null, path, login: authorization !== null, answer });
  return answer;
}

async function ask(
  origin: Origin,
  path: string,
  authorization: string | null,
  signal: AbortSignal,
): Promise<Result<HttpAnswer, HttpFailure>> {
  const over = limit(REQUEST_MS, signal);
  const refusal: { word?: HttpFailure } = {};
  const client = new Client(`${origin.trust ? 'https' : 'http'}://${origin.address}:${origin.port}`, {
    connect: connector(origin.trust, refusal),
    localAddress: origin.from,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  try {
    const answer = await client.request({
      method: 'GET',
      path,
      headers: authorization === null ? {} : { authorization },
      signal: over.signal,
    });
    return await readAnswer(answer);
  } catch (error) {
    if (signal.aborted) return fail('cancelled');
    if (over.signal.aborted) return fail('timeout');
    const tooLarge = errorCode(error) === 'UND_ERR_HEADERS_OVERFLOW';
    return fail(refusal.word ?? (tooLarge ? 'too-large' : 'no-answer'));
  } finally {
    over.end();
    await client.destroy();
  }
}

async function readAnswer(answer: Dispatcher.ResponseData): Promise<Result<HttpAnswer, HttpFailure>> {
  const { statusCode, headers, body } = answer;
  if (statusCode >= 300 && statusCode < 400) return fail('redirected');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_XML_BYTES) return fail('too-large');
    chunks.push(chunk);
  }
  const challenges = [headers['www-authenticate'] ?? []].flat();
  return ok({ status: statusCode, body: Buffer.concat(chunks), challenges });
}

/** Nobody vouches for a device's certificate, so it is compared with the one that is known. */
function connector(trust: Trust | null, refusal: { word?: HttpFailure }): buildConnector.connector {
  const connect = buildConnector({ timeout: REQUEST_MS, maxCachedSessions: 0, rejectUnauthorized: false });
  return (options, callback) =>
    connect(options, async (...[error, socket]) => {
      if (error) return callback(error, null);
      if (!trust) return callback(null, socket);
      const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.fingerprint256 : undefined;
      const word = shown === undefined ? 'no-answer' : await trust(shown);
      if (word === null) return callback(null, socket);
      refusal.word = word;
      socket.destroy();
      callback(new Error(word), null);
    });
}
