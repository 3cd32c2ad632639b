import type { IsapiElement } from '../isapi/read-document.ts';
import type { FoundDevice } from '../network/search.ts';
import type { DocumentName, DocumentState, InspectEnd, InspectReport } from './contract.ts';
import { factsOf } from './facts.ts';

/** What an inspection came to see before its end. */
export interface Seen {
  readonly device: FoundDevice | null;
  readonly password: InspectReport['password'];
  readonly states: ReadonlyMap<DocumentName, DocumentState>;
  readonly documents: Readonly<Partial<Record<DocumentName, IsapiElement>>>;
}

const NOTHING: Seen = { device: null, password: 'not-sent', states: new Map(), documents: {} };

/** The report of one inspection. @param seen left out where it never came to the device */
export function reportOf(shortSerial: string, end: InspectEnd, seen: Seen = NOTHING): InspectReport {
  const state = (name: DocumentName) => seen.states.get(name) ?? 'not-asked';
  return {
    version: 1,
    shortSerial,
    address: seen.device?.source ?? null,
    interface: seen.device?.via.name ?? null,
    ...end,
    password: seen.password,
    documents: {
      userCheck: state('userCheck'),
      deviceInfo: state('deviceInfo'),
      capabilities: state('capabilities'),
      networkCapabilities: state('networkCapabilities'),
      ezviz: state('ezviz'),
      loginLock: state('loginLock'),
    },
    ...factsOf(seen.documents, shortSerial),
  };
}
