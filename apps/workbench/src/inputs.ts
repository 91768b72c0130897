/** Checks the values that the page sends for a scenario's fields. */
import { HttpProblem } from '@quartet/express-service';
import type { Inputs, InputSpec } from './protocol';

/** @throws HttpProblem 400 that names the field */
export function readInputs(specs: readonly InputSpec[], given: unknown): Inputs {
  const values = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  return Object.fromEntries(
    specs.map((spec) => [spec.name, readInput(spec, values[spec.name] ?? spec.value)]),
  );
}

function readInput(spec: InputSpec, value: unknown): string | number {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new HttpProblem(400, `${spec.label}: a text or a number, please.`);
  if (spec.type === 'number') return readNumber(spec, Number(value));
  const text = String(value).trim();
  if (text === '' || text.length > (spec.maxLength ?? 100)) {
    throw new HttpProblem(400, `${spec.label}: 1 to ${spec.maxLength ?? 100} characters, please.`);
  }
  if (spec.choices && !spec.choices.includes(text)) {
    throw new HttpProblem(400, `${spec.label}: one of ${spec.choices.join(', ')}, please.`);
  }
  return text;
}

function readNumber({ label, min = 0, max = 1_000_000 }: InputSpec, value: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new HttpProblem(400, `${label}: a whole number from ${min} to ${max}, please.`);
}
