/** Two plain classes mapped by hand on `session.execute`: what a binding does, in its smallest form. */
import type { Engine, ScopedSession } from '@quartet/db-core';
import type { Identity, Mapper, Select } from '@quartet/db-core/binding';
import { NoResultFound } from '@quartet/db-core';
import { mapClass, noCondition, noteChange } from '@quartet/db-core/binding';

export class Item {
  id?: number;
  name: string;
  n: number | null;

  constructor(name: string, n: number | null = null) {
    this.name = name;
    this.n = n;
  }
}

export class Part {
  id?: number;
  item: Item;

  constructor(item: Item) {
    this.item = item;
  }
}

/** Maps both classes; `log` gets what they are asked to do, in order. */
export function mapItems(engine: Engine, Session: ScopedSession, log: string[] = []): void {
  const items = new ItemMapper(engine, Session, log);
  mapClass(Item, items);
  mapClass(Part, new PartMapper(engine, Session, log, items as unknown as Mapper));
}

/** What no test here asks of a mapper. */
abstract class Unasked {
  readonly conditionExample = "{ name: 'a' }";

  deleteAll(): Promise<number> {
    throw new Error('nothing is deleted by a query');
  }

  updateAll(): Promise<number> {
    throw new Error('nothing is updated by a query');
  }

  assertCondition(condition: unknown): void {
    throw noCondition(this as unknown as Mapper, condition);
  }
}

class ItemMapper extends Unasked implements Mapper<Item> {
  readonly target = Item;
  readonly name: string = 'Item';
  readonly columns = new Map([
    ['id', 'integer'],
    ['name', 'text'],
    ['n', 'integer'],
  ]);
  readonly primaryKey = ['id'];
  readonly #saved = new WeakMap<Item, string>();

  constructor(
    readonly engine: Engine,
    readonly session: ScopedSession,
    readonly log: string[],
  ) {
    super();
  }

  dependencies(): readonly Mapper[] {
    return [];
  }

  isPersistent(item: Item): boolean {
    return item.id !== undefined;
  }

  isModified(item: Item): boolean {
    return this.#saved.get(item) !== JSON.stringify(item);
  }

  async save(item: Item): Promise<void> {
    this.log.push(`save ${item.name}`);
    const connection = this.session.connection();
    const { id, name, n } = item;
    if (id !== undefined)
      await connection.execute('update items set name = :name, n = :n where id = :id', {
        id,
        name,
        n,
      });
    else {
      await connection.execute('insert into items (name, n) values (:name, :n)', { name, n });
      item.id = (
        await connection.execute('select id from items where name = :name', { name })
      ).scalar<number>() as number;
    }
    this.#saved.set(item, JSON.stringify(item));
    noteChange(this.engine, item, id === undefined ? 'insert' : 'update');
  }

  async delete(item: Item): Promise<void> {
    const { id, name } = item;
    this.log.push(`delete ${name}`);
    await this.session.connection().execute('delete from items where id = ?', [id]);
    noteChange(this.engine, item, 'delete');
  }

  async refresh(item: Item): Promise<void> {
    const fresh = await this.get(item.id as number);
    if (!fresh) throw new NoResultFound();
    Object.assign(item, fresh);
  }

  async get(id: Identity): Promise<Item | undefined> {
    return (await this.#load('where id = ?', [id]))[0];
  }

  find(select: Select): Promise<Item[]> {
    const equal = Object.entries(Object.assign({}, ...select.equal));
    const order =
      select.orderBy.map(([property, direction]) => `${property} ${direction}`).join(', ') || 'id';
    const where =
      equal.length > 0 ? `where ${equal.map(([key]) => `${key} = ?`).join(' and ')}` : '';
    const limit =
      select.limit === undefined ? '' : `limit ${select.limit} offset ${select.offset ?? 0}`;
    return this.#load(
      `${where} order by ${order} ${limit}`,
      equal.map(([, value]) => value),
    );
  }

  async count(): Promise<number> {
    return Number((await this.session.connection().execute('select count(*) from items')).scalar());
  }

  async #load(clauses: string, values: unknown[]): Promise<Item[]> {
    const { rows } = {
      rows: (
        await this.session.connection().execute(`select id, name, n from items ${clauses}`, values)
      ).all(),
    };
    return rows.map((row) => {
      const item = Object.assign(new Item(row['name'] as string, row['n'] as number | null), {
        id: row['id'] as number,
      });
      this.#saved.set(item, JSON.stringify(item));
      return item;
    });
  }
}

class PartMapper extends Unasked implements Mapper<Part> {
  readonly target = Part;
  readonly name = 'Part';
  readonly columns = new Map([['id', 'integer']]);
  readonly primaryKey = ['id'];

  constructor(
    readonly engine: Engine,
    readonly session: ScopedSession,
    readonly log: string[],
    readonly items: Mapper,
  ) {
    super();
  }

  dependencies(): readonly Mapper[] {
    return [this.items];
  }

  isPersistent(part: Part): boolean {
    return part.id !== undefined;
  }

  isModified(): boolean {
    return true;
  }

  async save(part: Part): Promise<void> {
    this.log.push(
      `save part of ${part.item.name} ${part.item.id === undefined ? 'too early' : 'in time'}`,
    );
    part.id = part.item.id as number;
  }

  async delete(part: Part): Promise<void> {
    this.log.push(`delete part of ${part.item.name}`);
  }

  refresh(): Promise<void> {
    throw new Error('parts have no row');
  }

  async get(): Promise<undefined> {
    return undefined;
  }

  async find(): Promise<Part[]> {
    return [];
  }

  async count(): Promise<number> {
    return 0;
  }
}
