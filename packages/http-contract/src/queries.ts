/**
 * What an app must be able to do: one function for each route of the contract, in the routes' order.
 * Each style implements this interface in its `queries.ts`; `createRouter` does everything that is HTTP.
 *
 * The rules that hold for every function:
 * - It runs inside a scope (a request, or `runInScope`) and reaches its session through the style's own
 *   `Session`; it takes no session, request or response.
 * - What it wrote is committed when its promise resolves. A function that throws may leave its transaction
 *   open: the end of the scope rolls it back.
 * - It throws what its library throws. The router translates (`translateError` of db-core): a unique or
 *   foreign-key violation answers 409, a busy or absent database 503.
 * - Arguments are already checked: lengths fit their columns, text holds no NUL byte and no lone surrogate,
 *   ids are 1..2147483647. No function checks them again.
 * - Text is compared exactly: 'Ana' and 'ana' are two names, on every database.
 */

/** Which slice of a list: both numbers are at least 1, `perPage` at most 100. */
export interface PageRequest {
  readonly page: number;
  readonly perPage: number;
}

/** One slice, and how many rows there are in all. A page past the end has no items and the true total. */
export interface Page<T> {
  readonly items: T[];
  readonly total: number;
}

/** A user as the API shows it. */
export interface UserView {
  readonly id: number;
  readonly name: string;
  readonly email: string;
}

/** What a new user needs: both are unique among all users. */
export interface NewUser {
  readonly name: string;
  readonly email: string;
}

/** The part of a user that a message shows. */
export interface AuthorView {
  readonly id: number;
  readonly name: string;
}

/** A message in a list. */
export interface MessageView {
  readonly id: number;
  readonly body: string;
  /** The instant of its creation as the database stored it, to the millisecond. */
  readonly createdAt: Date;
  readonly author: AuthorView;
}

/** One message with its tags' names, in any order: the router sorts them, since collations differ. */
export interface MessageDetail extends MessageView {
  readonly tags: string[];
}

/** What a new message needs. `tags` holds no name twice and may be empty. */
export interface NewMessage {
  readonly body: string;
  readonly tags: string[];
}

/** What became of an import. `imported + rejected.length` is the number of rows given. */
export interface ImportReport {
  readonly imported: number;
  /** The rows that the database refused, by position in the input, ascending. */
  readonly rejected: ImportRejection[];
}

export interface ImportRejection {
  readonly index: number;
  /** From `rejectionReason(error)`, so that every style and database says the same. */
  readonly reason: string;
}

/** One line of the statistics. */
export interface TopAuthor {
  readonly author: AuthorView;
  /** At least 1: authors without messages are left out. */
  readonly messages: number;
  readonly lastMessageAt: Date;
}

/** The functions of an app, in the contract's order. */
export interface Queries {
  /**
   * `GET /users`: users by ascending id; with `filter.name`, only the one who bears exactly that name.
   * Reads only.
   */
  listUsers(page: PageRequest, filter: { name?: string }): Promise<Page<UserView>>;

  /**
   * `POST /users`: inserts one user and commits.
   *
   * @throws the library's unique violation when the name or the e-mail is taken
   */
  createUser(input: NewUser): Promise<UserView>;

  /** `GET /users/:id`: the user, or undefined. Reads only. */
  findUser(id: number): Promise<UserView | undefined>;

  /**
   * `PATCH /users/:id`: sets the given fields (at least one is given), commits, and returns the user as it
   * is now; undefined when there is no such user. Setting a value that is already there succeeds.
   *
   * @throws the library's unique violation when the name or the e-mail is another user's
   */
  updateUser(id: number, changes: Partial<NewUser>): Promise<UserView | undefined>;

  /** `DELETE /users/:id`: deletes the user and, by the database's cascade, its messages; false when unknown. */
  deleteUser(id: number): Promise<boolean>;

  /**
   * `POST /users/import`: one transaction, one savepoint for each row. A row that violates a constraint is
   * undone alone and reported (`rejectionReason(error)` gives the text and rethrows any other error); the
   * others are kept. Any other error undoes the whole import.
   */
  importUsers(rows: NewUser[]): Promise<ImportReport>;

  /**
   * `POST /users/:id/merge`: gives all messages of user `id` to user `into`, deletes user `id`, and returns
   * user `into`; undefined when either is unknown. One transaction, begun before anything is read (or with
   * the rows locked): any failure leaves both users and all messages as they were. `id` and `into` differ.
   */
  mergeUsers(id: number, into: number): Promise<UserView | undefined>;

  /** `GET /users/:id/messages`: that user's messages, newest id first; undefined when there is no such user. Reads only. */
  listUserMessages(userId: number, page: PageRequest): Promise<Page<MessageView> | undefined>;

  /**
   * `POST /users/:id/messages`: checks the user, inserts the message, gets or creates each tag and links it,
   * all in one transaction; undefined, and nothing written, when there is no such user. Tags that another
   * request creates at the same moment are used, not an error.
   *
   * Three traps the conformance suite knows: check the user with a share lock (or a merge may overtake the
   * insert, or deadlock with it); bring tags into one order before creating them (or two requests wait for
   * each other in a circle); do not read the tags again in this transaction (MariaDB's snapshot does not
   * have those that another request has just committed).
   */
  createMessage(userId: number, input: NewMessage): Promise<MessageDetail | undefined>;

  /**
   * `GET /messages`: messages with their authors, newest id first; with `filter.tag`, only those that bear
   * exactly that tag. The number of statements does not depend on the number of messages. Reads only.
   */
  listMessages(page: PageRequest, filter: { tag?: string }): Promise<Page<MessageView>>;

  /** `GET /messages/:id`: the message with its author and tags, or undefined. Reads only. */
  findMessage(id: number): Promise<MessageDetail | undefined>;

  /** `DELETE /messages/:id`: deletes the message and its tag links, never the tags; false when unknown. */
  deleteMessage(id: number): Promise<boolean>;

  /**
   * `GET /messages/export`: every message by ascending id, in constant memory however many there are: by
   * pages of `id > last`, never by one large array. Nothing runs before the first `next()`, and no connection is
   * held between two of them: the consumer is as slow as its client. It may stop early; then `return()` is called.
   *
   * Cut the page out of `messages` before joining the authors (a subselect, or the authors by their ids):
   * MariaDB otherwise begins with the users and sorts the whole table for every page.
   */
  exportMessages(): AsyncIterable<MessageView>;

  /** `GET /stats/top-authors`: most messages first, then by author id; at most `limit` (1..100). One grouped statement. Reads only. */
  topAuthors(limit: number): Promise<TopAuthor[]>;

  /**
   * `POST /create/:username/:contact`, the third article's route: inserts a user with that name and e-mail
   * and commits; true. When the name or the contact is taken it rolls back and returns false, and the same
   * session is usable at once. Other errors are thrown.
   */
  createAccount(username: string, contact: string): Promise<boolean>;

  /** `GET /find/:username`: the user who bears exactly that name, or undefined. Reads only. */
  findAccount(username: string): Promise<UserView | undefined>;
}
