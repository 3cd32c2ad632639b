import { deviceOf } from '../device-name.ts';
import type { Ended, Scene, Work } from '../scene.ts';
import type { WindowTexts } from '../texts.ts';

/** What the window is about right now, in a few words: its heading and title, and what is said aloud when it changes. */
export function headOf(scene: Scene, texts: WindowTexts): string {
  const { over, question, pairing, work, ended, line } = scene;
  if (over) return texts(`window:head.${over}`);
  if (question) return texts(`window:head.asks.${question.kind}`);
  if (pairing) return texts(`window:head.${pairing.step === 'failed' ? 'pairFailed' : pairing.step}`);
  if (work) return workHead(scene, work, texts);
  if (ended) return endedHead(scene, ended, texts);
  switch (line.is) {
    case 'unpaired':
      return texts('window:head.code');
    case 'connected':
      return texts('window:head.ready');
    default:
      return texts(`window:head.${line.is}`);
  }
}

function workHead(scene: Scene, { job }: Work, texts: WindowTexts): string {
  const { task, shortSerial, settles } = job;
  if (shortSerial === null)
    return texts(task === 'survey' ? 'window:head.work.survey' : 'window:head.work.search');
  const device = deviceOf(scene, shortSerial);
  if (settles) return texts('window:head.work.settles', { device });
  return task === 'survey' ? texts('window:head.work.survey') : texts(`window:head.work.${task}`, { device });
}

function endedHead(scene: Scene, { job, end }: Ended, texts: WindowTexts): string {
  const device = job.shortSerial === null ? '' : deviceOf(scene, job.shortSerial);
  switch (end.kind) {
    case 'searched':
      return end.found || job.shortSerial === null
        ? texts('window:head.done.searched')
        : texts('window:head.done.notFound', { device });
    case 'status':
      return end.report.status === 'not-found'
        ? texts('window:head.done.notFound', { device })
        : texts('window:head.done.status', { device });
    case 'unbind':
      return texts(`window:head.done.${unbindWord(end.report)}`, { device });
    case 'failed':
      return texts('window:head.done.stopped');
  }
}

/** How an unbind ended, in one of five words. */
export function unbindWord({
  outcome,
  verified,
}: {
  readonly outcome: string;
  readonly verified: boolean;
}): 'unbound' | 'not-bound' | 'open' | 'notFound' | 'failed' {
  if (outcome === 'unbound' && verified) return 'unbound';
  if (outcome === 'not-bound') return 'not-bound';
  if (outcome === 'not-found') return 'notFound';
  return outcome === 'accepted-unconfirmed' || outcome === 'unknown' || outcome === 'unbound'
    ? 'open'
    : 'failed';
}
