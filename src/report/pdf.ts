/**
 * A report on paper: A4 across, ten devices a page, the head of the table on each. The same report gives the same bytes.
 * Its fonts are a package (PT Sans, OFL), embedded as far as they are used.
 */
import { createRequire } from 'node:module';
import { setImmediate as breathe } from 'node:timers/promises';
import { textsFor } from '../kernel/all-texts.ts';
import type { Texts } from '../kernel/texts.ts';
import { checkCommand, momentOf } from './csv.ts';
import type { Report, ReportDevice } from './report.ts';

const require = createRequire(import.meta.url);
const FONTS = {
  regular: require.resolve('@expo-google-fonts/pt-sans/400Regular/PTSans_400Regular.ttf'),
  bold: require.resolve('@expo-google-fonts/pt-sans/700Bold/PTSans_700Bold.ttf'),
} as const;

/** Points, as all sizes here: 1/72 inch. */
const MARGIN = 28;
const SIZE = { title: 14, text: 8, small: 6.5 } as const;
const COLOUR = { text: '#1a1a1a', faint: '#5f6670', line: '#c3c8d0', head: '#eef1f5' } as const;
/** Between a line of the table and what stands in a cell, and between cells. */
const PADDING = { above: 3, below: 3, between: 8 } as const;
/** Room kept free for the number of the page. */
const FOOT = 14;

/** Columns of the table, widths in points: together they fill the page. */
const COLUMNS = [
  { name: 'number', width: 22 },
  { name: 'device', width: 118 },
  { name: 'address', width: 74 },
  { name: 'method', width: 104 },
  { name: 'before', width: 104 },
  { name: 'after', width: 102 },
  { name: 'result', width: 184 },
  { name: 'when', width: 77.89 },
] as const;
type Column = (typeof COLUMNS)[number]['name'];

type Document = PDFKit.PDFDocument;
type Cells = Readonly<Record<Column, { readonly bold?: string; readonly text: string }>>;

/** @returns the bytes of the file */
export async function pdfOf(report: Report): Promise<Buffer> {
  // Read when the first report is asked for: it takes longer than the rest of the bot's start.
  const { default: PDFDocument } = await import('pdfkit');
  const t = textsFor(report.language);
  const title = t('report:paper.title');
  const madeAt = new Date(report.madeAt);
  const document = new PDFDocument({
    size: 'A4',
    layout: 'landscape',
    margin: MARGIN,
    bufferPages: true,
    font: FONTS.regular,
    lang: report.language,
    displayTitle: true,
    info: { Title: title, CreationDate: madeAt, ModDate: madeAt },
  });
  document.registerFont('regular', FONTS.regular).registerFont('bold', FONTS.bold);
  const bytes = collect(document);
  const pen = penOn(document);

  drawHead(pen, t, title, report);
  await drawTable(pen, t, report);
  drawCheck(pen, t);
  numberPages(document, t);
  document.end();
  return bytes;
}

function collect(document: Document): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    document.on('data', (chunk: Buffer) => chunks.push(chunk));
    document.on('error', reject);
    document.on('end', () => resolve(Buffer.concat(chunks)));
  });
}

/** How text is set; letters the font has not stand as a question mark and not as an empty box. */
interface Style {
  readonly font?: 'regular' | 'bold';
  readonly size?: number;
  readonly colour?: string;
  readonly width: number;
}

/** Sets text at places, and knows how much of the page is left. */
interface Pen {
  readonly document: Document;
  /** Where the next thing begins, from the top of the page. */
  y: number;
  height(text: string, style: Style): number;
  write(text: string, x: number, y: number, style: Style): void;
  hasRoom(height: number): boolean;
  nextPage(): void;
}

function penOn(document: Document): Pen {
  const options = ({ width }: Style) => ({ width, lineGap: 0.5 });
  const set = (text: string, { font = 'regular', size = SIZE.text, colour = COLOUR.text }: Style) => {
    document.font(font).fontSize(size).fillColor(colour);
    return drawable(document, text);
  };
  return {
    document,
    y: MARGIN,
    height: (text, style) => document.heightOfString(set(text, style), options(style)),
    write: (text, x, y, style) => void document.text(set(text, style), x, y, options(style)),
    hasRoom(height) {
      return this.y + height <= document.page.height - MARGIN - FOOT;
    },
    nextPage() {
      document.addPage();
      this.y = MARGIN;
    },
  };
}

/** The letters of the font that is set; no type tells of its glyphs. */
function drawable(document: Document, text: string): string {
  const { font } = (
    document as unknown as { _font: { font: { hasGlyphForCodePoint(code: number): boolean } } }
  )._font;
  const has = (letter: string) => letter === '\n' || font.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0);
  return [...text].map((letter) => (has(letter) ? letter : '?')).join('');
}

function drawHead(pen: Pen, t: Texts, title: string, report: Report): void {
  const { letterhead, summary, devices, madeAt, timeZone } = report;
  const width = widthOf(pen.document);
  pen.write(title, MARGIN, pen.y, { font: 'bold', size: SIZE.title, width });
  pen.y += 22;
  const name = (value: string | null) => value ?? t('report:paper.unnamed');
  const who = [letterhead.technician, letterhead.phone].filter((value) => value !== null).join(', ');
  const counted = summary.map(({ result, count }) => t('report:paper.counted', { result, number: count }));
  const made = t('report:paper.time', { time: momentOf(madeAt, timeZone), zone: timeZone });
  const fields = [
    [
      [t('report:paper.firm'), name(letterhead.firm)],
      [t('report:paper.technician'), name(who || null)],
    ],
    [
      [t('report:paper.site'), name(letterhead.site)],
      [t('report:paper.made'), made],
    ],
    [[t('report:paper.devices'), [String(devices.length), ...counted].join(' · ')]],
  ] as const;
  const [left, right] = [62, 62];
  const half = width / 2;
  for (const row of fields) {
    const span = row.length === 1 ? width : half;
    const heights = row.map(([label, value], at) => {
      const x = MARGIN + at * half;
      const indent = at === 0 ? left : right;
      const style = { width: span - indent - PADDING.between };
      pen.write(label, x, pen.y, { colour: COLOUR.faint, width: indent });
      pen.write(value, x + indent, pen.y, { font: 'bold', ...style });
      return pen.height(value, { font: 'bold', ...style });
    });
    pen.y += Math.max(...heights) + 2;
  }
  pen.y += 5;
}

/** Others get their turn between two rows: sixty take a second of a busy machine. */
async function drawTable(pen: Pen, t: Texts, report: Report): Promise<void> {
  drawTableHead(pen, t);
  for (const [index, device] of report.devices.entries()) {
    const cells = cellsOf(t, device, index + 1, report.timeZone);
    const under = underRow(t, device);
    const height = rowHeight(pen, cells, under);
    if (!pen.hasRoom(height)) {
      pen.nextPage();
      drawTableHead(pen, t);
    }
    drawRow(pen, cells, under, height);
    await breathe();
  }
}

function drawTableHead(pen: Pen, t: Texts): void {
  const style = { font: 'bold', size: SIZE.small + 0.5, colour: COLOUR.faint } as const;
  const heads = COLUMNS.map(({ name, width }) => ({
    head: t(`report:column.${name}`),
    inner: innerOf(width),
  }));
  const height = Math.max(...heads.map(({ head, inner }) => pen.height(head, { ...style, width: inner })));
  const whole = height + PADDING.above + PADDING.below;
  pen.document.rect(MARGIN, pen.y, widthOf(pen.document), whole).fill(COLOUR.head);
  let x = MARGIN;
  for (const [index, { width }] of COLUMNS.entries()) {
    const { head, inner } = heads[index] ?? { head: '', inner: width };
    pen.write(head, x + PADDING.between / 2, pen.y + PADDING.above, { ...style, width: inner });
    x += width;
  }
  pen.y += whole;
}

function cellsOf(t: Texts, device: ReportDevice, number: number, timeZone: string): Cells {
  const { model, shortSerial, address, method, before, after, result, verified, ended } = device;
  return {
    number: { text: String(number) },
    device: { bold: model, text: shortSerial },
    address: { text: address },
    method: { text: method },
    before: { text: before },
    after: { text: after },
    result: { bold: result, text: verified },
    when: {
      text: [
        ended === null ? t('report:paper.open') : momentOf(ended, timeZone),
        t('report:paper.case', { case: device.case }),
      ].join('\n'),
    },
  };
}

/** Where the small line of a row begins: under the device. */
const UNDER_INDENT = COLUMNS[0].width + PADDING.between / 2;

function rowHeight(pen: Pen, cells: Cells, under: string): number {
  const heights = COLUMNS.map(({ name, width }) => {
    const { bold, text } = cells[name];
    const inner = { width: innerOf(width) };
    return (bold === undefined ? 0 : pen.height(bold, { font: 'bold', ...inner })) + pen.height(text, inner);
  });
  return PADDING.above + Math.max(...heights) + pen.height(under, underStyle(pen)) + PADDING.below;
}

function underStyle(pen: Pen): Style {
  return { size: SIZE.small, colour: COLOUR.faint, width: widthOf(pen.document) - UNDER_INDENT };
}

/** The small line of a row: what nobody reads at a glance, and whoever checks it needs to the letter. */
function underRow(t: Texts, { serial, shortSerial, audit }: ReportDevice): string {
  const full = serial === shortSerial ? [] : [t('report:paper.serial', { serial })];
  const entry = t('report:paper.audit', { place: audit ?? t('report:unknown.audit') });
  return [...full, entry].join(' · ');
}

function drawRow(pen: Pen, cells: Cells, under: string, height: number): void {
  let x = MARGIN;
  for (const { name, width } of COLUMNS) {
    const { bold, text } = cells[name];
    const inner = { width: innerOf(width) };
    const [left, top] = [x + PADDING.between / 2, pen.y + PADDING.above];
    const lower = bold === undefined ? 0 : pen.height(bold, { font: 'bold', ...inner });
    if (bold !== undefined) pen.write(bold, left, top, { font: 'bold', ...inner });
    pen.write(text, left, top + lower, inner);
    x += width;
  }
  const style = underStyle(pen);
  const y = pen.y + height - PADDING.below - pen.height(under, style);
  pen.write(under, MARGIN + UNDER_INDENT, y, style);
  pen.y += height;
  pen.document
    .moveTo(MARGIN, pen.y)
    .lineTo(MARGIN + widthOf(pen.document), pen.y)
    .lineWidth(0.5)
    .stroke(COLOUR.line);
}

function drawCheck(pen: Pen, t: Texts): void {
  const text = t('report:paper.check', {
    command: checkCommand(t('report:paper.place')),
    list: 'unbind-bot audit export --format csv',
  });
  const style = { size: SIZE.small + 0.5, colour: COLOUR.faint, width: widthOf(pen.document) };
  if (!pen.hasRoom(pen.height(text, style) + 4)) pen.nextPage();
  pen.write(text, MARGIN, pen.y + 4, style);
}

/** Once it is known how many there are. */
function numberPages(document: Document, t: Texts): void {
  const { count } = document.bufferedPageRange();
  for (let at = 0; at < count; at++) {
    document.switchToPage(at);
    // Below the margin the library would begin another page.
    document.page.margins.bottom = 0;
    document.font('regular').fontSize(SIZE.small).fillColor(COLOUR.faint);
    document.text(t('report:paper.page', { at: at + 1, of: count }), MARGIN, document.page.height - MARGIN, {
      width: widthOf(document),
      align: 'right',
      lineBreak: false,
    });
  }
}

function widthOf(document: Document): number {
  return document.page.width - 2 * MARGIN;
}

function innerOf(width: number): number {
  return width - PADDING.between;
}
