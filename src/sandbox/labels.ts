import QRCode from 'qrcode';
import sharp from 'sharp';

/** What is printed on a sample label. Everything on it is invented. */
export interface SampleLabel {
  readonly model: string;
  readonly fullSerial: string | null;
  readonly shortSerial: string;
  /** Null as on newer recorders, which have none until somebody sets it. */
  readonly verificationCode: string | null;
  /** First line of the QR text, such as `www.hik-connect.com`. */
  readonly host: string;
  /** A line under the label, such as the kind of device. */
  readonly caption: string;
}

const WIDTH = 1220;
const HEIGHT = 640;
/** Table around the label, and empty paper inside it, pixels. */
const TABLE = 60;
const MARGIN = 40;
const CODE_SIZE = 380;

/**
 * Draws a device label the way vendors print them: text on the left, the QR code of protocol/labels.md 3.1 on the
 * right. On a machine without fonts the text is missing and the code is still there.
 * @returns a PNG.
 */
export async function drawLabel(label: SampleLabel): Promise<Buffer> {
  const lines = [label.host, label.shortSerial, label.verificationCode ?? '', label.model];
  const code = await QRCode.toBuffer(`${lines.join('\r')}\r`, {
    width: CODE_SIZE,
    margin: 2,
    errorCorrectionLevel: 'M',
  });
  const printed = [
    `<b>${markup(label.model)}</b>`,
    '',
    label.fullSerial === null ? null : `S/N: ${markup(label.fullSerial)}`,
    `Serial No.: ${markup(label.shortSerial)}`,
    label.verificationCode === null ? null : `Verification Code: ${markup(label.verificationCode)}`,
  ];
  const text = printed.filter((line) => line !== null).join('\n');
  const edge = TABLE + MARGIN;
  const codeLeft = WIDTH - edge - CODE_SIZE;
  const pieces: { input: Buffer | null; left: number; top: number }[] = [
    { input: await paper(WIDTH - 2 * TABLE, HEIGHT - 2 * TABLE), left: TABLE, top: TABLE },
    { input: code, left: codeLeft, top: edge },
    { input: await drawText(text, codeLeft - edge - MARGIN), left: edge, top: edge },
    { input: await drawText(markup(label.caption), WIDTH - 2 * edge), left: edge, top: HEIGHT - edge - 24 },
  ];
  return sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#8d8f92' } })
    .composite(pieces.flatMap(({ input, left, top }) => (input ? [{ input, left, top }] : [])))
    .png()
    .toBuffer();
}

function paper(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .png()
    .toBuffer();
}

/** Text as a picture with a clear background, no wider than `width` pixels; null where the machine cannot draw text. */
async function drawText(line: string, width: number): Promise<Buffer | null> {
  try {
    const text = `<span foreground="#202020">${line}</span>`;
    return await sharp({ text: { text, font: 'sans 11', width, dpi: 144, rgba: true, wrap: 'char' } })
      .png()
      .toBuffer();
  } catch {
    // No font was found, or the text has no ink: the label is as good without it.
    return null;
  }
}

/** Pango reads markup. */
function markup(text: string): string {
  return text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
