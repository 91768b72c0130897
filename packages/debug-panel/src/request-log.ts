/** The last requests, within bounds of number and memory, and who wants to know of changes. */
import type { Request, Response } from 'express';
import type { KnownEngines } from './known-engines';
import type { KnownOptions } from './options';
import type { SentStatement } from './request-record';
import { RequestRecord } from './request-record';

export class RequestLog {
  readonly #options: KnownOptions;
  readonly #engines: KnownEngines;
  #records: RequestRecord[] = [];
  #requests = 0;
  #events = 0;
  /** Called after each change. */
  onChange: () => void = () => undefined;

  constructor(options: KnownOptions, engines: KnownEngines) {
    this.#options = options;
    this.#engines = engines;
  }

  /** The oldest first. */
  get records(): readonly RequestRecord[] {
    return this.#records;
  }

  /** Whether a request is still under way. */
  get isBusy(): boolean {
    return this.#records.some(({ isOver }) => !isOver);
  }

  /** Records a request from now on. */
  begin(req: Request, res: Response): RequestRecord {
    const { showParameters } = this.#options;
    const url = showParameters ? req.originalUrl : req.originalUrl.replace(/\?.*/s, '');
    const record = new RequestRecord(
      { id: ++this.#requests, method: req.method, url },
      this.#options,
      this.#engines,
      () => ++this.#events,
      () => this.#changed(),
    );
    this.#records.push(record);
    res.once('close', () => {
      record.answered(res.writableFinished ? res.statusCode : undefined);
      this.#changed();
    });
    this.#changed();
    return record;
  }

  find(id: number): RequestRecord | undefined {
    return this.#records.find((record) => record.id === id);
  }

  /** A statement by the number of its event. */
  statement(id: number): SentStatement | undefined {
    for (const { sent } of this.#records) {
      const found = sent.get(id);
      if (found) return found;
    }
    return undefined;
  }

  /** Forgets all that are over. */
  clear(): void {
    this.#records = this.#records.filter(({ isOver }) => !isOver);
    this.onChange();
  }

  #changed(): void {
    let bytes = this.#records.reduce((sum, record) => sum + record.bytes, 0);
    while (this.#records.length > this.#options.requests || bytes > this.#options.memoryBytes) {
      const gone = this.#leastNeeded();
      bytes -= gone.bytes;
      this.#records = this.#records.filter((record) => record !== gone);
      if (this.#records.length === 0) break;
    }
    this.onChange();
  }

  /** The oldest that used no session and is over, else the oldest that is over, else the oldest. */
  #leastNeeded(): RequestRecord {
    const over = this.#records.filter(({ isOver }) => isOver);
    return (over.find(({ usesData }) => !usesData) ?? over[0] ?? this.#records[0]) as RequestRecord;
  }
}
