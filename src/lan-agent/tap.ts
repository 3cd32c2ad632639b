import type { HttpTap } from './isapi/http.ts';
import type { LanTap } from './network/lan.ts';

/** Sees all that passes between this laptop and devices; nothing of what it sees is redacted yet. */
export interface Tap extends LanTap {
  readonly http: HttpTap;
}
