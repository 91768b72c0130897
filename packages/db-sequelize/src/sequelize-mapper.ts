/** Lets a session save, load and delete instances of a Sequelize model through the model's own methods. */
import type { Engine } from '@quartet/db-core';
import type { Class, Identity, Mapper, Select } from '@quartet/db-core/binding';
import { keyOf, mapperOf, rowIsGone } from '@quartet/db-core/binding';
import type {
  Association,
  BelongsTo,
  FindOptions,
  Model,
  ModelStatic,
  WhereOptions,
} from 'sequelize';
import { Op } from 'sequelize';

export class SequelizeMapper<M extends Model> implements Mapper<M> {
  readonly engine: Engine;
  readonly #model: ModelStatic<M>;

  constructor(engine: Engine, model: ModelStatic<M>) {
    this.engine = engine;
    this.#model = model;
  }

  get name(): string {
    return this.#model.name;
  }

  get primaryKey(): readonly string[] {
    return this.#model.primaryKeyAttributes;
  }

  dependencies(): readonly Mapper[] {
    return this.#parents().map(({ target }) => mapperOf(target as unknown as Class));
  }

  isPersistent(instance: M): boolean {
    return !instance.isNewRecord;
  }

  isModified(instance: M): boolean {
    return instance.changed() !== false;
  }

  async save(instance: M): Promise<void> {
    this.#adoptParents(instance);
    await instance.save();
  }

  async delete(instance: M): Promise<void> {
    await instance.destroy();
  }

  async refresh(instance: M): Promise<void> {
    try {
      await instance.reload();
    } catch (error) {
      if ((error as Error).name !== 'SequelizeInstanceError') throw error;
      throw rowIsGone(this.name);
    }
  }

  async get(id: Identity): Promise<M | undefined> {
    const attributes = this.#model.getAttributes() as Record<string, { type: unknown } | undefined>;
    const columns = this.primaryKey.map((name) => ({
      name,
      type: typeName(attributes[name]?.type),
    }));
    const key = keyOf(this.name, columns, id, this.engine.dialect.facts);
    return (key && (await this.#model.findOne({ where: key as WhereOptions }))) ?? undefined;
  }

  find(select: Select): Promise<M[]> {
    const { orderBy, limit, offset } = select;
    return this.#model.findAll({
      ...conditions<M>(select),
      ...(orderBy.length > 0 && {
        order: orderBy.map(([property, direction]): [string, string] => [
          property,
          direction.toUpperCase(),
        ]),
      }),
      ...(limit !== undefined && { limit }),
      ...(offset !== undefined && { offset }),
    });
  }

  count(select: Select): Promise<number> {
    return this.#model.count(conditions<M>(select));
  }

  #parents(): BelongsTo[] {
    const associations = Object.values(this.#model.associations) as Association[];
    return associations.filter(
      (association): association is BelongsTo => association.associationType === 'BelongsTo',
    );
  }

  /** `message.user = user` before either has a row: the user is saved first, and its key is known here. */
  #adoptParents(instance: M): void {
    const properties = instance as unknown as Record<string, unknown>;
    for (const association of this.#parents()) {
      const { as, foreignKey, targetKey } = association as BelongsTo & {
        foreignKey: string;
        targetKey: string;
      };
      const parent = properties[as] as Model | undefined;
      if (parent && properties[foreignKey] == null)
        instance.set(foreignKey as never, parent.get(targetKey) as never);
    }
  }
}

function conditions<M extends Model>({ equal, where }: Select): FindOptions<M['_attributes']> {
  const all = [...equal, ...where];
  return all.length > 0 ? { where: { [Op.and]: all } as WhereOptions } : {};
}

/** A type of Sequelize's in the words of the database; types may also be given as such. */
function typeName(type: unknown): string {
  return typeof type === 'string' ? type : ((type as { toSql?(): string })?.toSql?.() ?? '');
}
