import {
  type FactName,
  type FactSource,
  type Facts,
  type FactValues,
  learn,
  noFacts,
} from '../../../src/policy/facts.ts';

/** Facts with these values known from one source, all others unknown. */
export function known(values: Partial<FactValues>, source: FactSource = 'technician'): Facts {
  return (Object.entries(values) as [FactName, FactValues[FactName]][]).reduce(
    (facts, [name, value]) => learn(facts, name, value, source).facts,
    noFacts(),
  );
}
