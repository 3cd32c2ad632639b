import { describe, expect, it } from 'vitest';
import {
  dontKnow,
  knownValue,
  learnFromSighting,
  learnFromStatus,
  noFacts,
} from '../../../src/policy/facts.ts';
import {
  answer,
  DONT_KNOW,
  isAnswer,
  meaningOfReply,
  nextQuestion,
  questionAbout,
} from '../../../src/policy/questions.ts';
import { known } from './known.ts';

const NOT_EZVIZ = { everInEzviz: false, ezvizBrand: false } as const;

describe('nextQuestion', () => {
  it('begins with EZVIZ: neither the LAN nor the label knows, and it may settle everything', () => {
    expect(nextQuestion(noFacts())).toEqual({
      fact: 'everInEzviz',
      answers: ['yes', 'no', DONT_KNOW],
      freeText: false,
    });
  });

  it('asks no question when a rule that wins first has settled it', () => {
    expect(nextQuestion(known({ bindStatus: 'not-bound' }, 'lan'))).toBeNull();
    expect(nextQuestion(known({ ezvizBrand: true }, 'label'))).toBeNull();
    expect(nextQuestion(known({ kind: 'alarm-panel', ...NOT_EZVIZ }))).toBeNull();
  });

  it('asks a recorder’s owner for the firmware, a camera’s owner not', () => {
    expect(nextQuestion(known({ kind: 'dvr', ...NOT_EZVIZ }))).toEqual({
      fact: 'firmware',
      answers: [DONT_KNOW],
      freeText: true,
    });
    expect(nextQuestion(known({ kind: 'camera', ...NOT_EZVIZ }))?.fact).toBe('adminPassword');
  });

  it('asks what the supplier has of whoever was refused an update', () => {
    const answers = (updateTo4x: 'exists' | 'refused') =>
      questionAbout(known({ updateTo4x }), 'updateTo4x').answers;
    expect(answers('exists')).toEqual(['exists', 'none', 'refused', DONT_KNOW]);
    expect(answers('refused')).toEqual(['exists', 'none', 'refused', 'no-file', DONT_KNOW]);
  });

  it('asks whether there is 4.x only on firmware 3.x', () => {
    const recorder = { kind: 'nvr', ...NOT_EZVIZ } as const;
    expect(nextQuestion(known({ ...recorder, firmware: 'V3.4.98' }))?.fact).toBe('updateTo4x');
    expect(nextQuestion(known({ ...recorder, firmware: 'V4.30.085' }))?.fact).toBe('adminPassword');
  });

  it('asks with an agent on the LAN only what the LAN cannot know', () => {
    const seen = learnFromSighting(noFacts(), {
      model: 'DS-7608NI-K2',
      kind: 'nvr',
      firmware: 'V4.62.210',
      activated: true,
      lanUnbind: 'yes',
      bindStatus: 'bound',
      ezvizBrand: false,
      cloudEnabled: true,
    }).facts;
    let facts = learnFromStatus(seen, 'can-unbind').facts;
    const asked: string[] = [];
    for (let question = nextQuestion(facts); question; question = nextQuestion(facts)) {
      asked.push(question.fact);
      const learnt = answer(facts, question.fact, question.fact === 'everInEzviz' ? 'no' : 'yes');
      if (learnt.ok) facts = learnt.value.facts;
    }
    expect(asked).toEqual(['everInEzviz', 'adminPassword']);
  });

  it('offers on site only what can help this device', () => {
    const ready = { ...NOT_EZVIZ, adminPassword: true } as const;
    const offered = (changes: object) => nextQuestion(known({ ...ready, ...changes }))?.answers;
    expect(offered({ kind: 'camera' })).toEqual(['windows-pc', 'phone', 'nothing', DONT_KNOW]);
    expect(offered({ kind: 'nvr', firmware: 'V4.30.085' })).toEqual([
      'windows-pc',
      'phone',
      'monitor',
      'nothing',
      DONT_KNOW,
    ]);
    expect(offered({ kind: 'camera', agentSees: true, lanUnbind: 'no' })).toEqual([
      'phone',
      'nothing',
      DONT_KNOW,
    ]);
  });

  it('takes "I don’t know" for an answer and goes on', () => {
    const facts = dontKnow(noFacts(), 'everInEzviz');
    expect(nextQuestion(facts)?.fact).toBe('kind');
    expect(nextQuestion(dontKnow(facts, 'kind'))?.fact).toBe('ezvizBrand');
  });
});

describe('answer', () => {
  it('learns every offered answer as the technician’s word', () => {
    const learnt = answer(noFacts(), 'cloud', 'offline');
    expect(learnt).toMatchObject({
      ok: true,
      value: {
        facts: { cloud: { state: 'known', value: 'offline', source: 'technician' } },
        contradictions: [],
      },
    });
  });

  it('reads typed firmware and keeps it in one spelling', () => {
    const learnt = answer(noFacts(), 'firmware', '  Version 3.4.98 build190101 ');
    expect(learnt.ok && knownValue(learnt.value.facts, 'firmware')).toBe('V3.4.98 build 190101');
  });

  it.each(['3.x', 'V3.4'])('takes %j for the line it names: no rule asks for more', (typed) => {
    const learnt = answer(noFacts(), 'firmware', typed);
    expect(learnt.ok && knownValue(learnt.value.facts, 'firmware')).toBe(typed);
  });

  it.each(['', 'four', '4', 'V'.repeat(100), '<b>3</b>'])(
    'asks again for firmware it cannot read: %j',
    (typed) => {
      expect(answer(noFacts(), 'firmware', typed)).toEqual({ ok: false, failure: 'unreadable-firmware' });
    },
  );

  it.each(['', 'maybe', 'constructor', '__proto__', 'toString'])(
    'refuses what is no answer of the question: %j',
    (given) => {
      expect(answer(noFacts(), 'cloud', given)).toEqual({ ok: false, failure: 'not-an-answer' });
      expect(isAnswer('cloud', given)).toBe(false);
    },
  );

  it('knows the answers of its buttons by their words', () => {
    expect(['online', DONT_KNOW].every((word) => isAnswer('cloud', word))).toBe(true);
    expect(['back', 'cancel', 'laptop', 'yes'].some((word) => isAnswer('cloud', word))).toBe(false);
    expect(isAnswer('firmware', DONT_KNOW)).toBe(true);
  });

  it('does not let a late button outweigh the device', () => {
    const learnt = answer(known({ cloud: 'online' }, 'lan'), 'cloud', 'disabled');
    expect(learnt.ok && knownValue(learnt.value.facts, 'cloud')).toBe('online');
    expect(learnt.ok && learnt.value.contradictions).toHaveLength(1);
  });
});

describe('questionAbout', () => {
  it('asks a settled question again, to change the answer', () => {
    expect(questionAbout(known({ adminPassword: false }), 'adminPassword').answers).toEqual([
      'yes',
      'no',
      DONT_KNOW,
    ]);
  });
});

describe('meaningOfReply', () => {
  it.each([
    ['everInEzviz', 'yes', 'yes'],
    ['updateTo4x', 'yes', 'exists'],
    ['updateTo4x', 'no', 'none'],
    ['onSite', 'no', 'nothing'],
    ['cloud', 'yes', 'online'],
    ['firmware', DONT_KNOW, DONT_KNOW],
  ] as const)('%s: %s is %s', (fact, reply, meaning) => {
    expect(meaningOfReply(fact, reply)).toBe(meaning);
    expect(answer(noFacts(), fact, meaning).ok).toBe(true);
  });

  it.each([
    ['cloud', 'no'],
    ['onSite', 'yes'],
    ['kind', 'yes'],
    ['firmware', 'no'],
  ] as const)('%s: %s says too little', (fact, reply) => {
    expect(meaningOfReply(fact, reply)).toBeNull();
  });
});
