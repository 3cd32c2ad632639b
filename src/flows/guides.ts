/**
 * Ways walked by hand, as data: steps in their order and how the end is checked. Texts: `guide:title.<way>`,
 * `guide:step.<way>.<step>.text` and `.differs`, `guide:success.<way>`.
 */
import type { FactName, OnSite } from '../policy/facts.ts';
import type { QuestionId } from '../policy/questions.ts';
import type { BlockerId } from '../policy/rules.ts';
import { SAID_BY_UPDATE, SAID_BY_WAY, type TriedWay, type TriedWord } from '../policy/tried.ts';

interface Guide {
  /** Step ids; those in `drawn` have a picture (scripts/cards). */
  readonly steps: readonly string[];
  readonly drawn: readonly string[];
  /**
   * `unbound`: the device is asked whether it is bound, else the technician compares what he sees with the exact
   * words. `online`: asked after every step whether the cloud is reached. `assess`: something on the site has
   * changed, so these facts are forgotten and the device is assessed anew. `answer`: it ends with one of its answers.
   */
  readonly check: 'unbound' | 'online' | 'assess' | 'answer';
  readonly forget: readonly FactName[];
  /** What may turn out at some of the steps: answers to a question, which end the guide. */
  readonly answers?: {
    readonly at: readonly string[];
    readonly fact: QuestionId;
    readonly given: readonly string[];
  };
}

export const GUIDES = {
  'vendor-tool': {
    steps: ['install', 'start', 'region', 'select', 'login', 'finish'],
    drawn: ['start', 'region', 'select', 'login', 'finish'],
    check: 'unbound',
    forget: ['onSite'],
  },
  app: {
    steps: ['network', 'scan', 'unbind', 'login', 'finish'],
    drawn: ['network', 'scan', 'unbind', 'login', 'finish'],
    check: 'unbound',
    forget: ['onSite'],
  },
  'recorder-menu': {
    steps: ['login', 'platform', 'unbind', 'finish'],
    drawn: ['login', 'platform', 'unbind', 'finish'],
    check: 'unbound',
    forget: ['onSite'],
  },
  'firmware-first': {
    steps: ['backup', 'file', 'update', 'wait'],
    drawn: ['backup', 'update', 'wait'],
    check: 'assess',
    forget: ['firmware', 'updateTo4x'],
    answers: { at: ['file', 'update', 'wait'], fact: 'updateTo4x', given: ['refused'] },
  },
  'bring-online': {
    steps: ['enabled', 'address', 'gateway', 'dns', 'time', 'reach'],
    drawn: ['enabled', 'address', 'gateway', 'dns', 'time'],
    check: 'online',
    forget: ['cloud'],
  },
  'recover-password': {
    steps: ['which', 'ask', 'attempts', 'recovery'],
    drawn: ['which', 'recovery'],
    check: 'assess',
    forget: ['adminPassword', 'passwordProved'],
  },
  'get-onto-lan': {
    steps: ['cable', 'address', 'vpn'],
    drawn: ['cable', 'address'],
    check: 'assess',
    forget: ['onSite'],
  },
  'bring-phone': { steps: ['wifi', 'app'], drawn: ['wifi'], check: 'assess', forget: ['onSite'] },
  'ask-supplier': {
    steps: ['ask'],
    drawn: [],
    check: 'answer',
    forget: [],
    answers: { at: ['ask'], fact: 'updateTo4x', given: ['exists', 'no-file'] },
  },
  'bring-monitor': { steps: ['connect'], drawn: [], check: 'assess', forget: ['onSite'] },
  activate: {
    steps: ['tool', 'password'],
    drawn: ['tool', 'password'],
    check: 'assess',
    forget: ['activated'],
  },
  'other-subnet': { steps: ['look', 'change'], drawn: ['look', 'change'], check: 'assess', forget: [] },
  'previous-owner': {
    steps: ['ask', 'shop', 'request'],
    drawn: ['ask', 'request'],
    check: 'unbound',
    forget: [],
  },
  'installer-account': { steps: ['ask'], drawn: [], check: 'unbound', forget: [] },
} as const satisfies Readonly<Record<string, Guide>> & Readonly<Record<BlockerId, Guide>>;

export type GuideId = keyof typeof GUIDES;
export const GUIDE_IDS = Object.keys(GUIDES) as readonly GuideId[];

/** Ways by which the technician himself unbinds, by their names (`wayId`): they need an order. */
export const WAYS_THAT_UNBIND: readonly string[] = ['sadp', 'vendor-tool', 'app', 'recorder-menu'];

/** The guide of this name; null when there is none (any more). */
export function guideNamed(name: unknown): (Guide & { readonly id: GuideId }) | null {
  return typeof name === 'string' && Object.hasOwn(GUIDES, name)
    ? { id: name as GuideId, ...GUIDES[name as GuideId] }
    : null;
}

/** What is at hand when such a guide has led where it should. */
export const AT_HAND: { readonly [G in GuideId]?: OnSite } = {
  'bring-phone': 'phone',
  'bring-monitor': 'monitor',
};

/** What the case remembers of a guide that came to nothing: which way it was, and what it may have said. */
interface TriedIn {
  readonly way: TriedWay;
  /** Words to choose from; one alone is not asked for. */
  readonly said: readonly [TriedWord, ...TriedWord[]];
}

const NOT_AT_HAND = ['not-at-hand'] as const;

export const TRIED_IN: { readonly [G in GuideId]?: TriedIn } = {
  'vendor-tool': { way: 'vendor-tool', said: SAID_BY_WAY },
  app: { way: 'app', said: SAID_BY_WAY },
  'recorder-menu': { way: 'recorder-menu', said: SAID_BY_WAY },
  'firmware-first': { way: 'firmware-first', said: SAID_BY_UPDATE },
  'bring-phone': { way: 'app', said: NOT_AT_HAND },
  'bring-monitor': { way: 'recorder-menu', said: NOT_AT_HAND },
};
