import { assess } from './assess.ts';
import { caseView } from './case-view.ts';
import { close } from './close.ts';
import type { Flow } from './engine/dialogue.ts';
import { guide } from './guide.ts';
import { identify } from './identify.ts';
import { lanUnbind } from './lan-unbind.ts';
import { order } from './order.ts';
import { serviceCentre } from './service-centre.ts';
import { switchCase } from './switch.ts';
import { trouble } from './trouble.ts';

/** Every dialogue, in the order a case meets them. */
export const FLOWS: readonly Flow[] = [
  identify,
  assess,
  order,
  lanUnbind,
  guide,
  serviceCentre,
  close,
  switchCase,
  trouble,
  caseView,
];

/** The flow a photo or serial number starts when nothing is running, and the one when something is. */
export const IDLE = identify.name;
export const DURING = switchCase.name;
/** The flow that tells how an unbind ended, and what may follow. */
export const CLOSE = close.name;
