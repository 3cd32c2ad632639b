const PREFIX = 'qr:';
/** Side of the picture, pixels: a camera reads it off a phone, and Telegram does not blur it by enlarging. */
const SIDE = 480;
/** Longest address that is drawn, characters: beyond it the dots become too small for a laptop's camera. */
const LONGEST = 300;

/** What `addressPicture` draws an address by. */
export const addressPictureKey = (address: string): string => `${PREFIX}${address}`;

/** The picture `qr:<address>` names, a PNG with a QR code; null when the key names none. */
export async function addressPicture(key: string): Promise<Buffer | null> {
  const address = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : '';
  if (address === '' || address.length > LONGEST) return null;
  const { default: qrcode } = await import('qrcode');
  // Middle correction: a reflection on the phone's glass does not hide it.
  return qrcode.toBuffer(address, { errorCorrectionLevel: 'M', margin: 4, width: SIDE });
}
