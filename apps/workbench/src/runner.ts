/**
 * Carries out a scenario, one style after the other so that they do not disturb each other's times, and
 * publishes what happens. Rows of the run are deleted at the end, however it ends.
 */
import type { Engine } from '@quartet/db-core';
import type { Exchanges } from './exchanges';
import type { EngineInfo, Inputs, StyleId } from './protocol';
import { Run } from './run';
import type { Scenario } from './scenarios/scenario';
import { bad } from './scenarios/scenario';
import { Stage } from './stage';
import { groupStatements, metricsOf } from './statements';
import { STYLES } from './styles';

/** Runs that are kept for whoever comes back to them. */
const KEPT_RUNS = 200;

export interface RunnerOptions {
  readonly engine: Engine;
  readonly exchanges: Exchanges;
  /** Where the workbench listens, known once it does. */
  readonly port: () => number;
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

  /** Begins a run and returns at once; its messages tell the rest. */
  start(scenario: Scenario, inputs: Inputs): Run {
    const run = new Run(scenario.id, inputs, this.engineInfo);
    this.#runs.set(run.id, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > KEPT_RUNS && oldest !== undefined) this.#runs.delete(oldest);
    void this.#carryOut(run, scenario, inputs);
    return run;
  }

  async #carryOut(run: Run, scenario: Scenario, inputs: Inputs): Promise<void> {
    try {
      for (const [index, { id }] of STYLES.entries()) {
        if (run.signal.aborted) break;
        const progress = (fraction: number, text: string): void =>
          run.publish({ type: 'progress', fraction: (index + fraction) / STYLES.length, text });
        progress(0, id);
        await this.#perform(run, scenario, { style: id, inputs, progress });
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
    part: { style: StyleId; inputs: Inputs; progress: (fraction: number, text: string) => void },
  ): Promise<void> {
    const { engine, exchanges, port } = this.#options;
    const { style } = part;
    const stage = new Stage({ run, ...part, engine, exchanges, port: port(), base: `/${style}` });
    try {
      const outcome = await scenario.run(stage);
      const { events, spanMs } = stage;
      run.publish({
        type: 'result',
        style,
        outcome,
        groups: groupStatements(events, engine.dialect.name),
        metrics: metricsOf(events, spanMs),
      });
    } catch (error) {
      if (run.signal.aborted) return;
      run.publish({
        type: 'result',
        style,
        outcome: bad(error instanceof Error ? error.message : String(error)),
        groups: groupStatements(stage.events, engine.dialect.name),
        metrics: metricsOf(stage.events, stage.spanMs),
      });
      console.error(`workbench: ${scenario.id} in ${style}:`, error);
    } finally {
      await stage.clear();
    }
  }
}
