/**
 * A model may be bound again, to another engine. Sequelize leaves the methods of its former associations on the
 * prototype then (`message.addTags()`, `user.getMessages()`), and they would go on using the former engine.
 */
import type { Association, Model, ModelStatic } from 'sequelize';
import { accessorsOf, methodsOf } from './untyped';

interface Binding {
  /** Filled by `belongsTo` and the like after the model is defined. */
  readonly associations: Readonly<Record<string, Association>>;
  /** What the prototype had before them: methods of the program's own are not ours to remove. */
  readonly own: ReadonlySet<string>;
}

const bindings = new WeakMap<object, Binding>();

/** To be called when a model has been defined, before its associations are. */
export function forgetFormerAssociations(model: ModelStatic<Model>): void {
  const methods = methodsOf(model);
  const former = bindings.get(model);
  for (const association of Object.values(former?.associations ?? {}))
    for (const name of accessorsOf(association)) if (!former?.own.has(name)) delete methods[name];
  const own = new Set(Object.getOwnPropertyNames(methods));
  bindings.set(model, { associations: model.associations, own });
}
