/** Conditions made of columns in TypeORM's words, for its query builders. */
import type { ConditionTable } from '@quartet/db-core/binding';
import {
  Between,
  Brackets,
  Equal,
  In,
  IsNull,
  LessThan,
  LessThanOrEqual,
  Like,
  MoreThan,
  MoreThanOrEqual,
  Not,
  NotBrackets,
} from 'typeorm';

const compare =
  (operator: (value: unknown) => unknown) =>
  (property: string, value: unknown): Brackets =>
    new Brackets((builder) => builder.where({ [property]: operator(value) }));

export const CONDITIONS: ConditionTable<Brackets> = {
  eq: compare(Equal),
  ne: compare((value) => Not(Equal(value))),
  gt: compare(MoreThan),
  gte: compare(MoreThanOrEqual),
  lt: compare(LessThan),
  lte: compare(LessThanOrEqual),
  like: compare(Like),
  in: compare((values) => In(values as unknown[])),
  between: (property, low, high) => compare(() => Between(low, high))(property, low),
  isNull: (property) => compare(() => IsNull())(property, null),
  none: () => new Brackets((builder) => builder.where('1 = 0')),
  and: (conditions) =>
    new Brackets((builder) => conditions.forEach((each) => builder.andWhere(each))),
  or: (conditions) =>
    new Brackets((builder) => conditions.forEach((each) => builder.orWhere(each))),
  not: (condition) => new NotBrackets((builder) => builder.where(condition)),
};
