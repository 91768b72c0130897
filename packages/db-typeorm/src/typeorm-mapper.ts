/** Lets a session save, load and delete entities of a DataSource through its repositories. */
import type { Engine } from '@quartet/db-core';
import type {
  Class,
  Identity,
  KeyColumn,
  Mapper,
  RelationTree,
  Select,
} from '@quartet/db-core/binding';
import {
  hiddenField,
  isUnchanged,
  keyOf,
  mapperOf,
  openedSession,
  relationTree,
  rowIsGone,
  snapshot,
} from '@quartet/db-core/binding';
import type {
  DataSource,
  EntityMetadata,
  FindManyOptions,
  FindOptionsOrder,
  FindOptionsRelations,
  FindOptionsWhere,
  ObjectLiteral,
  QueryRunner,
  Repository,
  SelectQueryBuilder,
  WhereExpressionBuilder,
} from 'typeorm';
import { CONDITIONS } from './conditions';
import { sessionManager } from './session-manager';
import { assertWhere, combine, equals } from './where';

/** A session is the transaction: TypeORM need not open one for each `save()`. */
const IN_SESSION = { transaction: false };

export class TypeormMapper implements Mapper<ObjectLiteral> {
  readonly engine: Engine;
  readonly locksRows = true;
  readonly conditionExample = "{ name: Like('a%') }";
  readonly columns: ReadonlyMap<string, string>;
  readonly #dataSource: DataSource;
  readonly #metadata: EntityMetadata;
  readonly #keyColumns: readonly KeyColumn[];
  /** How each column's value is read from an object; TypeORM's own way is long for a plain property. */
  readonly #readers: readonly ((instance: ObjectLiteral) => unknown)[];
  /** Column values of the objects this mapper has loaded or saved. */
  readonly #known = hiddenField<ObjectLiteral, readonly unknown[]>();

  constructor(engine: Engine, dataSource: DataSource, metadata: EntityMetadata) {
    this.engine = engine;
    this.#dataSource = dataSource;
    this.#metadata = metadata;
    this.columns = columnsOf(dataSource, metadata);
    this.#keyColumns = metadata.primaryColumns.map((column) => ({
      name: column.propertyPath,
      type: dataSource.driver.normalizeType(column),
    }));
    this.#readers = metadata.columns.map((column) =>
      (column.embeddedMetadata ?? column.relationMetadata ?? column.referencedColumn)
        ? (instance) => column.getEntityValue(instance) as unknown
        : (instance) => instance[column.propertyName] as unknown,
    );
    this.#watchRows();
  }

  get target(): Class<ObjectLiteral> {
    return this.#metadata.target as unknown as Class<ObjectLiteral>;
  }

  get name(): string {
    return this.#metadata.targetName;
  }

  get primaryKey(): readonly string[] {
    return this.#metadata.primaryColumns.map(({ propertyPath }) => propertyPath);
  }

  get relations(): ReadonlyMap<string, Class> {
    return new Map(
      this.#metadata.relations.map(({ propertyPath, inverseEntityMetadata }) => [
        propertyPath,
        inverseEntityMetadata.target as Class,
      ]),
    );
  }

  dependencies(): readonly Mapper[] {
    return this.#metadata.foreignKeys.map(({ referencedEntityMetadata }) =>
      mapperOf(referencedEntityMetadata.target as Class),
    );
  }

  /** An object whose key the program sets itself counts as new until a session or TypeORM has saved or loaded it. */
  isPersistent(instance: ObjectLiteral): boolean {
    // TypeORM takes the key away from what it has removed.
    return (
      this.#metadata.hasId(instance) &&
      (this.#generatesKey || this.#known.get(instance) !== undefined)
    );
  }

  isModified(instance: ObjectLiteral): boolean {
    return this.#values(instance).some(this.#differsFromRow(instance));
  }

  modifiedProperties(instance: ObjectLiteral): readonly string[] {
    const [values, differs] = [this.#values(instance), this.#differsFromRow(instance)];
    return this.#metadata.columns
      .filter((_column, i) => differs(values[i], i))
      .map(({ propertyPath }) => propertyPath);
  }

  create(values: Readonly<Record<string, unknown>>): ObjectLiteral {
    return this.#repository.create(values);
  }

  async save(instance: ObjectLiteral): Promise<void> {
    await this.#repository.save(instance, IN_SESSION);
    this.#remember(instance);
  }

  async delete(instance: ObjectLiteral): Promise<void> {
    await this.#repository.remove(instance, IN_SESSION);
    this.#known.delete(instance);
  }

  async refresh(instance: ObjectLiteral): Promise<void> {
    const fresh = await this.#repository.findOneBy(
      this.#metadata.getEntityIdMap(instance) as FindOptionsWhere<ObjectLiteral>,
    );
    if (!fresh) throw rowIsGone(this.name);
    for (const column of this.#metadata.columns)
      column.setEntityValue(instance, column.getEntityValue(fresh));
    this.#remember(instance);
  }

  async get(id: Identity): Promise<ObjectLiteral | undefined> {
    const key = keyOf(this.name, this.#keyColumns, id, this.engine.dialect.facts);
    const found = key && (await this.#repository.findOneBy(key));
    return found ? this.#remember(found) : undefined;
  }

  async find(select: Select): Promise<ObjectLiteral[]> {
    const { orderBy, limit, offset, relations } = select;
    if (limit === 0) return []; // TypeORM takes 0 for "all"
    // Not every database has OFFSET alone.
    const take = limit ?? (offset === undefined ? undefined : Number.MAX_SAFE_INTEGER);
    const found = await this.#query(select, {
      order: Object.fromEntries(orderBy) as FindOptionsOrder<ObjectLiteral>,
      ...(relations.length > 0 && { relations: related(relationTree(relations)) }),
      ...(take !== undefined && { take }),
      ...(offset !== undefined && { skip: offset }),
    }).getMany();
    for (const instance of found) this.#remember(instance);
    return found;
  }

  count(select: Select): Promise<number> {
    return this.#query(select, {}).getCount();
  }

  async deleteAll(select: Select): Promise<number> {
    const query = this.#repository.createQueryBuilder().delete();
    const { affected } = await narrowed(query, select).execute();
    return affected ?? 0;
  }

  async updateAll(select: Select, values: Readonly<Record<string, unknown>>): Promise<number> {
    const query = this.#repository.createQueryBuilder().update(values);
    const { affected } = await narrowed(query, select).execute();
    return affected ?? 0;
  }

  assertCondition(condition: unknown): void {
    assertWhere(this, this.#metadata, condition);
  }

  /** What `find` and `count` of a repository make, with conditions made of columns beside TypeORM's own. */
  #query(
    { equal, conditions, where, lock }: Select,
    options: FindManyOptions<ObjectLiteral>,
  ): SelectQueryBuilder<ObjectLiteral> {
    const query = this.#repository
      .createQueryBuilder(this.#metadata.name, lock && this.#lockingRunner)
      .setFindOptions({ where: combine([...equal.map(equals), ...where]), ...options });
    for (const condition of conditions) query.andWhere(condition.to(CONDITIONS));
    if (lock) query.setLock(lock === 'update' ? 'pessimistic_write' : 'pessimistic_read');
    return query;
  }

  /** TypeORM locks rows in a transaction that it knows of. */
  get #lockingRunner(): QueryRunner | undefined {
    const session = openedSession(this.engine);
    return session && sessionManager(this.#dataSource, session).queryRunner;
  }

  get #repository(): Repository<ObjectLiteral> {
    return this.#dataSource.getRepository(this.#metadata.target);
  }

  get #generatesKey(): boolean {
    return this.#metadata.generatedColumns.some(({ isPrimary }) => isPrimary);
  }

  /** What TypeORM's own calls write is as its row; where the key does not show which objects have one, they tell that too. */
  #watchRows(): void {
    const { target } = this.#metadata;
    const remember = (entity: unknown): void => {
      if (typeof target === 'function' && entity instanceof target)
        this.#remember(entity as ObjectLiteral);
    };
    this.#dataSource.subscribers.push({
      listenTo: () => target,
      ...(!this.#generatesKey && { afterLoad: remember }),
      afterInsert: ({ entity }) => remember(entity),
      afterUpdate: ({ entity }) => remember(entity),
      afterRemove: ({ entity }) => {
        if (entity) this.#known.delete(entity as ObjectLiteral);
      },
    });
  }

  #remember(instance: ObjectLiteral): ObjectLiteral {
    this.#known.set(instance, this.#values(instance).map(snapshot));
    return instance;
  }

  /** Whether a column's value, by the column's number, is another than the row's; every one, where no row is known. */
  #differsFromRow(instance: ObjectLiteral): (value: unknown, column: number) => boolean {
    const known = this.#known.get(instance);
    return (value, column) => !known || !isUnchanged(value, known[column]);
  }

  #values(instance: ObjectLiteral): unknown[] {
    return this.#readers.map((read) => read(instance));
  }
}

/** Where a transformer stands in between, a column takes whatever that takes. */
function columnsOf(dataSource: DataSource, metadata: EntityMetadata): Map<string, string> {
  const columns = metadata.columns.filter(
    ({ embeddedMetadata, isVirtual }) => !embeddedMetadata && !isVirtual,
  );
  return new Map(
    columns.map((column): [string, string] => {
      const { type, transformer, isArray, propertyPath } = column;
      if (transformer || String(type).startsWith('simple-')) return [propertyPath, ''];
      const name = type === Boolean ? 'boolean' : dataSource.driver.normalizeType(column);
      return [propertyPath, isArray ? `${name}[]` : name];
    }),
  );
}

function related(tree: RelationTree): FindOptionsRelations<ObjectLiteral> {
  return Object.fromEntries(
    Object.entries(tree).map(([property, further]) => [
      property,
      Object.keys(further).length === 0 || related(further),
    ]),
  );
}

function narrowed<Q extends WhereExpressionBuilder>(
  query: Q,
  { equal, conditions, where }: Select,
): Q {
  for (const values of equal.map(equals)) query.andWhere(values);
  for (const condition of conditions) query.andWhere(condition.to(CONDITIONS));
  for (const condition of where as FindOptionsWhere<ObjectLiteral>[]) query.andWhere(condition);
  return query;
}
