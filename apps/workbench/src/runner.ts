/**
 * Carries out a scenario, one style after the other so that they do not disturb each other's times, and
 * publishes what happens. Rows of the run are deleted at the end, however it ends.
 */
import type { Engine } from '@quartet/db-core';
import type { RequestRecorder } from './request-recorder';
import type { EngineInfo, Inputs, Outcome, StyleId, Times } from './protocol';
import type { Measured } from './conclusion';
import { conclude, measure } from './conclusion';
import { STYLE_IDS } from './protocol';
import type { RunOfScenario } from './run';
import { Run } from './run';
import type { Scenario } from './scenarios/scenario';
import { bad } from './scenarios/scenario';
import type { ScenarioOptions } from './scenario-context';
import { ScenarioContext } from './scenario-context';
import { groupStatements } from './statements';
import { spreadOf, speak } from './times';

/** Where all four styles share a request. */
const TOGETHER = '/mixed';

/** How many runs are kept, so that their addresses can be opened again. */
const KEPT_RUNS = 200;

export interface StartOptions {
  readonly inputs: Inputs;
  /** Where the workbench listens. */
  readonly port: number;
  /** How many runs are timed besides the one that is shown. */
  readonly times: number;
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

  /** Begins a run and returns at once; its messages report what happens. */
  start(scenario: Scenario, options: StartOptions): Run {
    const run = new Run(scenario.id, options.inputs, this.engineInfo);
    this.#runs.set(run.id, run);
    const [oldest] = this.#runs.keys();
    if (this.#runs.size > KEPT_RUNS && oldest !== undefined) this.#runs.delete(oldest);
    void this.#carryOut(run, scenario, options).finally(() => void run.release());
    return run;
  }

  async #carryOut(run: Run, scenario: Scenario, options: StartOptions): Promise<void> {
    try {
      const parts = scenario.together ? [STYLE_IDS] : STYLE_IDS.map((id) => [id]);
      const steps = parts.length * (1 + options.times);
      const measured: Measured[] = [];
      for (const [index, styles] of parts.entries()) {
        if (run.signal.aborted) break;
        const progress = (fraction: number, text: string): void =>
          run.publish({ type: 'progress', fraction: (index + fraction) / steps, text });
        progress(0, scenario.together ? 'all four' : (styles[0] ?? ''));
        measured.push(...(await this.#perform(run, scenario, { styles, progress, ...options })));
      }
      if (measured.length === STYLE_IDS.length)
        run.publish({ type: 'conclusion', text: conclude(scenario, measured) });
      if (options.times > 0) await this.#time(run, scenario, options);
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

  /** @returns what was measured, a part for each style; nothing when it was cancelled */
  async #perform(
    run: Run,
    scenario: Scenario,
    options: StartOptions & Pick<ScenarioOptions, 'styles' | 'progress'>,
  ): Promise<Measured[]> {
    const context = this.#contextOf(run, scenario, options);
    try {
      const outcome = await scenario.run(context).catch((error: unknown) => {
        if (run.signal.aborted) throw error;
        console.error(`workbench: ${scenario.id} in ${options.styles}:`, error);
        return bad(error instanceof Error ? error.message : String(error));
      });
      return options.styles.map((style) => this.#report(run, scenario, context, style, outcome));
    } catch (error) {
      if (!run.signal.aborted) throw error;
      return [];
    } finally {
      await context.clear();
    }
  }

  /** Repeats the run unseen. The styles take turns, and each round begins with another. */
  async #time(run: Run, scenario: Scenario, options: StartOptions): Promise<void> {
    const took: Record<StyleId, number[]> = {
      extension: [],
      declarative: [],
      classical: [],
      'sql-builder': [],
    };
    const unseen = run.unseen();
    const all = STYLE_IDS.length;
    for (let step = 0; step < options.times * all && !run.signal.aborted; step++) {
      const round = Math.floor(step / all);
      const style = STYLE_IDS[(round + step) % all] as StyleId;
      const text = `timed run ${round + 1} of ${options.times}`;
      const fraction = (all + step) / (all * (1 + options.times));
      run.publish({ type: 'progress', fraction, text });
      const quiet = { styles: [style], progress: () => undefined };
      const context = this.#contextOf(unseen, scenario, { ...options, ...quiet });
      try {
        await scenario.run(context);
        took[style].push(context.requests.reduce((sum, { tookMs }) => sum + tookMs, 0));
      } finally {
        await context.clear();
      }
    }
    if (run.signal.aborted) return;
    const styles = Object.fromEntries(
      Object.entries(took).map(([style, each]) => [style, spreadOf(each)]),
    ) as Record<StyleId, Times>;
    run.publish({ type: 'times', runs: options.times, styles, text: speak(styles) });
  }

  #contextOf(
    run: RunOfScenario,
    { together }: Scenario,
    { port, inputs, styles, progress }: StartOptions & Pick<ScenarioOptions, 'styles' | 'progress'>,
  ): ScenarioContext {
    const { engine, requestRecorder } = this.#options;
    const base = together ? TOGETHER : `/${styles[0]}`;
    const endpoint = { port, base, record: requestRecorder.record.bind(requestRecorder) };
    return new ScenarioContext({ run, styles, inputs, progress, engine, endpoint });
  }

  /** In a shared request, a style's figures count its own statements only. */
  #report(
    run: Run,
    { together }: Scenario,
    { sent, requests }: ScenarioContext,
    style: StyleId,
    outcome: Outcome,
  ): Measured {
    const { engine } = this.#options;
    const own = together
      ? sent.filter(({ event }) => event.kind !== 'query' || event.by === style)
      : sent;
    const measured = measure(style, outcome, requests, own, engine);
    const groups = groupStatements(own, engine);
    run.publish({ type: 'result', style, outcome, groups, metrics: measured.metrics });
    return measured;
  }
}
