import { describe, expect, it } from 'vitest';
import { resources } from '../../../locales/index.ts';
import type {
  CloudState,
  DocumentName,
  DocumentState,
  InspectOutcome,
  InspectReason,
} from '../../../src/lan-agent/inspect/contract.ts';
import type { Capabilities } from '../../../src/lan-agent/isapi/documents.ts';
import type { LanNote } from '../../../src/lan-agent/network/lan.ts';
import type { SkipReason } from '../../../src/lan-agent/network/network.ts';
import type { UnbindNote, UnbindReason } from '../../../src/lan-agent/unbind/contract.ts';
import type { UnbindOutcome, UnbindStatus } from '../../../src/link/messages.ts';
import { anyText } from '../../support/any-text.ts';

type Words<W extends string> = Readonly<Record<W, string | object>>;

describe.each(['en', 'ru'] as const)('the sentences in %s', (language) => {
  const { reason, outcome, status, note, discover, inspect } = resources[language].agent;
  // The compiler refuses a word without a sentence.
  const groups: Record<string, object> = {
    reason: reason satisfies Words<UnbindReason | InspectReason>,
    outcome: outcome satisfies Words<UnbindOutcome>,
    status: status satisfies Words<UnbindStatus>,
    note: note satisfies Words<UnbindNote['kind'] | LanNote['kind']>,
    'inspect.outcome': inspect.outcome satisfies Words<InspectOutcome>,
    'inspect.cloud': inspect.cloud satisfies Words<CloudState | 'none'>,
    'inspect.document': inspect.document satisfies Words<DocumentName>,
    'inspect.state': inspect.state satisfies Words<Exclude<DocumentState, 'read'>>,
    'inspect.labelCode': inspect.labelCode satisfies Words<
      NonNullable<Capabilities['labelCode']> | 'unknown'
    >,
    'discover.reason': discover.reason satisfies Words<SkipReason | 'failed'>,
  };

  it.for(Object.entries(groups))('say something for every word of %s', ([group, words]) => {
    const texts = anyText(language);
    for (const [word, sentence] of Object.entries(words)) {
      if (typeof sentence !== 'string') continue;
      expect(
        texts(`agent:${group}.${word}`, { word: 'x', from: 'x', bytes: 1, name: 'x', code: 'x' }),
      ).not.toBe('');
      expect(texts(`agent:${group}.${word}`)).not.toBe(`${group}.${word}`);
    }
  });
});
