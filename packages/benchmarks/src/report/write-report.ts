import { mkdirSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Measured, Plan } from '../harness/measure';
import { ratios, spread } from '../harness/statistics';
import { VARIANTS } from '../variants';

export interface Run { readonly startedAt: Date; readonly plan: Plan; readonly full: boolean; readonly measured: readonly Measured[]; readonly docs: boolean; }
export async function writeReport(run: Run): Promise<void> {
  const folder = path.join(__dirname, '../../results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, run.full ? 'full.json' : 'short.json'), JSON.stringify(run));
  for (const { engine, samples, rss } of run.measured) {
    for (const variant of VARIANTS) {
      const of = samples[variant.id];
      if (!of) continue;
      const base = samples[variant.baseline ?? 'bare'];
      for (const [route, list] of Object.entries(of)) {
        const r = spread(list.map((s) => s.perSecond));
        const c = spread(list.map((s) => s.cpuMicros));
        const to = base?.[route] ? ratios(list.map((s) => s.perSecond), base[route].map((s) => s.perSecond)) : undefined;
        const cpu = base?.[route] ? ratios(list.map((s) => s.cpuMicros), base[route].map((s) => s.cpuMicros)) : undefined;
        const errors = list.reduce((sum, s) => sum + s.errors, 0);
        console.log([engine.padEnd(8), variant.id.padEnd(27), route.padEnd(25), `${r.median.toFixed(0)}/s`.padStart(8), `${c.median.toFixed(0)} us`.padStart(8), `p99 ${spread(list.map((s) => s.p99)).median.toFixed(1)}`, to ? `x${to.median.toFixed(2)} [${to.low.toFixed(2)}-${to.high.toFixed(2)}] cpu x${cpu?.median.toFixed(2)}` : '', errors ? `ERRORS ${errors}` : '', `${rss[variant.id]?.toFixed(0)} MB`].join(' '));
      }
    }
  }
}
