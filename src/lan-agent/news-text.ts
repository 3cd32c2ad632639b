import { isHindrance } from './network/hindrances.ts';
import { clean } from './network/sighting.ts';
import type { AgentNews, JobAbout, JobEnd, JobFailure, PairEnd, RunEnd } from './news.ts';
import { describeStatus, describeUnbind, noteText } from './notes.ts';
import type { Texts } from './texts.ts';

/**
 * Tells news as lines, for a terminal.
 * @param say takes a line, or several with line ends between them
 */
export function createNewsTeller({ texts, say }: { texts: Texts; say: (text: string) => void }) {
  let noted: string | undefined;
  const hindered = new Set<string>();
  return (news: AgentNews): void => {
    if (news.kind === 'noted') {
      if (isHindrance(news.note)) hindered.add(news.jobId);
      const text = noteText(news.note, texts);
      // The same about every job would hide what is new.
      if (text !== noted) say(text);
      noted = text;
      return;
    }
    const isHindered = news.kind === 'job-ended' && hindered.delete(news.job.id);
    for (const line of newsText(news, texts, isHindered)) say(line);
  };
}

/**
 * What has happened, in words; nothing where a question or the next news says it.
 * @param isHindered the person was told why the device of a job may not be heard
 */
export function newsText(news: AgentNews, texts: Texts, isHindered = false): string[] {
  switch (news.kind) {
    case 'pairing-begun':
      return [
        ...(news.insecure ? [texts('agent:link.pair.insecure')] : []),
        ...(news.earlier === null ? [] : [texts('agent:link.pair.again', { server: news.earlier })]),
      ];
    case 'pairing-number':
      return [texts('agent:link.pair.number', news)];
    // The question whether the chat says so, too, comes at once.
    case 'pairing-confirmed':
      return [];
    case 'pairing-ended':
      return [
        ...pairingEndText(news.end, news.server ?? '', texts),
        ...(news.spent && news.end !== 'stopped' ? [texts('agent:link.pair.spent')] : []),
      ];
    case 'started':
      return [];
    case 'connected':
      return [texts('agent:link.run.connected')];
    case 'whose': {
      const [bot, laptop] = [news.bot, news.laptop].map((name) => clean(name, 64) ?? '');
      const owners = news.owners.flatMap((name) => clean(name, 64) ?? []).join(', ');
      return [texts('agent:link.run.whose', { bot: bot ?? '', laptop: laptop ?? '', owners })];
    }
    case 'newer':
      return [
        texts('agent:link.run.newer', {
          version: clean(news.version, 32) ?? '',
          address: clean(news.address, 300) ?? '',
        }),
      ];
    case 'away':
      return [texts(`agent:link.failure.${news.reason}`, news)];
    case 'ended':
      return runEndText(news.end, texts);
    case 'job-begun':
      return [jobText(news.job, texts)];
    case 'stage':
      // Picture and question speak for themselves; that a device is looked for was said when the job began.
      return news.stage === 'challenge' || news.stage === 'password' || news.stage === 'discovering'
        ? []
        : [texts(`agent:stage.${news.stage}`)];
    case 'seen': {
      const { devices, dropped, lost } = news.report;
      return [
        devices.length === 0
          ? texts('agent:discover.none')
          : texts('agent:discover.found', { number: devices.length }),
        ...(dropped > 0 ? [texts('agent:discover.dropped', { number: dropped })] : []),
        ...(lost > 0 ? [texts('agent:discover.lost', { number: lost })] : []),
      ];
    }
    case 'noted':
      return [noteText(news.note, texts)];
    case 'picture':
      return [texts(`agent:news.picture.${news.state}`, { number: news.triesLeft })];
    case 'question':
      return news.state === 'answered' ? [texts(`agent:news.answered.${news.asks}`)] : [];
    case 'job-ended':
      return [jobEndText(news.job, news.end, texts, isHindered)];
    case 'key':
      return [texts(`agent:link.key.${news.state}`, news)];
    case 'forgotten':
      return [texts('agent:link.run.forgotten')];
    case 'unwritable':
      return [texts('agent:link.unwritable', news)];
  }
}

/** How pairing ended and what to do next; nothing where the person has ended it, or the folder's fault was told. */
export function pairingEndText(end: PairEnd, server: string, texts: Texts): string[] {
  switch (end) {
    case 'stopped':
    case 'home-unwritable':
      return [];
    case 'paired':
      return [texts('agent:link.pair.done')];
    case 'not-a-code':
    case 'other-key':
    case 'other-hub':
    case 'not-agreed':
    case 'refused-in-chat':
    case 'expired':
      return [texts(`agent:link.pair.${end}`)];
    case 'not-an-address':
    case 'plain-http':
    case 'has-credentials':
      return [texts(`agent:link.address.${end}`)];
    default:
      return [texts(`agent:link.failure.${end}`, { server })];
  }
}

function runEndText(end: RunEnd, texts: Texts): string[] {
  switch (end) {
    case 'stopped':
    case 'home-unwritable':
      return [];
    case 'not-paired':
    case 'damaged':
      return [texts(`agent:link.run.${end}`)];
    default:
      return [texts(`agent:link.failure.${end}`)];
  }
}

/** What a job is about, as it begins. */
function jobText({ task, shortSerial, technician, place, settles }: JobAbout, texts: Texts): string {
  const who = clean(technician, 64);
  const device = { shortSerial: shortSerial ?? '' };
  if (settles) return texts('agent:news.begun.settle', device);
  if (who !== null && place) return texts('agent:news.begun.group', { ...device, who, ...place });
  if (who !== null && task === 'unbind') return texts('agent:news.begun.unbindFor', { ...device, who });
  if (who !== null && task === 'survey') return texts('agent:news.begun.survey', { who });
  if (task === 'unbind' || task === 'status') return texts(`agent:news.begun.${task}`, device);
  return texts(shortSerial === null ? 'agent:news.begun.look' : 'agent:stage.discovering', device);
}

function jobEndText({ task, shortSerial }: JobAbout, end: JobEnd, texts: Texts, isHindered: boolean) {
  const device = shortSerial ?? '';
  switch (end.kind) {
    case 'searched':
      if (task === 'survey') return texts('agent:news.ended.survey');
      if (shortSerial === null) return texts('agent:news.ended.looked');
      return texts(end.found ? 'agent:news.ended.found' : 'agent:discover.notSeen', { shortSerial });
    case 'status':
      return describeStatus(end.report, texts, isHindered);
    case 'unbind':
      return describeUnbind(end.report, texts, isHindered);
    case 'failed': {
      const why = failureText(end.reason, device, texts);
      return shortSerial === null ? why : `${device}: ${why}`;
    }
  }
}

/** Why a job came to nothing. */
export function failureText(reason: JobFailure, shortSerial: string, texts: Texts): string {
  switch (reason) {
    case 'cancelled':
    case 'expired':
    case 'interrupted':
    case 'group-stopped':
    case 'survey-refused':
    case 'survey-abandoned':
    case 'no-terminal':
      return texts(`agent:news.failed.${reason}`);
    default:
      return texts(`agent:reason.${reason}`, { shortSerial });
  }
}
