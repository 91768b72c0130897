/**
 * Functions of the application that run at a moment of the session's transaction. A hook runs once; one whose
 * moment does not come is forgotten with the transaction.
 *
 * Ports SQLAlchemy's session events `after_begin`, `before_commit`, `after_commit` and `after_rollback`.
 *
 * @see https://docs.sqlalchemy.org/en/20/orm/events.html#session-events
 */
export type Hook = () => unknown;
type Ending = 'commit' | 'rollback';
type Moment = 'begin' | 'before-commit' | Ending;

export class SessionHooks {
  #hooks: (readonly [Moment, Hook])[] = [];
  /** What `afterBegin` hooks of this transaction do: commit waits for it, and fails with it. */
  #begun: Promise<unknown>[] = [];

  get isEmpty(): boolean {
    return this.#hooks.length === 0 && this.#begun.length === 0;
  }

  on(moment: Moment, hook: Hook): void {
    this.#hooks.push([moment, hook]);
  }

  /** Not awaited here: the first statement is about to follow. A promise that rejects ends no process: `commit()` reports it. */
  begun(): void {
    for (const hook of this.#take('begin')) {
      const result = Promise.resolve(hook());
      result.catch(() => undefined);
      this.#begun.push(result);
    }
  }

  /** @returns whether there were any, which may have added something. */
  async beforeCommit(): Promise<boolean> {
    for (const hook of this.#begun) await hook;
    const due = this.#take('before-commit');
    for (const hook of due) await hook();
    return due.length > 0 || this.#begun.length > 0;
  }

  async ended(how: Ending): Promise<void> {
    if (this.isEmpty) return;
    const due = this.#take(how);
    this.#hooks = [];
    this.#begun = [];
    for (const hook of due) await hook();
  }

  #take(moment: Moment): Hook[] {
    if (this.isEmpty) return [];
    const due = this.#hooks.filter(([when]) => when === moment).map(([, hook]) => hook);
    if (due.length > 0) this.#hooks = this.#hooks.filter(([when]) => when !== moment);
    return due;
  }
}
