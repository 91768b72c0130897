/** Lets a session save, load and delete instances of a Sequelize model through the model's own methods. */
import type { Engine } from '@quartet/db-core';
import type { Class, Identity, Mapper, RelationTree, Select } from '@quartet/db-core/binding';
import {
  hiddenField,
  isUnchanged,
  keyOf,
  mapperOf,
  relationTree,
  rowIsGone,
  snapshot,
} from '@quartet/db-core/binding';
import type {
  Association,
  Attributes,
  BelongsTo,
  FindOptions,
  IncludeOptions,
  Model,
  ModelStatic,
  WhereOptions,
} from 'sequelize';
import { Op, Transaction } from 'sequelize';
import { assertWhere, CONDITIONS } from './conditions';
import { classOf } from './untyped';

const HOOK = 'quartet.remember';

export class SequelizeMapper<M extends Model> implements Mapper<M> {
  readonly engine: Engine;
  readonly locksRows = true;
  readonly conditionExample = "{ name: { [Op.like]: 'a%' } }";
  readonly #model: ModelStatic<M>;
  #columns:
    | { readonly attributes: number; readonly byName: ReadonlyMap<string, string> }
    | undefined;
  /** Values that can be changed in place, which Sequelize does not notice: as they were loaded or saved. */
  readonly #taken = hiddenField<M, ReadonlyMap<string, unknown>>();

  constructor(engine: Engine, model: ModelStatic<M>) {
    this.engine = engine;
    this.#model = model;
    model.removeHook('afterSave', HOOK); // of an engine that the model was bound to before
    model.addHook('afterSave', HOOK, (instance) => {
      if (this.#taken.get(instance as M)) this.#remember(instance as M);
    });
  }

  get target(): Class<M> {
    return classOf(this.#model);
  }

  get name(): string {
    return this.#model.name;
  }

  /** Made anew where Sequelize has added attributes, as associations do. */
  get columns(): ReadonlyMap<string, string> {
    const attributes = Object.entries(this.#model.getAttributes());
    if (this.#columns?.attributes !== attributes.length) {
      const types = attributes.map(([name, { type }]) => [name, typeName(type)] as const);
      const byName = new Map(types.filter(([, type]) => type !== 'VIRTUAL'));
      this.#columns = { attributes: attributes.length, byName };
    }
    return this.#columns.byName;
  }

  get primaryKey(): readonly string[] {
    return this.#model.primaryKeyAttributes;
  }

  get relations(): ReadonlyMap<string, Class> {
    const associations = Object.entries(this.#model.associations);
    return new Map(associations.map(([as, { target }]) => [as, classOf(target)]));
  }

  dependencies(): readonly Mapper[] {
    return this.#parents().map(({ target }) => mapperOf(classOf(target)));
  }

  isPersistent(instance: M): boolean {
    return !instance.isNewRecord;
  }

  isModified(instance: M): boolean {
    return instance.changed() !== false || this.#changedInPlace(instance).length > 0;
  }

  modifiedProperties(instance: M): readonly string[] {
    return [...new Set([...(instance.changed() || []), ...this.#changedInPlace(instance)])];
  }

  create(values: Readonly<Record<string, unknown>>): M {
    return this.#model.build(values as never);
  }

  async save(instance: M): Promise<void> {
    this.#adoptParents(instance);
    for (const name of this.#changedInPlace(instance)) instance.changed(name as keyof M, true);
    await instance.save();
    this.#remember(instance);
  }

  async delete(instance: M): Promise<void> {
    await instance.destroy();
  }

  async refresh(instance: M): Promise<void> {
    try {
      this.#remember(await instance.reload());
    } catch (error) {
      if ((error as Error).name !== 'SequelizeInstanceError') throw error;
      throw rowIsGone(this.name);
    }
  }

  async get(id: Identity): Promise<M | undefined> {
    const where = keyCondition(this.#model, id);
    const found = where && (await this.#model.findOne({ where }));
    return found ? this.#remember(found) : undefined;
  }

  async find(select: Select): Promise<M[]> {
    const { orderBy, limit, offset, relations, lock } = select;
    const found = await this.#model.findAll({
      ...conditions<M>(select),
      ...(relations.length > 0 && { include: included(relationTree(relations)) }),
      ...(orderBy.length > 0 && {
        order: orderBy.map(([property, direction]): [string, string] => [
          property,
          direction.toUpperCase(),
        ]),
      }),
      ...(limit !== undefined && { limit }),
      ...(offset !== undefined && { offset }),
      ...(lock && { lock: lock === 'update' ? Transaction.LOCK.UPDATE : Transaction.LOCK.SHARE }),
    });
    for (const instance of found) this.#remember(instance);
    return found;
  }

  count(select: Select): Promise<number> {
    return this.#model.count(conditions<M>(select));
  }

  deleteAll(select: Select): Promise<number> {
    return this.#model.destroy({ where: {}, ...conditions<M>(select) });
  }

  async updateAll(select: Select, values: Readonly<Record<string, unknown>>): Promise<number> {
    const [count] = await this.#model.update(values as never, {
      where: {},
      ...conditions<M>(select),
    });
    return count;
  }

  assertCondition(condition: unknown): void {
    assertWhere(this, this.#model, condition);
  }

  #remember(instance: M): M {
    const taken = new Map<string, unknown>();
    for (const name in this.#model.getAttributes()) {
      const value: unknown = instance.getDataValue(name as keyof M);
      if (typeof value === 'object' && value !== null) taken.set(name, snapshot(value));
    }
    if (taken.size > 0) this.#taken.set(instance, taken);
    return instance;
  }

  #changedInPlace(instance: M): string[] {
    return [...(this.#taken.get(instance) ?? [])].flatMap(([name, value]) =>
      isUnchanged(instance.getDataValue(name as keyof M), value) ? [] : name,
    );
  }

  #parents(): BelongsTo[] {
    const associations = Object.values(this.#model.associations) as Association[];
    return associations.filter(
      (association): association is BelongsTo => association.associationType === 'BelongsTo',
    );
  }

  /** `message.user = user` before either has a row: the user is saved first, and its key is known here. */
  #adoptParents(instance: M): void {
    for (const association of this.#parents()) {
      const { as, foreignKey, targetKey } = association as BelongsTo & {
        foreignKey: string;
        targetKey: string;
      };
      const parent = Reflect.get(instance, as) as Model | undefined;
      if (parent && Reflect.get(instance, foreignKey) == null)
        instance.set(foreignKey as never, parent.get(targetKey) as never);
    }
  }
}

function conditions<M extends Model>(select: Select): FindOptions<M['_attributes']> {
  const made = select.conditions.map((condition) => condition.to(CONDITIONS));
  const all = [...select.equal.filter(isNotEmpty), ...made, ...select.where];
  return all.length > 0 ? { where: { [Op.and]: all } as WhereOptions } : {};
}

function included(tree: RelationTree): IncludeOptions[] {
  return Object.entries(tree).map(([association, further]) => ({
    association,
    include: included(further),
  }));
}

function isNotEmpty(values: object): boolean {
  return Object.keys(values).length > 0;
}

/**
 * The condition for the row with this key, which may be the text of a path; undefined where no row can have it.
 *
 * @throws InvalidRequestError for what is no key; UnmappedError
 */
export function keyCondition<M extends Model>(
  model: ModelStatic<M>,
  id: Identity,
): WhereOptions<Attributes<M>> | undefined {
  const { engine, name } = mapperOf(classOf(model));
  const attributes = model.getAttributes() as Record<string, { type: unknown } | undefined>;
  const columns = model.primaryKeyAttributes.map((column) => ({
    name: column,
    type: typeName(attributes[column]?.type),
  }));
  return keyOf(name, columns, id, engine.dialect.facts) as WhereOptions<Attributes<M>> | undefined;
}

/** A type of Sequelize's in the words of the database; types may also be given as such. */
function typeName(type: unknown): string {
  return typeof type === 'string' ? type : ((type as { toSql?(): string })?.toSql?.() ?? '');
}
