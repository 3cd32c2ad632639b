import sharp, { type Sharp } from 'sharp';
import { fail, ok, type Result } from '../kernel/result.ts';
import { hasTooManyScans } from './jpeg.ts';
import type { PhotoRejection } from './reading.ts';

/** A picture in shades of grey, one byte a pixel, row by row. */
export interface Grey {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
}

/** A place in a picture, pixels from its upper left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Most pixels of a photo, before anything is unpacked: the largest phone cameras in their usual mode. */
const MAX_PIXELS = 40_000_000;
/** Longest side kept, pixels. Larger photos are made smaller while they are unpacked. */
const MAX_SIDE = 3200;
/** The same for a photo that is kept with a case: what a technician can read on it stays readable. */
const COPY_SIDE = 2560;
/** Longest time for unpacking, seconds: shorter than the pool's, so that most of what is slow costs no process. */
const MAX_SECONDS = 8;

/**
 * Makes libvips as small a target as it gets: only decoders for what Telegram and phones send, no cache of pictures,
 * one thread a photo. Off is all else it brings, HEIF with its AV1 decoder first: 1.2 KiB of AVIF took it 6 seconds and
 * more than a gigabyte. libvips is shared by the whole process, and so are these settings.
 */
export function hardenSharp(): void {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer', 'VipsForeignLoadWebpBuffer'],
  });
  sharp.cache(false);
  sharp.concurrency(1);
}

/** Unpacks a photo upright and in grey. What is transparent becomes white; of an animation the first picture counts. */
export function openPhoto(bytes: Uint8Array): Promise<Result<Grey, PhotoRejection>> {
  return unpack(bytes, MAX_SIDE, toGrey);
}

/**
 * The picture of a photo, upright, as a JPEG with at most 2560 pixels on its longest side, and nothing else: no place
 * and no name the camera wrote into it, nothing hidden behind it.
 */
export function copyPhoto(bytes: Uint8Array): Promise<Result<Uint8Array, PhotoRejection>> {
  return unpack(bytes, COPY_SIDE, (photo) => photo.jpeg({ quality: 85 }).toBuffer());
}

async function unpack<T>(
  bytes: Uint8Array,
  side: number,
  finish: (photo: Sharp) => Promise<T>,
): Promise<Result<T, PhotoRejection>> {
  if (hasTooManyScans(bytes)) return fail('not-an-image');
  try {
    // The header alone tells the size: a small file may unpack to gigabytes.
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    if (width * height > MAX_PIXELS) return fail('too-many-pixels');
    const photo = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'truncated', sequentialRead: true })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .timeout({ seconds: MAX_SECONDS });
    return ok(await finish(photo));
  } catch (error) {
    // sharp tells causes only in words; whatever else it says, these bytes are no picture for us.
    return fail(error instanceof Error && error.message.startsWith('timeout') ? 'timeout' : 'not-an-image');
  }
}

/** A sharp pipeline over a grey picture. */
export function fromGrey({ data, width, height }: Grey): Sharp {
  return sharp(data, { raw: { width, height, channels: 1 } });
}

/** Runs a pipeline and takes its result as a grey picture. */
export async function toGrey(pipeline: Sharp): Promise<Grey> {
  const { data, info } = await pipeline
    .greyscale()
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
