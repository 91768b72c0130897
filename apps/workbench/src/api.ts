/** The API of the page, under `/api`: scenarios, runs and their events, plans, sources. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { explain } from '@quartet/debug-panel/parts';
import type { Engine } from '@quartet/db-core';
import { errorHandler, HttpProblem, notFound } from '@quartet/express-service';
import type { Response, Router } from 'express';
import { json, Router as createRouter } from 'express';
import { compress } from './compress';
import { docPageOf } from './doc-page';
import { openEventStream, sendEvent } from './event-stream';
import { readInputs } from './inputs';
import type { Bench, ScenarioInfo } from './protocol';
import { ROOT } from './root';
import type { Run } from './run';
import type { Runner } from './runner';
import { SCENARIOS } from './scenarios';
import type { Scenario } from './scenarios/scenario';
import { fileOf, sourcesOf } from './source';
import { STYLES } from './styles';

/** How many runs may be under way at once: more would keep the process from answering. */
const MAX_RUNNING = 4;
const MAX_TIMES = 50;

export function createApi(runner: Runner, engine: Engine): Router {
  const api = createRouter();
  api.use(compress);
  api.use((_req, res, next) => {
    res.set('Cache-Control', 'no-store');
    next();
  });
  // Only JSON is read: a form on another site cannot send it without a preflight request.
  api.use(json({ limit: '10kb' }));

  api.get('/bench', (_req, res) => {
    const bench: Bench = {
      engine: runner.engineInfo,
      styles: STYLES.map(({ id, library }) => ({ id, library })),
      scenarios: SCENARIOS.map(toInfo),
    };
    res.json(bench);
  });

  api.get('/sources/:scenario', async (req, res) => {
    res.json(await sourcesOf(scenarioOf(req.params.scenario)));
  });

  api.get('/files', async (req, res) => {
    const file = await fileOf(String(req.query['path']));
    if (!file) throw new HttpProblem(404, 'There is no such file to show.');
    res.json(file);
  });

  api.get('/pages', async (req, res) => {
    const page = await docPageOf(String(req.query['path']));
    if (!page) throw new HttpProblem(404, 'There is no such page to show.');
    res.json(page);
  });

  api.post('/runs', (req, res) => {
    const {
      scenario: id,
      inputs,
      times: wanted,
    } = (req.body ?? {}) as { scenario?: unknown; inputs?: unknown; times?: unknown };
    const scenario = scenarioOf(id);
    const times = readTimes(scenario, wanted);
    if (runner.running >= MAX_RUNNING)
      throw new HttpProblem(
        429,
        `${MAX_RUNNING} runs are under way. Wait until one has ended, or cancel one.`,
        { headers: { 'Retry-After': '1' } },
      );
    const run = runner.start(scenario, {
      inputs: readInputs(scenario.inputs, inputs),
      port: req.socket.localPort ?? 0,
      times,
    });
    res.status(201).location(`/api/runs/${run.id}`).json({ id: run.id });
  });

  api.get('/runs/:id', (req, res) => {
    res.json(runOf(req.params.id).messages);
  });

  api.get('/runs/:id/events', (req, res) => {
    const from = Number(req.get('Last-Event-ID') ?? -1) + 1;
    sendEvents(runOf(req.params.id), res, from);
  });

  api.post('/runs/:id/cancel', (req, res) => {
    runOf(req.params.id).cancel();
    res.status(202).end();
  });

  api.post('/runs/:id/explain/:statement', async (req, res) => {
    const statement = runOf(req.params.id).statement(Number(req.params.statement));
    if (!statement) throw new HttpProblem(404, 'This run has no such statement.');
    try {
      res.json(await explain(engine, statement));
    } catch (error) {
      throw new HttpProblem(422, error instanceof Error ? error.message : String(error));
    }
  });

  api.use(notFound);
  api.use(errorHandler());
  return api;

  function runOf(id: string): Run {
    const run = runner.find(id);
    if (!run) throw new HttpProblem(404, 'This run is not kept any more: run it again.');
    return run;
  }
}

/** Server-sent events: one for each message, numbered, so that a browser that reconnects continues where it was. */
function sendEvents(run: Run, res: Response, from: number): void {
  openEventStream(res);
  const leave = run.follow((message, index) => {
    sendEvent(res, message, index);
    if (message.type === 'end') res.end();
  }, from);
  res.on('close', leave);
}

function scenarioOf(id: unknown): Scenario {
  const scenario = SCENARIOS.find((each) => each.id === id);
  if (!scenario) throw new HttpProblem(404, 'There is no such scenario.');
  return scenario;
}

/** How many runs are to be timed besides the one that is shown; none by default. */
function readTimes({ paced, together }: Scenario, times: unknown = 0): number {
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 0 || times > MAX_TIMES)
    throw new HttpProblem(400, `times: a whole number from 0 to ${MAX_TIMES}, please.`);
  if (times > 0 && (paced || together))
    throw new HttpProblem(400, 'How long this scenario takes says nothing about a style.');
  return times;
}

/** What the page needs of a scenario; a page of the docs is included where it exists. */
function toInfo(scenario: Scenario): ScenarioInfo {
  const {
    functions: _functions,
    models: _models,
    run: _run,
    conclude: _conclude,
    mistake: _mistake,
    concept,
    ...info
  } = scenario;
  return {
    ...info,
    ...(concept && existsSync(path.join(ROOT, concept)) && { concept }),
  };
}
