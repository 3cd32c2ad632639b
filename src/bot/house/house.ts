import type { Audit } from '../../audit/trail.ts';
import { type CaseRecord, namedBeside, orderInForce } from '../../cases/case.ts';
import type { CaseDesk } from '../../cases/desk.ts';
import type {
  AnnouncePort,
  CasePort,
  ContactPort,
  HandOverPort,
  House,
  MisunderstoodPort,
} from '../../flows/ports.ts';
import type { GroupDesk } from '../../groups/desk.ts';
import type { Log } from '../../kernel/log.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { LabelReader } from '../../label/reader.ts';
import { FIRMWARE_CATALOGUE, type FirmwareCatalogue, firmwareOf } from '../../policy/catalogue.ts';
import type { RegionPack } from '../../policy/region.ts';
import type { Store } from '../../store/store.ts';
import { BLOBS } from './blobs.ts';
import { createGroupPort } from './groups.ts';
import { atBorder, atCaseBorder, must, mustCase } from './must.ts';
import { createNotes } from './notes.ts';
import { createPhotos, type Photos } from './photos.ts';
import type { Profiles } from './profiles.ts';
import { createReports } from './reports.ts';
import { createRoom } from './room.ts';

export interface HouseParts {
  store: Pick<Store, 'values'>;
  profiles: Pick<Profiles, 'language'>;
  cases: Pick<CaseDesk, 'open' | 'get' | 'apply' | 'listFor' | 'openAbout' | 'untouched'>;
  /** Looks at a case before a stage gets it: some are closed by that (jobs/stolen.ts). */
  watched(id: string): Promise<Result<CaseRecord | null, unknown>>;
  agents: House['agents'];
  surveys: House['surveys'];
  groups: GroupDesk;
  limits: House['limits'];
  contacts: ContactPort;
  handOvers: HandOverPort;
  misunderstood: MisunderstoodPort;
  announcements: AnnouncePort;
  audit: Pick<Audit, 'readBack'>;
  labels: Pick<LabelReader, 'read' | 'copy'>;
  /** Downloads a file of Telegram's. */
  download(fileId: string, maxBytes: number, signal?: AbortSignal): Promise<Result<Uint8Array, string>>;
  region: RegionPack;
  /** What is known of recorders' firmware; what comes with the product where left out. */
  catalogue?: FirmwareCatalogue;
  log: Log;
  /** Milliseconds. */
  clock: () => number;
}

/** Largest photo Telegram hands to a bot, bytes (https://core.telegram.org/bots/api#getfile). */
const MAX_PHOTO_BYTES = 20 * 1024 * 1024;
/** Photos in memory at the same time, fewer than the reader lets wait (label/reader.ts): 200 MB at most. */
const MOST_PHOTOS = 10;
/** Photos that wait to be fetched: some crews' albums at once. */
const WAITING_PHOTOS = 100;
/** Latest cases that may belong to one visit. */
const CASES_OF_VISIT = 50;

/** All a flow may ask of the house (flows/ports.ts), on the store, the label reader and the hub. */
export function createHouse(parts: HouseParts): { house: House; photos: Photos } {
  const { store, profiles, cases, watched, agents, labels, download, region, clock } = parts;
  const { catalogue = FIRMWARE_CATALOGUE } = parts;
  const blobs = store.values(BLOBS);
  const room = createRoom(MOST_PHOTOS, WAITING_PHOTOS);
  const photos = createPhotos({
    blobs,
    reader: labels,
    download: (fileId, signal) => download(fileId, MAX_PHOTO_BYTES, signal),
    room,
  });
  const casePort: CasePort = {
    open: (chatId) => atBorder(async () => must(await cases.open(chatId))),
    get: (id) => atCaseBorder(async () => mustCase(await watched(id))),
    orderOfVisit: (chatId) =>
      atBorder(async () => orderInForce(must(await cases.listFor(chatId, CASES_OF_VISIT)), clock())),
    untouched: (id) =>
      atCaseBorder(async () => {
        const record = mustCase(await cases.get(id));
        return record === null ? [] : must(await cases.untouched(record));
      }),
    namedBeside: (chatId, serial) =>
      atBorder(async () => {
        const record = namedBeside(must(await cases.listFor(chatId, CASES_OF_VISIT)), serial, clock());
        const others = record === null ? [] : must(await cases.untouched(record));
        return others.filter(({ shortSerial }) => shortSerial !== serial);
      }),
    openAbout: (chatId, serial) => atBorder(async () => must(await cases.openAbout(chatId, serial))),
    apply: (id, action) => atCaseBorder(async () => mustCase(await cases.apply(id, action))),
  };
  const house: House = {
    language: profiles.language,
    cases: casePort,
    labels: photos,
    agents,
    surveys: parts.surveys,
    groups: createGroupPort(parts.groups),
    limits: parts.limits,
    region: { pack: async () => ok(region) },
    firmware: { of: async (model) => ok(firmwareOf(model, catalogue)) },
    contacts: parts.contacts,
    handOvers: parts.handOvers,
    misunderstood: parts.misunderstood,
    announcements: parts.announcements,
    reports: createReports({ ...parts, blobs }),
    notes: createNotes({ blobs, cases, download, copy: labels.copy, room, clock }),
  };
  return { house, photos };
}
