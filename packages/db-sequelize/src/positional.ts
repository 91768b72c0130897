/**
 * `new User('admin', 'admin@localhost')`, as a class of SQLAlchemy is called: Sequelize would take neither value, and store a
 * row of NULLs.
 */
import { ArgumentError } from '@quartet/db-core';
import type { Model, ModelStatic } from 'sequelize';
import { methodsOf } from './untyped';

/** What Sequelize's constructor calls with what it was given; its typings leave it out. */
interface Initialized {
  _initValues(values: unknown, options: unknown): void;
}

const REFUSES = Symbol('quartet.refusesPositional');

/** Makes the constructor, `build` and `create` of a model refuse anything but an object of values. */
export function refusePositional(model: ModelStatic<Model>): void {
  const prototype = methodsOf(model) as Record<string, unknown> &
    Initialized & { [REFUSES]?: true };
  if (prototype[REFUSES]) return;
  const initialize = prototype._initValues;
  Object.defineProperties(prototype, {
    [REFUSES]: { value: true },
    _initValues: {
      configurable: true,
      writable: true,
      value(this: Initialized, values: unknown, options: unknown): void {
        if (values !== null && typeof values !== 'object')
          throw notPositional(this.constructor as ModelStatic<Model>);
        initialize.call(this, values, options);
      },
    },
  });
}

function notPositional(model: ModelStatic<Model>): ArgumentError {
  const keys: readonly string[] = model.primaryKeyAttributes;
  const names = Object.keys(model.getAttributes()).filter((name) => !keys.includes(name));
  const shown = names.slice(0, 2).map((name) => `${name}: …`);
  return new ArgumentError(
    `new ${model.name}(…) was given its values one after the other, and a model of Sequelize takes an object: ` +
      `new ${model.name}({ ${[...shown, ...(names.length > 2 ? ['…'] : [])].join(', ')} }).`,
  );
}
