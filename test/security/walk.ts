/** A technician's way to an unbind, with a laptop whose every word a test chooses. */
import { ulid } from 'ulid';
import { encodePng } from '../../src/lan-agent/picture/png.ts';
import type { AgentEvent, DeviceSighting } from '../../src/link/messages.ts';
import type { SimUser } from '../../src/sandbox/telegram/people.ts';
import type { TestAgent } from '../integration/hub/house.ts';
import { offering, offeringUnbind, pressId, unbindNow } from '../support/stage.ts';
import { nextCommand } from './fortress.ts';

export const SERIAL = 'J50000062';
export const DEVICE: DeviceSighting = {
  shortSerial: SERIAL,
  fullSerial: null,
  model: 'DS-2CD2386G2-IU',
  kind: 'camera',
  firmware: 'V5.5.800',
  mac: null,
  address: '10.0.0.9',
  interface: 'eth0',
  activated: true,
  lanUnbind: 'yes',
  bindStatus: 'bound',
  reachability: 'same-subnet',
  ezvizBrand: false,
  cloudEnabled: true,
};

type Content<T extends AgentEvent['type']> = Omit<Extract<AgentEvent, { type: T }>, 'id' | 'at' | 'type'>;
/** An event as a laptop sends it, with an id of its own. */
export const event = <T extends AgentEvent['type']>(type: T, content: Content<T>) =>
  ({ type, id: ulid(), at: Date.now(), ...content }) as unknown as AgentEvent;

/** Starts a case. Answers with the job in which the laptop is to look for the device. */
export async function searched(technician: SimUser, laptop: TestAgent): Promise<string> {
  await technician.send(SERIAL);
  await technician.waitFor(/Looking for/);
  return (await nextCommand(laptop, 'discover')).jobId;
}

/** Walks a case to where its technician has asked for the unbind. */
export async function askForUnbind(technician: SimUser, laptop: TestAgent): Promise<void> {
  const jobId = await searched(technician, laptop);
  await laptop.sendEvents([event('discovered', { jobId, devices: [DEVICE], omitted: 0, interfaces: [] })]);
  const { jobId: asked } = await nextCommand(laptop, 'status');
  await laptop.sendEvents([
    event('status', { jobId: asked, shortSerial: SERIAL, status: 'can-unbind', device: DEVICE }),
  ]);
  await technician.waitFor(offering('no'));
  await pressId(technician, 'no');
  await technician.waitFor(offering('yes'));
  await pressId(technician, 'yes');
  await technician.waitFor(offeringUnbind);
  await unbindNow(technician);
}

/** Walks a case to its unbind and gives that command. */
export async function unbindingBy(technician: SimUser, laptop: TestAgent) {
  await askForUnbind(technician, laptop);
  await technician.waitFor(/Asked the laptop/);
  return nextCommand(laptop, 'unbind');
}

const image = encodePng({ width: 60, height: 20, pixels: new Uint8Array(1200) }, [255, 255, 255], [0, 0, 0]);

/** A picture for the chat, good for a minute. */
export function picture(jobId: string, content: Partial<Content<'challenge'>> = {}): AgentEvent {
  return event('challenge', {
    jobId,
    challengeId: ulid(),
    image: image.toString('base64'),
    nonce: 'A'.repeat(22),
    expiresAt: Date.now() + 60_000,
    triesLeft: 2,
    ...content,
  });
}

/** Shows a picture and has the technician answer it. Gives the picture's id. */
export async function answeredPicture(
  technician: SimUser,
  laptop: TestAgent,
  jobId: string,
): Promise<string> {
  const challengeId = ulid();
  await laptop.sendEvents([picture(jobId, { challengeId, expiresAt: laptop.now() + 60_000 })]);
  await technician.waitFor(({ kind }) => kind === 'photo');
  await technician.send('ABCDE');
  await nextCommand(laptop, 'challenge-answer');
  return challengeId;
}

/** Walks an unbind to the moment at which an honest laptop sends its one datagram: all but the permit is there. */
export async function toThePassword(technician: SimUser, laptop: TestAgent) {
  const command = await unbindingBy(technician, laptop);
  const { jobId } = command;
  const challengeId = await answeredPicture(technician, laptop, jobId);
  await laptop.sendEvents([
    event('challenge-result', { jobId, challengeId, result: 'passed', triesLeft: 2 }),
    event('prompt', { jobId, state: 'shown', attemptsLeft: 5 }),
  ]);
  return command;
}
