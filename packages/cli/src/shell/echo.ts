/** `.echo on`: each statement as it is sent, as SQLAlchemy's `echo=True` shows it, but switched while you work. */
import { inspect } from 'node:util';
import type { Engine, QueryEvent, SavepointEvent } from '@quartet/db-core';

export class Echo {
  readonly #engine: Engine;
  readonly #print: (line: string) => void;
  #on = false;

  constructor(engine: Engine, print: (line: string) => void) {
    this.#engine = engine;
    this.#print = print;
  }

  get on(): boolean {
    return this.#on;
  }

  switch(on: boolean): void {
    if (on === this.#on) return;
    this.#on = on;
    const act = on ? 'on' : 'off';
    this.#engine[act]('begin', this.#begin);
    this.#engine[act]('savepoint', this.#savepoint);
    this.#engine[act]('query', this.#query);
    this.#engine[act]('commit', this.#commit);
    this.#engine[act]('rollback', this.#rollback);
  }

  readonly #begin = (): void => this.#print('-- BEGIN');
  readonly #commit = (): void => this.#print('-- COMMIT');
  readonly #rollback = (): void => this.#print('-- ROLLBACK');
  readonly #savepoint = ({ sql }: SavepointEvent): void => this.#print(`-- ${sql}`);

  readonly #query = ({ sql, params, durationMs, error }: QueryEvent): void => {
    const bound = typeof params === 'object' && params !== null && Object.keys(params).length > 0;
    const values = bound ? ` ${oneLine(params)}` : '';
    const failed = error === undefined ? '' : ', failed';
    this.#print(
      `-- ${sql.replace(/\s+/g, ' ').trim()}${values} (${durationMs.toFixed(1)} ms${failed})`,
    );
  };
}

function oneLine(value: unknown): string {
  return inspect(value, { breakLength: Infinity });
}
