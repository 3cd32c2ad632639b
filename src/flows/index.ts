import { announce } from './announce.ts';
import { assess } from './assess.ts';
import { caseView } from './case-view.ts';
import { close } from './close.ts';
import type { Flow } from './engine/dialogue.ts';
import type { ChatControls, Engine } from './engine/engine.ts';
import type { DeviceHeard } from './engine/named.ts';
import { guide } from './guide.ts';
import { identify } from './identify.ts';
import { lanUnbind } from './lan-unbind.ts';
import { me } from './me.ts';
import { order } from './order.ts';
import { report } from './report.ts';
import { serviceCentre } from './service-centre.ts';
import { site } from './site.ts';
import type { Next, StageName, Stages } from './stages.ts';
import { switchCase } from './switch.ts';
import { trouble } from './trouble.ts';

/** Every dialogue, in the order a case meets them. */
export const FLOWS: readonly Flow<StageName>[] = [
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
  report,
  me,
  announce,
  site,
];

/** The conversations of the house, and what may be done to the one of a chat. */
export type Conversations = Engine<Stages>;
export type Controls = ChatControls<Stages>;

/** Where a photo or a serial number leads when nothing is running, and in the middle of a stage. */
export function newDevice(heard: DeviceHeard, during: StageName | null): Next {
  return during === null
    ? { go: 'identify', with: { heard } }
    : { go: 'switch', with: { heard, resume: during } };
}
