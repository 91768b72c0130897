/** Requests to the server, typed; a refusal is thrown as an error with the server's message. */
import type {
  Bench,
  DocPage,
  EngineChoice,
  Excerpt,
  Exercise,
  ExerciseInfo,
  Inputs,
  Plan,
  Sources,
} from '../src/protocol';

export const getBench = (): Promise<Bench> => ask('/api/bench');

export const getEngines = (): Promise<EngineChoice[]> => ask('/api/engines');

export const getSources = (scenario: string): Promise<Sources> => ask(`/api/sources/${scenario}`);

export const getPage = (path: string): Promise<DocPage> =>
  ask(`/api/pages?path=${encodeURIComponent(path)}`);

export const getFile = (path: string): Promise<Excerpt> =>
  ask(`/api/files?path=${encodeURIComponent(path)}`);

export const getExercises = (): Promise<ExerciseInfo[]> => ask('/api/workshop');

export const getExercise = (number: string): Promise<Exercise> =>
  ask(`/api/workshop/${encodeURIComponent(number)}`);

export const checksOf = (number: string): EventSource =>
  new EventSource(`/api/workshop/${number}/events`);

// The following go to the engine's own process.

export const startRun = (
  { at }: EngineChoice,
  scenario: string,
  inputs: Inputs,
  times: number,
): Promise<{ id: string }> => ask(`${at}/api/runs`, { scenario, inputs, times });

export const eventsOf = ({ at }: EngineChoice, run: string): EventSource =>
  new EventSource(`${at}/api/runs/${run}/events`);

export const cancelRun = ({ at }: EngineChoice, run: string): Promise<void> =>
  ask(`${at}/api/runs/${run}/cancel`, {});

export const getPlan = ({ at }: EngineChoice, run: string, statement: number): Promise<Plan> =>
  ask(`${at}/api/runs/${run}/explain/${statement}`, {});

async function ask<T>(path: string, body?: unknown): Promise<T> {
  const answer = await fetch(path, {
    ...(body !== undefined && {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const text = await answer.text();
  const value = (text === '' ? undefined : JSON.parse(text)) as T & { detail?: string };
  if (!answer.ok) throw new Error(value?.detail ?? `The workbench answered ${answer.status}.`);
  return value;
}
