/**
 * Problem details for HTTP APIs: what errors are answered with.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
import { STATUS_CODES } from 'node:http';
import type { Request, Response } from 'express';

/** What is wrong with one field: `email`, `tags.0`, `2.name`, or '' for the body as a whole. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** The document. `instance` is the path that was asked for. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly errors?: readonly FieldError[];
}

/**
 * What kind of problem it is. `about:blank` means: no more than what the status says (RFC 9457, 4.2.1);
 * the others are names to compare, not addresses to open.
 */
export const problemTypes = {
  blank: 'about:blank',
  validation: 'urn:quartet:problem:validation',
  duplicate: 'urn:quartet:problem:duplicate',
  reference: 'urn:quartet:problem:reference',
  unavailable: 'urn:quartet:problem:unavailable',
  partlyCommitted: 'urn:quartet:problem:partly-committed',
} as const;

/** Options of `new HttpProblem()`. */
export interface HttpProblemOptions {
  /** One of {@link problemTypes}, by its name, or a URI of your own. Default `blank`. */
  readonly type?: keyof typeof problemTypes | `${string}:${string}`;
  /** Defaults to the status' own phrase, as RFC 9457 wants it for `about:blank`. */
  readonly title?: string;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * An error that already knows its answer. Handlers throw it; `errorHandler` sends it.
 *
 * @example
 * throw new HttpProblem(404, 'There is no user with this id.');
 */
export class HttpProblem extends Error {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, options: HttpProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HttpProblem';
    this.status = status;
    this.type = uriOf(options.type ?? 'blank');
    this.title = options.title ?? STATUS_CODES[status] ?? 'Error';
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  /** The document that is sent. @param instance the URL of the request */
  toDocument(instance: string): Problem {
    return {
      type: this.type,
      title: this.title,
      status: this.status,
      detail: this.message,
      instance,
      ...(this.errors && { errors: this.errors }),
    };
  }
}

/** Answers with the problem. It carries no ETag and is never cached: the next try may go well. */
export function sendProblem(req: Request, res: Response, problem: HttpProblem): void {
  const body = JSON.stringify(problem.toDocument(req.originalUrl.replace(/[?#].*$/s, '')));
  res.status(problem.status);
  res.set({
    ...problem.headers,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json',
    'X-Content-Type-Options': 'nosniff', // the document repeats the path that the client has sent
    'Content-Length': String(Buffer.byteLength(body)),
  });
  // Not res.send(): Express would append a charset, which JSON media types do not have.
  res.end(body);
}

export function tooLarge(maxBytes: number | undefined): HttpProblem {
  const detail = `A body may have at most ${maxBytes} bytes.`;
  return new HttpProblem(413, maxBytes === undefined ? 'The body is too large.' : detail);
}

function uriOf(type: NonNullable<HttpProblemOptions['type']>): string {
  return Object.entries(problemTypes).find(([name]) => name === type)?.[1] ?? type;
}
