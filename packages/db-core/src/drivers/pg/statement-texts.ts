/**
 * The texts that a client has sent under names of its own. Such a name is good for one text and one client, and the
 * engine's connections serve many clients, so it is not sent on: the engine prepares by itself what comes again.
 */
export class StatementTexts {
  #texts: Map<string, string> | undefined;

  /**
   * The text of a statement, which may come without one where its name was sent before.
   *
   * @throws Error as `pg` does: for neither text nor name, and for a name that stands for another text.
   */
  of(name: string | undefined, text: string | undefined): string {
    if (name === undefined && typeof text === 'string') return text;
    const known = name === undefined ? undefined : this.#texts?.get(name);
    if (known !== undefined && text && text !== known)
      throw new Error(
        `Prepared statements must be unique - '${name}' was used for a different statement`,
      );
    const meant = text || known || text;
    if (typeof meant !== 'string')
      throw new Error('A query must have either text or a name. Supplying neither is unsupported.');
    if (name !== undefined) (this.#texts ??= new Map()).set(name, meant);
    return meant;
  }

  /** After an error, the name may come with another text. */
  forget(name: string | undefined): void {
    if (name !== undefined) this.#texts?.delete(name);
  }
}
