/**
 * Carries out a scenario, one style after the other so that they do not disturb each other's times, and
 * publishes what happens. Rows of the run are deleted at the end, however it ends.
 */
import type { Engine } from '@quartet/db-core';
import type { Exchanges } from './exchanges';
import type { EngineInfo, Inputs, Outcome, StyleId } from './protocol';
import { STYLE_IDS } from './protocol';
import { Run } from './run';
import type { Scenario } from './scenarios/scenario';
import { bad } from './scenarios/scenario';
import type { Setting } from './stage';
import { Stage } from './stage';
import { groupStatements, metricsOf } from './statements';

/** Where all four styles share a request. */
const TOGETHER = '/mixed';

/** Runs that are kept for whoever comes back to them. */
const KEPT_RUNS = 200;

interface Given {
  readonly inputs: Inputs;
  readonly port: number;
}

export interface RunnerOptions {
  readonly engine: Engine;
  readonly exchanges: Exchanges;
}

export class Runner {
  readonly #options: RunnerOptions;
  readonly #runs = new Map<string, Run>();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  get engineInfo(): EngineInfo {
    const { dialect } = this.#options.engine;
    return {
      name: dialect.name,
      version: dialect.serverVersion ?? '',
      poolSize: this.#options.engine.status().max,
    };
  }

  find(id: string): Run | undefined {
    return this.#runs.get(id);
  }

  cancelAll(): void {
    for (const run of this.#runs.values()) run.cancel();
  }

  /**
   * Begins a run and returns at once; its messages tell the rest.
   *
   * @param port where the workbench listens
   */
  start(scenario: Scenario, inputs: Inputs, port: number): Run {
    const run = new Run(scenario.id, inputs, this.engineInfo);
    this.#runs.set(run.id, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > KEPT_RUNS && oldest !== undefined) this.#runs.delete(oldest);
    void this.#carryOut(run, scenario, { inputs, port }).finally(() => void run.release());
    return run;
  }

  async #carryOut(run: Run, scenario: Scenario, given: Given): Promise<void> {
    try {
      const parts = scenario.together ? [STYLE_IDS] : STYLE_IDS.map((id) => [id]);
      for (const [index, audience] of parts.entries()) {
        if (run.signal.aborted) break;
        const progress = (fraction: number, text: string): void =>
          run.publish({ type: 'progress', fraction: (index + fraction) / parts.length, text });
        progress(0, scenario.together ? 'all four' : (audience[0] ?? ''));
        await this.#perform(run, scenario, { audience, progress, ...given });
      }
      run.publish({ type: 'end', state: run.signal.aborted ? 'cancelled' : 'done' });
    } catch (error) {
      const cancelled = run.signal.aborted;
      if (!cancelled) console.error(`workbench: ${scenario.id} failed:`, error);
      run.publish({
        type: 'end',
        state: cancelled ? 'cancelled' : 'failed',
        ...(!cancelled && { error: error instanceof Error ? error.message : String(error) }),
      });
    }
  }

  async #perform(
    run: Run,
    scenario: Scenario,
    { port, ...part }: Given & Pick<Setting, 'audience' | 'progress'>,
  ): Promise<void> {
    const { engine, exchanges } = this.#options;
    const base = scenario.together ? TOGETHER : `/${part.audience[0]}`;
    const venue = { port, base, open: exchanges.open.bind(exchanges) };
    const stage = new Stage({ run, ...part, engine, venue });
    try {
      const outcome = await scenario.run(stage).catch((error: unknown) => {
        if (run.signal.aborted) throw error;
        console.error(`workbench: ${scenario.id} in ${part.audience}:`, error);
        return bad(error instanceof Error ? error.message : String(error));
      });
      for (const style of part.audience) this.#report(run, scenario, stage, style, outcome);
    } catch (error) {
      if (!run.signal.aborted) throw error;
    } finally {
      await stage.clear();
    }
  }

  /** Where a request is shared, a style's figures are those of its own statements. */
  #report(run: Run, { together }: Scenario, stage: Stage, style: StyleId, outcome: Outcome): void {
    const { sent, spanMs } = stage;
    const own = together
      ? sent.filter(({ event }) => event.kind !== 'query' || event.by === style)
      : sent;
    run.publish({
      type: 'result',
      style,
      outcome,
      groups: groupStatements(own, this.#options.engine.dialect.name),
      metrics: metricsOf(own, spanMs),
    });
  }
}
