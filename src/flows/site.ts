/** Stage site: the devices of a site as a laptop lists them, and the group that is worked through one after another. */
import { type CaseRecord, stageOf } from '../cases/case.ts';
import { type GroupRecord, type Member, type NewMember, nextMember } from '../groups/group.ts';
import type { Dialogue } from './engine/dialogue.ts';
import { changeGroup, planGroup, TO_GROUP } from './group.ts';
import { chooseLaptop, listGone, siteList } from './site-list.ts';
import { askOnce } from './site-questions.ts';
import { endGroup, restGroup } from './site-rest.ts';
import { type Next, stage } from './stages.ts';

export const site = stage('site', {
  version: 2,
  async run(dialogue, args) {
    const { named = false, agent } = args.with;
    const group = await dialogue.house((house) => house.groups.of(dialogue.chatId));
    if (named && (group === null || group.state === 'planned'))
      return planNamed(dialogue, args.caseId, agent);
    switch (group?.state) {
      case undefined:
      case 'over':
        if (args.with.isGone) return listGone(dialogue);
        return siteList(dialogue, args.with);
      case 'planned':
        return askOnce(dialogue, group, args.with);
      case 'running':
        // There is one group at a time: this one rests until it is said what becomes of it.
        if (named)
          return restGroup(dialogue, await changeGroup(dialogue, group, { type: 'paused' }), { named });
        return walk(dialogue, group, args.caseId);
      case 'paused':
      case 'stopped':
        return restGroup(dialogue, group, { named });
    }
  },
});

/** Plans a group of a case's device and those that were named with it, for a laptop that is asked for. */
async function planNamed(dialogue: Dialogue, caseId: string, agentId: string | undefined): Promise<Next> {
  if (agentId === undefined) return chooseLaptop(dialogue, { named: true });
  const record = await dialogue.house((house) => house.cases.get(caseId));
  if (!record) return { go: 'site' };
  const named = await dialogue.house((house) => house.cases.untouched(caseId));
  const own = record.device && record.closedAt === null ? [record.device] : [];
  const members = [...own, ...named.filter(({ doubt }) => doubt === null)].map(
    ({ shortSerial, fullSerial, model }): NewMember => ({ shortSerial, fullSerial, model, address: null }),
  );
  if (members.length === 0) return { go: 'site' };
  return planGroup(dialogue, agentId, members);
}

/** Goes on with the member whose turn it is; `spare`: a case without a device that may become its. */
async function walk(dialogue: Dialogue, group: GroupRecord, spare: string): Promise<Next> {
  const member = nextMember(group);
  if (member === null) return endGroup(dialogue, group);
  if (member.caseId !== null) {
    const { caseId } = member;
    const record = await dialogue.house((house) => house.cases.get(caseId));
    if (record && record.closedAt === null) return { go: stageOf(record), caseId };
    await changeGroup(dialogue, group, {
      type: 'member-ended',
      shortSerial: member.shortSerial,
      end: 'left-out',
      word: 'closed',
    });
    return TO_GROUP;
  }
  const record = await caseFor(dialogue, group, member, spare);
  const { shortSerial } = member;
  await changeGroup(dialogue, group, { type: 'member-begun', shortSerial, caseId: record.id });
  return { go: 'assess', caseId: record.id };
}

/** The case of a member, with what was said once for all of them: the open one about its device, else a new one. */
async function caseFor(
  dialogue: Dialogue,
  group: GroupRecord,
  { shortSerial, fullSerial, model }: Member,
  spare: string,
): Promise<CaseRecord> {
  const known = await dialogue.house((house) => house.cases.openAbout(dialogue.chatId, shortSerial));
  const begun = known ?? (await emptyCase(dialogue, spare));
  const { id } = begun ?? (await dialogue.house((house) => house.cases.open(dialogue.chatId)));
  if (known === null)
    await dialogue.change(id, {
      type: 'identified',
      device: { shortSerial, fullSerial, model, manufactured: null },
    });
  // What was seen and read on an earlier day counts for nothing now.
  else await dialogue.change(id, { type: 'recheck' });
  await dialogue.change(id, { type: 'stage', stage: 'assess' });
  const { order, ezviz } = group;
  if (order !== null) await dialogue.change(id, { type: 'ordered', by: order.by, statedAt: order.statedAt });
  const wasInEzviz = ezviz?.said === 'these' ? ezviz.serials.includes(shortSerial) : false;
  const given = ezviz?.said === 'unknown' ? 'dont-know' : wasInEzviz ? 'yes' : 'no';
  await dialogue.change(id, { type: 'answered', fact: 'everInEzviz', given });
  await dialogue.change(id, { type: 'answered', fact: 'adminPassword', given: 'yes' });
  return dialogue.change(id, { type: 'grouped', group: group.id });
}

/** A case that was begun for a list and has no device yet. */
async function emptyCase(dialogue: Dialogue, caseId: string): Promise<CaseRecord | null> {
  if (caseId === '') return null;
  const record = await dialogue.house((house) => house.cases.get(caseId));
  return record?.device === null && record.closedAt === null ? record : null;
}
