/** Problem details for HTTP APIs (RFC 9457): the shape of every error this API answers. */
import { STATUS_CODES } from 'node:http';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { component } from './schemas';

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
} as const;

export const problemJson = component(
  'Problem',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
  }),
);

export interface HttpProblemOptions {
  readonly type?: keyof typeof problemTypes;
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
    this.type = problemTypes[options.type ?? 'blank'];
    this.title = options.title ?? STATUS_CODES[status] ?? 'Error';
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

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
    'Content-Length': String(Buffer.byteLength(body)),
  });
  // Not res.send(): Express would append a charset, which JSON media types do not have.
  res.end(body);
}
