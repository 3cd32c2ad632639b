/** Files made to hurt whoever unpacks them, and files that are two things at once. */
import { deflateRawSync, deflateSync, inflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { bomb, label, one, pngChunk, qr, table } from './photos.ts';

/** How a file is made. */
type Make = () => Buffer | Promise<Buffer>;

/** A photo with one label, as a phone sends it. */
export const photo = async () => (await one(await qr(label()))).jpeg().toBuffer();
/** Another one, for what lies behind the first in a file. */
const other = async () => (await one(await qr(label('AE3000063')))).jpeg().toBuffer();

const bytes = (text: string) => Buffer.from(text, 'latin1');
const inFront = (start: string) => async () => Buffer.concat([bytes(start), await photo()]);
const atTheEnd = (end: string | Buffer) => async () =>
  Buffer.concat([await photo(), typeof end === 'string' ? bytes(end) : end]);
const saved = (how: (picture: Sharp) => Sharp) => async () => how(sharp(await photo())).toBuffer();

/** Says of a JPEG file that it has other dimensions than it has. */
async function claiming(width: number, height: number): Promise<Buffer> {
  const file = await photo();
  const frame = file.indexOf(bytes('\xff\xc0'));
  file.writeUInt16BE(height, frame + 5);
  file.writeUInt16BE(width, frame + 7);
  return file;
}

/** Pictures of 64 pixels a side, one below the other, to be saved as an animation. */
function pages(count: number): Sharp {
  const raw = { width: 64, height: 64 * count, channels: 3, pageHeight: 64 } as const;
  return sharp(Buffer.alloc(64 * 64 * count * 3, 200), { raw });
}

/** A progressive JPEG that has one scan again and again: each is work for all of its pixels. */
async function scans(count: number): Promise<Buffer> {
  const grey = sharp({ create: { width: 6300, height: 6300, channels: 3, background: '#888888' } });
  const file = await grey.toColourspace('b-w').jpeg({ progressive: true }).toBuffer();
  const starts = [...file.keys()].filter((at) => file[at] === 0xff && file[at + 1] === 0xda);
  // The last byte of a scan's header says how many bits come in later scans. Without any, a scan may come again.
  for (const start of starts) file[start + 9] = 0;
  // Every scan has its table in front of it.
  const [, second = 0, third = 0, fourth = 0] = starts.map((start) =>
    file.lastIndexOf(bytes('\xff\xc4'), start),
  );
  const again = new Array<Buffer>(count).fill(file.subarray(third, fourth));
  return Buffer.concat([file.subarray(0, second), ...again, file.subarray(-2)]);
}

/** A ZIP archive of one file, stored or deflated. */
function zip(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content, { level: 9 });
  const entry = Buffer.alloc(26);
  entry.writeUInt16LE(20, 0);
  entry.writeUInt16LE(8, 4);
  entry.writeUInt32LE(packed.length, 14);
  entry.writeUInt32LE(content.length, 18);
  entry.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([bytes('PK\x03\x04'), entry, bytes(name), packed]);
  const central = Buffer.concat([bytes('PK\x01\x02\x14\0'), entry, Buffer.alloc(14), bytes(name)]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}

/** A chunk of a PNG with a name and 100 MB of zeros, packed into 100 kB; behind the header of a photo. */
async function puffed(type: 'iCCP' | 'zTXt'): Promise<Buffer> {
  const file = await (await one(await qr(label()))).png().toBuffer();
  const packed = deflateSync(Buffer.alloc(100_000_000), { level: 9 });
  const chunk = pngChunk(type, Buffer.concat([bytes('fixture\0\0'), packed]));
  // The signature and the header take 33 bytes.
  return Buffer.concat([file.subarray(0, 33), chunk, file.subarray(33)]);
}

/** A PNG of two pictures shown in turn; to whoever knows nothing of it, the first. */
async function animatedPng(): Promise<Buffer> {
  const codes = [await qr(label()), await qr(label('AE3000063'))];
  const pictures = await Promise.all(codes.map((code) => sharp(code).png().toBuffer()));
  const [first, second] = pictures.map((file) => {
    const start = file.indexOf('IDAT') - 4;
    return file.subarray(start + 8, start + 8 + file.readUInt32BE(start));
  });
  const number = (...values: number[]) => {
    const all = Buffer.alloc(values.length * 4);
    for (const [at, value] of values.entries()) all.writeUInt32BE(value, at * 4);
    return all;
  };
  const frame = (order: number) =>
    pngChunk('fcTL', Buffer.concat([number(order, 260, 260, 0, 0, 65_546), bytes('\0\0')]));
  return Buffer.concat([
    // Signature and header as in the first picture, which has the size of the second.
    (pictures[0] ?? Buffer.alloc(0)).subarray(0, 33),
    pngChunk('acTL', number(2, 0)),
    frame(0),
    pngChunk('IDAT', first ?? Buffer.alloc(0)),
    frame(1),
    pngChunk('fdAT', Buffer.concat([number(2), second ?? Buffer.alloc(0)])),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Two photos in one file, as cameras save a burst or a pair for both eyes: an index behind the header of the first. */
async function burst(): Promise<Buffer> {
  const [first, second] = [await photo(), await other()];
  const index = Buffer.concat([
    bytes('MPF\0MM\0*\0\0\0\x08\0\x01\xb0\x01\0\x04\0\0\0\x01\0\0\0\x02'),
    Buffer.alloc(4),
  ]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(index.length + 2);
  return Buffer.concat([first.subarray(0, 2), bytes('\xff\xe2'), length, index, first.subarray(2), second]);
}

const transparent = async (paper: string) => {
  const { data, info } = await sharp(await qr(label()))
    .greyscale()
    .negate()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const size = { width: info.width, height: info.height };
  return sharp({ create: { ...size, channels: 3, background: paper } })
    .joinChannel(data, { raw: { ...size, channels: 1 } })
    .png()
    .toBuffer();
};

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

/** A photo as a PNG: what stands before its data, and the data of all its chunks. */
async function png(): Promise<{ head: Buffer; data: Buffer }> {
  const file = await (await one(await qr(label()))).png().toBuffer();
  const start = file.indexOf('IDAT') - 4;
  const pieces: Buffer[] = [];
  for (let at = start; file.toString('latin1', at + 4, at + 8) === 'IDAT'; ) {
    const next = at + 12 + file.readUInt32BE(at);
    pieces.push(file.subarray(at + 8, next - 4));
    at = next;
  }
  return { head: file.subarray(0, start), data: Buffer.concat(pieces) };
}

const pngOf = (head: Buffer, data: Buffer) =>
  Buffer.concat([head, pngChunk('IDAT', data), pngChunk('IEND', Buffer.alloc(0))]);

/** A PNG that is whole from outside, and whose packed data are not. */
async function spoilt(): Promise<Buffer> {
  const { head, data } = await png();
  return pngOf(head, Buffer.from(data.map((value, at) => (at % 40 === 39 ? value ^ 0x55 : value))));
}

/** A PNG with other rows than it should have. */
async function rows(change: (all: Buffer) => Buffer): Promise<Buffer> {
  const { head, data } = await png();
  return pngOf(head, deflateSync(change(inflateSync(data))));
}

/** An AVIF of one colour: libheif took 8 seconds and 800 MB for it. */
const flatAvif = () =>
  sharp({ create: { width: 6300, height: 6300, channels: 3, background: '#888888' } })
    .avif({ effort: 0, quality: 1 })
    .toBuffer();

/** A box of an ISO base media file. */
const box = (type: string, ...content: (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(content.map((part) => (typeof part === 'string' ? bytes(part) : part)));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length + 8);
  return Buffer.concat([head, bytes(type), body]);
};

/** A HEIF file whose picture is said to be of another kind than it is. */
async function heif(kind: string, brand = 'heic'): Promise<Buffer> {
  const file = await sharp(await photo())
    .avif({ effort: 0 })
    .toBuffer();
  file.write(kind, file.indexOf('av01', file.indexOf('infe')), 'latin1');
  file.write(brand, 8, 'latin1');
  return file;
}

/** A HEIF of `side` x `side` tiles, each of them the same small picture: a few kilobytes that claim a wall. */
async function tiles(side: number): Promise<Buffer> {
  const tile = await sharp(await photo())
    .resize(256, 256)
    .avif({ effort: 0 })
    .toBuffer();
  const at = tile.indexOf('av1C') - 4;
  const config = tile.subarray(at, at + tile.readUInt32BE(at));
  const data = tile.subarray(tile.indexOf('mdat') + 4);
  const [short, long] = [
    (value: number) => Buffer.from([value >> 8, value & 255]),
    (value: number) => Buffer.from([value >>> 24, (value >> 16) & 255, (value >> 8) & 255, value & 255]),
  ];
  const size = 256 * side;
  const grid = Buffer.concat([Buffer.from([0, 1, side - 1, side - 1]), long(size), long(size)]);
  const count = side * side;
  const ispe = (pixels: number) => box('ispe', long(0), long(pixels), long(pixels));
  const infe = (id: number, kind: string) =>
    box('infe', Buffer.from([2, 0, 0, 0]), short(id), short(0), kind, '\0');
  const tileIds = Buffer.concat(Array.from({ length: count }, () => short(2)));
  const ftyp = box('ftyp', 'avif', long(0), 'avifmif1miaf');
  const meta = (offset: number): Buffer =>
    box(
      'meta',
      long(0),
      box('hdlr', long(0), long(0), 'pict', Buffer.alloc(13)),
      box('pitm', long(0), short(1)),
      box('iloc', long(0), Buffer.from([0x44, 0]), short(2), locations(offset)),
      box('iinf', long(0), short(2), infe(1, 'grid'), infe(2, 'av01')),
      box('iref', long(0), box('dimg', short(1), short(count), tileIds)),
      box(
        'iprp',
        box('ipco', ispe(size), ispe(256), config, box('pixi', long(0), '\x03\x08\x08\x08')),
        box('ipma', long(0), long(2), short(1), '\x02\x01\x04', short(2), '\x03\x02\x83\x04'),
      ),
    );
  const locations = (offset: number) =>
    Buffer.concat([
      ...[short(1), short(0), short(1), long(offset), long(grid.length)],
      ...[short(2), short(0), short(1), long(offset + grid.length), long(data.length)],
    ]);
  const start = ftyp.length + meta(0).length + 8;
  return Buffer.concat([ftyp, meta(start), box('mdat', grid, data)]);
}

/** What each file is, what the reader says of it, and how it is made. */
export const HOSTILE_FILES: readonly [name: string, said: string, make: Make][] = [
  ['a PNG of 400 megapixels', 'too-many-pixels', () => bomb(20_000)],
  ['a PNG just above the limit', 'too-many-pixels', () => bomb(6400)],
  ['a PNG of white just below the limit', 'unreadable', () => bomb(6000)],
  ['a PNG with 100 MB of zeros as its colour profile', 'J50000062', () => puffed('iCCP')],
  ['a PNG with 100 MB of zeros as its text', 'J50000062', () => puffed('zTXt')],
  ['a PNG of two pictures in turn', 'J50000062', animatedPng],
  ['a PNG of 16 bits a colour', 'J50000062', saved((picture) => picture.toColourspace('rgb16').png())],
  [
    'a PNG of one bit a pixel',
    'J50000062',
    saved((picture) => picture.threshold().png({ palette: true, colours: 2 })),
  ],
  ['a PNG whose label is black on nothing', 'J50000062', () => transparent('#000000')],
  ['a PNG whose label is white on nothing, which nobody sees', 'unreadable', () => transparent('#ffffff')],
  ['a JPEG that claims 65 500 pixels a side', 'too-many-pixels', () => claiming(65_500, 65_500)],
  ['a JPEG that claims more rows than it has', 'J50000062', () => claiming(1000, 5000)],
  ['a JPEG that claims no width', 'not-an-image', () => claiming(0, 750)],
  ['a JPEG in inks instead of lights', 'J50000062', saved((picture) => picture.toColourspace('cmyk').jpeg())],
  [
    'a progressive JPEG',
    'J50000062',
    saved((picture) => picture.jpeg({ progressive: true, optimiseScans: true })),
  ],
  ['a progressive JPEG of 50 scans', 'unreadable', () => scans(50)],
  ['a progressive JPEG of 8000 scans, which take minutes', 'not-an-image', () => scans(8000)],
  ['two JPEGs in one file, as of a burst', 'J50000062', burst],
  ['a WebP of 500 pictures', 'unreadable', () => pages(500).webp().toBuffer()],
  ['a large AVIF', 'heif', saved((picture) => picture.resize(2400).avif({ effort: 0 }))],
  ['an AVIF of 4 tiles', 'heif', () => tiles(2)],
  ['an AVIF of 225 tiles, all of them one', 'heif', () => tiles(15)],
  ['an AVIF of 65 000 tiles, all of them one', 'heif', () => tiles(255)],
  ['an AVIF of 1.2 kB that unpacks to 40 megapixels', 'heif', flatAvif],
  ['an AVIF with a grid that is none', 'heif', () => heif('grid', 'avif')],
  ['a HEIC of an iPhone, in a codec that is not free', 'heif', () => heif('hvc1')],
  ['a HEIF of a codec nobody knows', 'heif', () => heif('zzzz')],
  [
    'a HEIF of random boxes',
    'heif',
    () => Buffer.concat([bytes('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), Buffer.alloc(5000, 0xff)]),
  ],
  ['a photo with a ZIP archive behind it', 'J50000062', atTheEnd('PK\x03\x04\x14\0\0\0\x08\0')],
  ['a photo with a page of HTML behind it', 'J50000062', atTheEnd('<html><script>alert(1)</script></html>')],
  ['a photo with 10 MB of zeros behind it', 'J50000062', atTheEnd(Buffer.alloc(10_000_000))],
  ['a GIF in front of a photo', 'not-an-image', inFront('GIF89a\x01\0\x01\0')],
  ['a PDF in front of a photo', 'not-an-image', inFront('%PDF-1.7\n')],
  ['a page of HTML in front of a photo', 'not-an-image', inFront('<html><body>')],
  ['a ZIP archive in front of a photo', 'not-an-image', inFront('PK\x03\x04')],
  ['a photo in front of half of itself', 'not-an-image', async () => (await photo()).subarray(0, 3000)],
  [
    'a ZIP archive in an archive, of 100 MB of zeros',
    'not-an-image',
    () => zip('b.zip', zip('a', Buffer.alloc(100_000_000))),
  ],
  ['a DOCX named photo.jpg', 'not-an-image', () => zip('[Content_Types].xml', bytes('<Types/>'))],
  ['a TIFF', 'not-an-image', saved((picture) => picture.tiff())],
  [
    'a TIFF that says it is a JPEG',
    'not-an-image',
    async () => Buffer.concat([bytes('\xff\xd8\xff'), await saved((picture) => picture.tiff())()]),
  ],
  ['a film that begins as a HEIF does', 'not-an-image', () => bytes('\0\0\0\x18ftypisom\0\0\0\0isommp42')],
  ['a PNG whose data are spoilt', 'not-an-image', spoilt],
  ['a PNG with half of its rows', 'not-an-image', () => rows((all) => all.subarray(0, all.length / 2))],
  ['a PNG whose rows are filtered in a way there is none', 'not-an-image', () => rows((all) => all.fill(9))],
  ['a PNG without data', 'not-an-image', () => rows(() => Buffer.alloc(0))],
  ['an SVG', 'not-an-image', () => bytes(SVG)],
  ['an SVG behind the first bytes of a JPEG', 'not-an-image', () => bytes(`\xff\xd8\xff${SVG}`)],
  ['an SVG behind the first bytes of a PNG', 'not-an-image', () => bytes(`\x89PNG\r\n\x1a\n${SVG}`)],
  ['a GIF', 'not-an-image', saved((picture) => picture.gif())],
  ['a GIF of 50 pictures', 'not-an-image', () => pages(50).gif().toBuffer()],
];

/** Two labels on a table, with all that a phone writes about the place; some of it again in words of its own. */
export async function tagged(): Promise<Buffer> {
  const codes = [
    { code: await qr(label()), left: 100 },
    { code: await qr(label('AE3000063')), left: 600 },
  ];
  return (await table(codes))
    .withExif({
      IFD0: { Make: 'FIXTUREPHONE', ImageDescription: 'FIXTUREPLACE' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '55/1 45/1 0/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '37/1 37/1 0/1',
      },
    })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><place>FIXTUREPLACE</place></x:xmpmeta>')
    .jpeg()
    .toBuffer();
}
