/**
 * Binds Sequelize (and sequelize-typescript) to an engine: every statement of its models runs in the current
 * session's transaction, and the models can be used with the session itself (`Session.add(user)`, `User.query`).
 */
import type { Engine } from '@quartet/db-core';
import { ArgumentError, outsideScope } from '@quartet/db-core';
import { engineRegistry, hasDefaultTextForm, mapClass } from '@quartet/db-core/binding';
import type { ModelStatic, Options } from 'sequelize';
import { Model, Sequelize } from 'sequelize';
import { forgetFormerAssociations } from './former-associations';
import { refusePositional } from './positional';
import { sequelizeOptions } from './options';
import { reportModifications } from './report-modifications';
import { defineStoredTypes, typesOf } from './sqlite3/model-types';
import { SequelizeMapper } from './sequelize-mapper';
import { defineUtcDateTime, keepUpdatedAt } from './utc-date-time';

/** Defines one or more models on the given Sequelize, by `sequelize.define` or `User.init`. */
export type DefineModels = (sequelize: Sequelize) => unknown;

/** A class decorated with sequelize-typescript's `@Table`. */
// Any constructor will do: sequelize-typescript itself checks whether it is a model.
export type DecoratedModel = abstract new (...args: never[]) => Model;

/** Options of `bindSequelize`: Sequelize's own, without those that the engine answers. */
export interface BindSequelizeOptions
  extends Omit<Options, 'dialect' | 'dialectModule' | 'storage' | 'pool' | 'models'> {
  /** Functions that define models, called in order, and classes of sequelize-typescript. More may be defined later. */
  readonly models?: readonly (DefineModels | DecoratedModel)[];
}

const { bind, engineOf } = engineRegistry<Sequelize>('Sequelize', 'await bindSequelize(engine, …)');
export { engineOf };
hasDefaultTextForm(Model);

/**
 * @param options Sequelize's own (`define`, `logging`, `hooks`, …), except those that choose the database.
 *   Nothing is logged by default.
 * @returns the Sequelize, which the caller `close()`s before the engine is disposed.
 * @throws OperationalError when the database cannot be reached.
 * @throws ArgumentError when decorated models are given but sequelize-typescript is not installed.
 * @example
 * const sequelize = await bindSequelize(engine, { models: [User, Message], define: { timestamps: false } });
 * await createAll(sequelize);
 */
export async function bindSequelize(
  engine: Engine,
  options: BindSequelizeOptions = {},
): Promise<Sequelize> {
  const { models = [], ...rest } = options;
  await outsideScope(() => engine.ready());
  const decorated = models.filter((model) => isModel(model)) as DecoratedModel[];
  const settings: Options = {
    logging: false,
    ...rest,
    ...sequelizeOptions(engine, (table) => typesOf(sequelize, table), rest.define),
  };
  defineUtcDateTime(String(settings.dialect), engine.dialect.facts);
  if (engine.dialect.facts.instant.isText) defineStoredTypes();
  const sequelize: Sequelize =
    decorated.length > 0
      ? new (sequelizeTypescript().Sequelize)(settings)
      : new Sequelize(settings);
  sequelize.addHook('beforeDefine', keepUpdatedAt);
  sequelize.addHook('afterDefine', ({ name }) => mapModel(engine, sequelize.model(name)));
  bind(sequelize, engine);
  reportModifications(engine, sequelize);
  for (const define of models) if (!isModel(define)) (define as DefineModels)(sequelize);
  if (decorated.length > 0)
    (sequelize as unknown as { addModels(models: readonly DecoratedModel[]): void }).addModels(
      decorated,
    );
  // On PostgreSQL its first connection reads the type catalogue: here and now, not in some request.
  await outsideScope(() => sequelize.authenticate());
  return sequelize;
}

function mapModel(engine: Engine, model: ModelStatic<Model>): void {
  forgetFormerAssociations(model);
  refusePositional(model);
  mapClass(model, new SequelizeMapper(engine, model));
}

function isModel(candidate: unknown): boolean {
  return (
    typeof candidate === 'function' &&
    candidate.prototype instanceof (Sequelize as unknown as { Model: typeof Model }).Model
  );
}

function sequelizeTypescript(): { Sequelize: typeof Sequelize } {
  try {
    return require('sequelize-typescript') as { Sequelize: typeof Sequelize };
  } catch (cause) {
    throw new ArgumentError(
      'Model classes need the package sequelize-typescript: install it, or define models by a function (sequelize) => ….',
      {
        cause,
      },
    );
  }
}
