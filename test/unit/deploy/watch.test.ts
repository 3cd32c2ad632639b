/** Dashboard and alerts of the operator: they load, and ask only for what the bot tells. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { createMetrics } from '../../../src/bot/watch/metrics.ts';
import { parseQuery } from '../../support/promql.ts';

const at = (file: string) => fileURLToPath(new URL(`../../../deploy/watch/${file}`, import.meta.url));
const read = (file: string) => readFileSync(at(file), 'utf8');

/** Every metric by the names its series have, with the words its labels are known to have. */
async function told(): Promise<Map<string, Map<string, Set<string>>>> {
  const metrics = createMetrics('1.2.3');
  metrics.watchProcess();
  const shown = { paired: 1, online: 1 };
  metrics.look({
    agents: async () => shown,
    waiting: async () => ({ updates: 0, photos: 0, words: 0 }),
    works: async () => ({ store: true, telegram: true, updates: true }),
    certificateEnds: () => 0,
  });
  // Methods of Telegram are not listed: those the bot happens to call.
  for (const end of ['ok', 'refused', 'limited', 'unreachable'])
    metrics.botApi.observe({ method: 'getUpdates', end }, 1);
  for (const became of ['turned-away', 'stuck', 'busy', 'store-unavailable', 'telegram-unreachable'])
    metrics.updates.inc({ kind: 'text', became });
  const names = new Map<string, Map<string, Set<string>>>([['up', new Map()]]);
  for (const line of (await metrics.text()).split('\n')) {
    const [, name, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const known = names.get(name) ?? new Map<string, Set<string>>();
    names.set(name, known);
    for (const [, label = '', word = ''] of labels.matchAll(/(\w+)="([^"]*)"/g))
      known.set(label, (known.get(label) ?? new Set()).add(word));
  }
  return names;
}
const TOLD = await told();

/** What is wrong with a query. */
function faultsOf(expr: string): string[] {
  const { isBroken, selectors, grouped } = parseQuery(expr);
  if (isBroken || selectors.length === 0) return [`${expr}: no query`];
  const faults: string[] = [];
  for (const { metric, labels } of selectors) {
    const known = TOLD.get(metric);
    if (!known) {
      faults.push(`${metric}: no such metric`);
      continue;
    }
    for (const [label, words] of labels) {
      if (label === 'job') continue;
      const said = known.get(label);
      if (!said) faults.push(`${metric}: no label ${label}`);
      for (const word of words ?? [])
        if (said && !said.has(word)) faults.push(`${metric}: ${label} is never ${word}`);
    }
    for (const label of grouped) if (!known.has(label)) faults.push(`${metric}: no label ${label}`);
  }
  return faults;
}

const dashboard = z
  .object({
    title: z.string(),
    uid: z.string(),
    schemaVersion: z.number(),
    panels: z.array(
      z.object({
        id: z.number(),
        type: z.enum(['stat', 'timeseries']),
        title: z.string(),
        datasource: z.object({ type: z.literal('prometheus'), uid: z.string().regex(/^\$\{source\}$/) }),
        gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
        targets: z.array(z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() })).min(1),
      }),
    ),
  })
  .parse(JSON.parse(read('dashboard.json')));

const alerts = z
  .object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.strictObject({
            alert: z.string(),
            expr: z.string(),
            for: z
              .string()
              .regex(/^\d+[smhd]$/)
              .optional(),
            labels: z.strictObject({ severity: z.enum(['page', 'warn']) }),
            annotations: z.strictObject({ summary: z.string(), cure: z.string() }),
          }),
        ),
      }),
    ),
  })
  .parse(parse(read('alerts.yml')))
  .groups.flatMap(({ rules }) => rules);

describe('a query', () => {
  it.each([
    ['unbind_updates_totals', 'unbind_updates_totals: no such metric'],
    ['rate(unbind_updates_total{chat="1"}[5m])', 'unbind_updates_total: no label chat'],
    ['sum by (chat) (unbind_waiting)', 'unbind_waiting: no label chat'],
    ['unbind_waiting{line=~"updates|nothing"}', 'unbind_waiting: line is never nothing'],
    ['sum(rate(unbind_updates_total[5m])', 'sum(rate(unbind_updates_total[5m]): no query'],
  ])('that asks for what is not there is found: %s', (expr, fault) => {
    expect(faultsOf(expr)).toEqual([fault]);
  });
});

describe('the dashboard', () => {
  it.each(dashboard.panels.map((panel) => [panel.title, panel] as const))(
    'asks for what there is: %s',
    (_, panel) => {
      for (const { expr, legendFormat } of panel.targets) {
        expect(faultsOf(expr)).toEqual([]);
        const { grouped } = parseQuery(expr);
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
          expect(grouped).toContain(label);
      }
    },
  );

  it('has its panels beside each other, and each once', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_unused, i) => `${x + (i % w)}:${y + Math.floor(i / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('shows every metric of ours', () => {
    const asked = dashboard.panels.flatMap(({ targets }) =>
      targets.flatMap(({ expr }) => parseQuery(expr).selectors.map(({ metric }) => metric)),
    );
    const all = [...TOLD.keys(), 'up']
      .filter((name) => name.startsWith('unbind_'))
      .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    const shown = new Set(asked.map((name) => name.replace(/_(bucket|sum|count)$/, '')));
    expect([...new Set(all)].filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe('the alerts', () => {
  it.each(alerts.map((rule) => [rule.alert, rule] as const))('ask for what there is: %s', (_, { expr }) => {
    expect(faultsOf(expr)).toEqual([]);
  });

  it('have a name each', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
  });

  const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
  it.skipIf(!hasPromtool)('are taken by Prometheus (needs promtool)', () => {
    for (const words of [
      ['check', 'rules', at('alerts.yml')],
      ['check', 'config', '--syntax-only', at('prometheus.yml')],
    ]) {
      const checked = spawnSync('promtool', words);
      expect(checked.status, `${checked.stdout}${checked.stderr}`).toBe(0);
    }
  });
});

describe('labels', () => {
  it('have few words, none of which can be of somebody', () => {
    const names = ['version', 'le', 'quantile', 'type', 'kind', 'space', 'major', 'minor', 'patch'];
    const ours = [
      'state',
      'line',
      'part',
      'of',
      'became',
      'reading',
      'command',
      'stage',
      'method',
      'outcome',
    ];
    const more = ['granted', 'reason', 'by', 'end', 'operation'];
    const allowed = new Set([...names, ...ours, ...more]);
    for (const [metric, labels] of TOLD)
      for (const [label, words] of labels) {
        expect(allowed, `${metric}: ${label}`).toContain(label);
        expect(words.size, `${metric}: ${label}`).toBeLessThanOrEqual(20);
      }
  });
});
