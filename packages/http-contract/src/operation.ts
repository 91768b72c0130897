/**
 * One operation of the contract: what it is called, what it takes, what it may answer, and the handler.
 * The same list registers the routes and writes the OpenAPI document, so neither can drift from the other.
 */
import type { FieldError } from '@quartet/express-service';
import { HttpProblem, jsonBody } from '@quartet/express-service';
import type { Request, RequestHandler, Response, Router } from 'express';
import type { z } from 'zod';

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** What an answer carries: nothing, or a schema or bare text of a media type. */
export interface Answer {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Defaults to `application/json` where there is a schema. */
  readonly type?: string;
  /** Headers worth telling, with what they mean. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Input<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

export interface OperationSpec<P, Q, B> {
  readonly method: Method;
  /** As Express writes it: `/users/:id`. */
  readonly path: string;
  /** The operation's name in the document, unique among all. */
  readonly id: string;
  readonly summary: string;
  readonly params?: z.ZodType<P>;
  /** What a path that does not parse answers: 404 (the default; ids name nothing), or 400. */
  readonly paramsProblem?: 400 | 404;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** By status; the problems that any operation may answer are added by the document. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Sends the answer; what it throws becomes a problem document. */
  handle(input: Input<P, Q, B>, req: Request, res: Response): void | Promise<void>;
}

/** An operation whose types have served their purpose. */
export type Operation = OperationSpec<never, never, never>;

/** Checks that a handler takes what its schemas give, then forgets the types. */
export function operation<P, Q, B>(spec: OperationSpec<P, Q, B>): Operation {
  return spec as unknown as Operation;
}

/** Registers the operations; any other method on their paths answers OPTIONS or 405 with `Allow`. */
export function register(router: Router, operations: readonly Operation[]): void {
  for (const path of new Set(operations.map((spec) => spec.path))) {
    const here = operations.filter((spec) => spec.path === path);
    for (const spec of here) {
      const handler = toHandler(spec as unknown as OperationSpec<unknown, unknown, unknown>);
      router[spec.method](path, ...(spec.body ? [jsonBody(), handler] : [handler]));
    }
    // Before the next path: GET /users/import is not the user whose id is 'import'.
    router.all(path, otherMethods(here.map((spec) => spec.method)));
  }
}

function toHandler(spec: OperationSpec<unknown, unknown, unknown>): RequestHandler {
  return async (req, res) => {
    const params = parse(spec.params, req.params, paramsProblem(spec.paramsProblem ?? 404));
    const query = parse(spec.query, req.query, (errors) => invalid('query', errors));
    const body = parse(spec.body, req.body, (errors) => invalid('body', errors));
    await spec.handle({ params, query, body }, req, res);
  };
}

function otherMethods(methods: readonly Method[]): RequestHandler {
  const names = methods.flatMap((method) =>
    method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()],
  );
  const allow = [...names, 'OPTIONS'].join(', ');
  return (req, res) => {
    if (req.method !== 'OPTIONS') {
      const detail = `${req.method} is not possible here; ${allow} are.`;
      throw new HttpProblem(405, detail, { headers: { Allow: allow } });
    }
    res.set('Allow', allow).status(204).end();
  };
}

type ToProblem = (errors: FieldError[]) => HttpProblem;

function parse(schema: z.ZodType | undefined, value: unknown, toProblem: ToProblem): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw toProblem(fieldErrors(result.error.issues));
}

function paramsProblem(status: 400 | 404): ToProblem {
  if (status === 400) return (errors) => invalid('path', errors);
  return () =>
    new HttpProblem(404, 'There is nothing here: an id is a positive integer in plain decimal.');
}

function invalid(part: 'path' | 'query' | 'body', errors: FieldError[]): HttpProblem {
  const detail = `The ${part} of the request is not valid.`;
  return new HttpProblem(400, detail, { type: 'validation', title: 'Validation failed', errors });
}

/** More would not help, and a body of thousands of bad rows must not make an answer of megabytes. */
const MAX_FIELD_ERRORS = 20;

/** The first complaint about each field. */
function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  const found = new Map<string, string>();
  for (const issue of issues) {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) note([...path, key.slice(0, 100)], 'is not a known field');
    } else note(path, issue.message);
  }
  return [...found].slice(0, MAX_FIELD_ERRORS).map(([field, message]) => ({ field, message }));

  function note(path: string[], message: string): void {
    const field = path.join('.');
    if (!found.has(field)) found.set(field, message);
  }
}
