/** Queries of Prometheus, taken apart by Prometheus' own grammar. */
import { parser } from '@prometheus-io/lezer-promql';

export interface Selector {
  readonly metric: string;
  /** Label -> the words it may have, by `=` and by the alternatives of `=~`; null: everything but these, or a pattern. */
  readonly labels: ReadonlyMap<string, readonly string[] | null>;
}

export interface Query {
  /** The grammar does not take it. */
  readonly isBroken: boolean;
  readonly selectors: readonly Selector[];
  /** Labels that results are grouped by. */
  readonly grouped: readonly string[];
}

export function parseQuery(text: string): Query {
  // What Grafana fills in, as it fills it in.
  const query = text.replaceAll('$__rate_interval', '1m');
  const selectors: Selector[] = [];
  const grouped: string[] = [];
  let isBroken = false;
  parser.parse(query).iterate({
    enter(node) {
      if (node.type.isError) isBroken = true;
      const word = () => query.slice(node.from, node.to);
      if (node.name === 'LabelName' && node.node.parent?.name === 'GroupingLabels') grouped.push(word());
      if (node.name !== 'VectorSelector') return;
      const name = node.node.getChild('Identifier');
      const labels = new Map<string, readonly string[] | null>();
      for (const [, label = '', operator, words = ''] of word().matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g))
        labels.set(label, operator?.startsWith('!') ? null : operator === '=~' ? words.split('|') : [words]);
      selectors.push({ metric: name ? query.slice(name.from, name.to) : '', labels });
    },
  });
  return { isBroken, selectors, grouped };
}
