/**
 * Carries out a scenario, one style after the other so that they do not disturb each other's times, and
 * publishes what happens. Rows of the run are deleted at the end, however it ends.
 */
import type { Engine } from '@quartet/db-core';
import type { RequestRecorder } from './request-recorder';
import type { EngineInfo, Inputs, Outcome, StyleId } from './protocol';
import { STYLE_IDS } from './protocol';
import { Run } from './run';
import type { Scenario } from './scenarios/scenario';
import { bad } from './scenarios/scenario';
import type { ScenarioOptions } from './scenario-context';
import { ScenarioContext } from './scenario-context';
import { groupStatements, metricsOf } from './statements';

/** Where all four styles share a request. */
const TOGETHER = '/mixed';

/** How many runs are kept, so that their addresses can be opened again. */
const KEPT_RUNS = 200;

interface StartOptions {
  readonly inputs: Inputs;
  readonly port: number;
}

export interface RunnerOptions {
  readonly engine: Engine;
  readonly requestRecorder: RequestRecorder;
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

  /** How many runs are under way. */
  get running(): number {
    return [...this.#runs.values()].filter(({ ended }) => !ended).length;
  }

  cancelAll(): void {
    for (const run of this.#runs.values()) run.cancel();
  }

  /**
   * Begins a run and returns at once; its messages report what happens.
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

  async #carryOut(run: Run, scenario: Scenario, given: StartOptions): Promise<void> {
    try {
      const parts = scenario.together ? [STYLE_IDS] : STYLE_IDS.map((id) => [id]);
      for (const [index, styles] of parts.entries()) {
        if (run.signal.aborted) break;
        const progress = (fraction: number, text: string): void =>
          run.publish({ type: 'progress', fraction: (index + fraction) / parts.length, text });
        progress(0, scenario.together ? 'all four' : (styles[0] ?? ''));
        await this.#perform(run, scenario, { styles, progress, ...given });
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
    { port, ...part }: StartOptions & Pick<ScenarioOptions, 'styles' | 'progress'>,
  ): Promise<void> {
    const { engine, requestRecorder } = this.#options;
    const base = scenario.together ? TOGETHER : `/${part.styles[0]}`;
    const endpoint = { port, base, record: requestRecorder.record.bind(requestRecorder) };
    const context = new ScenarioContext({ run, ...part, engine, endpoint });
    try {
      const outcome = await scenario.run(context).catch((error: unknown) => {
        if (run.signal.aborted) throw error;
        console.error(`workbench: ${scenario.id} in ${part.styles}:`, error);
        return bad(error instanceof Error ? error.message : String(error));
      });
      for (const style of part.styles) this.#report(run, scenario, context, style, outcome);
    } catch (error) {
      if (!run.signal.aborted) throw error;
    } finally {
      await context.clear();
    }
  }

  /** In a shared request, a style's figures count its own statements only. */
  #report(
    run: Run,
    { together }: Scenario,
    context: ScenarioContext,
    style: StyleId,
    outcome: Outcome,
  ): void {
    const { sent, spanMs } = context;
    const own = together
      ? sent.filter(({ event }) => event.kind !== 'query' || event.by === style)
      : sent;
    run.publish({
      type: 'result',
      style,
      outcome,
      groups: groupStatements(own, this.#options.engine),
      metrics: metricsOf(own, spanMs),
    });
  }
}
