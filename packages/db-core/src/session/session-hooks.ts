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

  get isEmpty(): boolean {
    return this.#hooks.length === 0;
  }

  on(moment: Moment, hook: Hook): void {
    this.#hooks.push([moment, hook]);
  }

  /** Not awaited: the first statement is about to follow. */
  begun(): void {
    for (const hook of this.#take('begin')) hook();
  }

  /** @returns whether there were any, which may have added something. */
  async beforeCommit(): Promise<boolean> {
    const due = this.#take('before-commit');
    for (const hook of due) await hook();
    return due.length > 0;
  }

  async ended(how: Ending): Promise<void> {
    if (this.isEmpty) return;
    const due = this.#take(how);
    this.#hooks = [];
    for (const hook of due) await hook();
  }

  #take(moment: Moment): Hook[] {
    if (this.isEmpty) return [];
    const due = this.#hooks.filter(([when]) => when === moment).map(([, hook]) => hook);
    if (due.length > 0) this.#hooks = this.#hooks.filter(([when]) => when !== moment);
    return due;
  }
}
