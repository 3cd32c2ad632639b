/**
 * `/agent`: the page a technician opens on the laptop, and the packages it offers. Who comes is a stranger, so everything here is
 * bounded, and by limits of its own: neither a crowd at the page nor a download takes anything from paired laptops.
 */
import { createHash } from 'node:crypto';
import type { ReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../kernel/log.ts';
import type { AgentPackage, PackagesList } from '../link/packages.ts';
import type { Door } from './door.ts';
import { createDownloads, type DownloadLimits } from './downloads.ts';
import { addressKey, type BucketRules, createBuckets } from './limits.ts';
import type { Packages } from './packages.ts';
import { rangeOf } from './ranges.ts';

/** Whoever looks at the page, by what the browser says. */
export interface Visitor {
  readonly userAgent: string;
  /** `Accept-Language`. */
  readonly speaks: string;
  /** The language chosen on the page; empty: none. */
  readonly chosen: string;
}

/**
 * Why a visitor is given nothing. `mine`: their address fetches enough already; `full`: too many others do; `often`: asks too often;
 * `gone`: there is no such file (any more); `broken`: the file cannot be read, or is not what it was.
 */
export type PageRefusal = 'mine' | 'full' | 'often' | 'gone' | 'broken';

/** What is shown at `/agent`; the sentences are not the hub's. Everything is whole HTML, with `style` in it and no script. */
export interface AgentPage {
  readonly style: string;
  page(visitor: Visitor, packages: PackagesList | null): string;
  refusal(visitor: Visitor, why: PageRefusal): string;
  /** A PNG by the name the page has for it; null: there is none. */
  picture(name: string): Promise<Uint8Array | null>;
}

export interface PageLimits {
  /** Requests of one address, whatever for. */
  readonly visits: BucketRules;
  readonly downloads: DownloadLimits;
}

const STATUS: Readonly<Record<PageRefusal, number>> = {
  mine: 429,
  full: 503,
  often: 429,
  gone: 404,
  broken: 503,
};
/** Seconds after which a place may be free. */
const PLACE_AGAIN_SECONDS = 60;
const PICTURE = /^([a-z]+\.[a-z]{2})\.png$/;
/** Seconds a picture is kept by the browser: it changes with a release. */
const PICTURE_SECONDS = 3600;
/** Read ahead of a slow line, bytes: what a download costs in memory, besides the system's own buffers. */
const CHUNK_BYTES = 64 * 1024;

/** The routes as a fastify plugin. */
export function agentPageRoutes({
  page,
  packages,
  door,
  limits,
  clock,
  log,
}: {
  page: AgentPage;
  /** Null: none are handed out here, and the page says how else to come by the agent. */
  packages: Packages | null;
  door: Pick<Door, 'lend'>;
  limits: PageLimits;
  clock: () => number;
  log: Log;
}) {
  const visits = createBuckets(limits.visits, clock);
  const downloads = createDownloads(limits.downloads);
  const styleHash = createHash('sha256').update(page.style).digest('base64');
  const headers = {
    'content-security-policy': `default-src 'none'; img-src 'self'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };

  function show(reply: FastifyReply, status: number, html: string): FastifyReply {
    return reply
      .code(status)
      .headers({
        'cache-control': 'no-cache',
        vary: 'accept-language, user-agent',
        'content-type': 'text/html; charset=utf-8',
      })
      .send(html);
  }

  function refuse(request: FastifyRequest, reply: FastifyReply, why: PageRefusal, again?: number) {
    if (again !== undefined) reply.header('retry-after', again);
    return show(reply, STATUS[why], page.refusal(visitorOf(request), why));
  }

  /** Sends a package, or the part of it that is asked for. */
  async function sendPackage(request: FastifyRequest, reply: FastifyReply, wanted: AgentPackage) {
    const { bytes, file, sha256 } = wanted;
    const tag = `"${sha256}"`;
    reply.headers({
      'accept-ranges': 'bytes',
      'cache-control': 'no-cache',
      'content-disposition': `attachment; filename="${file}"`,
      'content-type': 'application/zip',
      etag: tag,
    });
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    // A part of another version fits to nothing.
    const isSame = (request.headers['if-range'] ?? tag) === tag;
    const range = isSame ? rangeOf(request.headers.range, bytes) : null;
    if (range === 'unsatisfiable')
      return reply.code(416).header('content-range', `bytes */${bytes}`).type('text/plain').send('');
    const { start, end } = range ?? { start: 0, end: bytes - 1 };
    if (range) reply.code(206).header('content-range', `bytes ${start}-${end}/${bytes}`);
    reply.header('content-length', end - start + 1);
    if (request.method === 'HEAD') return reply.send();

    let reading: ReadStream | undefined;
    const place = downloads.enter(
      request.ip,
      () => reading?.bytesRead ?? 0,
      () => request.raw.socket.destroy(),
    );
    if (!place.ok) return refuse(request, reply, place.failure, PLACE_AGAIN_SECONDS);
    const { socket } = request.raw;
    const giveBack = door.lend(socket);
    const over = () => {
      reply.raw.off('close', over);
      socket.off('close', over);
      place.value.leave();
      giveBack();
      reading?.destroy();
    };
    reply.raw.once('close', over);
    // An answer that waits for the one before it on the same connection does not hear that this has closed.
    socket.once('close', over);
    const opened = await packages?.open(wanted);
    if (!opened?.ok) {
      log.error(
        { file, problem: opened?.failure },
        'a package is not what was looked at, and not handed out',
      );
      return refuse(request, reply, 'broken');
    }
    reading = opened.value.createReadStream({ start, end, highWaterMark: CHUNK_BYTES });
    if (socket.destroyed) reading.destroy();
    return reply.send(reading);
  }

  return async (app: FastifyInstance): Promise<void> => {
    app.addHook('onRequest', async (request, reply) => {
      reply.headers(headers);
      const waitSeconds = visits.take(addressKey(request.ip));
      if (waitSeconds > 0) return refuse(request, reply, 'often', waitSeconds);
    });
    const method = ['GET', 'HEAD'];

    app.route({
      method,
      url: '/agent',
      handler: (request, reply) => show(reply, 200, page.page(visitorOf(request), packages?.list ?? null)),
    });

    // What is linked from the page lies beside it, also where a proxy shows it under another path.
    app.route({ method, url: '/agent/', handler: (_request, reply) => reply.redirect('../agent', 308) });

    app.route<{ Params: { name: string } }>({
      method,
      url: '/agent/:name',
      handler: async (request, reply) => {
        const { name } = request.params;
        const [, picture] = PICTURE.exec(name) ?? [];
        const drawn = picture === undefined ? null : await page.picture(picture);
        if (drawn)
          return reply
            .headers({ 'cache-control': `public, max-age=${PICTURE_SECONDS}`, 'content-type': 'image/png' })
            .send(Buffer.from(drawn));
        const beside = packages?.sideFiles.get(name);
        if (beside)
          return reply
            .headers({ 'cache-control': 'no-cache', 'content-type': 'text/plain; charset=utf-8' })
            .send(beside);
        const wanted = packages?.list.packages.find(({ file }) => file === name);
        return wanted ? sendPackage(request, reply, wanted) : refuse(request, reply, 'gone');
      },
    });
  };
}

function visitorOf({ headers, query }: FastifyRequest): Visitor {
  const chosen = (query as Record<string, unknown>)?.lang;
  return {
    userAgent: headers['user-agent'] ?? '',
    speaks: headers['accept-language'] ?? '',
    chosen: typeof chosen === 'string' ? chosen : '',
  };
}
