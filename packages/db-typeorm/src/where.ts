/** Conditions of a query, all of which must hold, as the one `where` of TypeORM's `find`. */
import type { FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { And, Equal, FindOperator, IsNull } from 'typeorm';

type Where = FindOptionsWhere<ObjectLiteral>;

/** `{ name: null }` means IS NULL here, where TypeORM refuses it. */
export function equals(values: Readonly<Record<string, unknown>>): Where {
  return Object.fromEntries(
    Object.entries(values).map(([property, value]) => [
      property,
      value === null ? IsNull() : value,
    ]),
  );
}

/** An array among the conditions lists alternatives, as in TypeORM: they are multiplied out. */
export function combine(conditions: readonly unknown[]): Where | Where[] {
  let alternatives: Where[] = [{}];
  for (const condition of conditions) {
    const choices = (Array.isArray(condition) ? condition : [condition]) as Where[];
    alternatives = alternatives.flatMap((one) => choices.map((other) => both(one, other)));
  }
  const [only = {}] = alternatives;
  return alternatives.length === 1 ? only : alternatives; // TypeORM takes longer over a list of one
}

function both(one: Where, other: Where): Where {
  const merged: Where = { ...one };
  for (const [property, value] of Object.entries<unknown>(other)) {
    const present: unknown = merged[property];
    if (present === undefined) merged[property] = value;
    else if (isNested(present) && isNested(value)) merged[property] = both(present, value);
    else merged[property] = And(operator(present), operator(value));
  }
  return merged;
}

function operator(value: unknown): FindOperator<unknown> {
  return value instanceof FindOperator ? (value as FindOperator<unknown>) : Equal(value);
}

/** Conditions on a related entity. */
function isNested(value: unknown): value is Where {
  return (
    typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  );
}
