/** What is asked of a transaction: by the connection's defaults, by `begin()`, and by a library before its first statement. */
import type { Setting } from '../sql/settings';
import type {
  BeginMode,
  BeginOptions,
  IsolationLevel,
  TransactionOptions,
} from '../sql/transaction-options';
import { InvalidRequestError } from '../errors/errors';
import { assertKnownOptions } from '../errors/unknown-option';
import { NO_SETTINGS } from '../sql/settings';
import { BEGIN_OPTIONS } from '../sql/transaction-options';

export interface TransactionDefaults {
  /** When one begins that does not say so itself. */
  beginMode(isolationLevel?: IsolationLevel): BeginMode;
  /** Isolation level and access mode where `begin` is given none. */
  readonly defaults: TransactionOptions;
  /** What a transaction begins with, asked for each time anew. */
  readonly settings?: (() => readonly Setting[]) | undefined;
}

export class TransactionRequest {
  readonly #defaults: TransactionDefaults;
  #options: TransactionOptions;
  #mode: BeginMode | undefined;

  constructor(defaults: TransactionDefaults) {
    this.#defaults = defaults;
    this.#options = defaults.defaults;
  }

  get options(): TransactionOptions {
    return this.#options;
  }

  /** When it really begins. */
  get mode(): BeginMode {
    return this.#mode ?? this.#defaults.beginMode(this.#options.isolationLevel);
  }

  /** Whether one may have to begin with something: then a read begins one as well. */
  get maySet(): boolean {
    return this.#defaults.settings !== undefined;
  }

  /** What one that begins now has to begin with. @throws what is thrown by who gives them */
  settings(): readonly Setting[] {
    return this.#defaults.settings?.() ?? NO_SETTINGS;
  }

  /** By `begin()`. @throws ArgumentError for an unknown option */
  set(given: BeginOptions): void {
    assertKnownOptions('option of begin()', given, BEGIN_OPTIONS);
    const { begin, ...options } = given;
    this.#options = { ...this.#defaults.defaults, ...options };
    this.#mode = begin;
  }

  /** When it really begins, where that is said. */
  setMode(mode: BeginMode | undefined): void {
    this.#mode = mode;
  }

  /** By a library. @throws InvalidRequestError where it is too late: `isOpen`, and it asks for something else */
  adopt(asked: TransactionOptions, isOpen: boolean): void {
    const same = Object.entries(asked).every(
      ([key, value]) => this.#options[key as keyof TransactionOptions] === value,
    );
    if (isOpen && !same) {
      throw new InvalidRequestError(
        'The transaction of this session is already open: its isolation level and access mode can only be set before the ' +
          'first statement, with Session.begin({ isolationLevel, readOnly }).',
      );
    }
    this.#options = { ...this.#options, ...asked };
  }

  /** The next transaction is the defaults' again. */
  reset(): void {
    this.#options = this.#defaults.defaults;
    this.#mode = undefined;
  }
}
