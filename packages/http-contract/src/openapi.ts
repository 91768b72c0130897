/** The OpenAPI 3.1 document, written from the operations and their zod schemas. */
import { z } from 'zod';
import type { Answer, Operation, OperationSpec } from './operation';
import { components } from './schemas';
import { problemJson } from './views';

type Json = Record<string, unknown>;
type AnyOperation = OperationSpec<unknown, unknown, unknown>;

/** Any request may meet these; the document names them once. */
const COMMON_PROBLEMS = {
  500: 'Our mistake',
  503: 'The database is busy or away; see Retry-After',
};

export function openApiDocument(operations: readonly Operation[], info: { title: string }): Json {
  const paths: Record<string, Json> = {};
  for (const spec of operations as unknown as AnyOperation[]) {
    const path = spec.path.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[spec.method] = operationObject(spec);
  }
  return {
    openapi: '3.1.1',
    info: {
      title: info.title,
      version: '1.0.0',
      description:
        'Errors are problem documents (RFC 9457). Instants are ISO 8601, UTC, with milliseconds.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: componentSchemas() },
  };
}

function operationObject(spec: AnyOperation): Json {
  const parameters = [
    ...parameterObjects(spec.params, 'path'),
    ...parameterObjects(spec.query, 'query'),
  ];
  return {
    operationId: spec.id,
    summary: spec.summary,
    ...(parameters.length > 0 && { parameters }),
    ...(spec.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(spec.body) } },
      },
    }),
    responses: {
      ...problems(spec),
      ...Object.fromEntries(
        Object.entries(spec.answers).map(([status, answer]) => [status, answerObject(answer)]),
      ),
    },
  };
}

function problems(spec: AnyOperation): Json {
  const byStatus: Record<number, string> = { ...COMMON_PROBLEMS };
  if (spec.params) byStatus[spec.paramsProblem ?? 404] = 'The path names nothing';
  if (spec.params && spec.paramsProblem === 400) byStatus[400] = 'Not valid';
  if (spec.query) byStatus[400] = 'Not valid';
  if (spec.query && 'page' in shapeOf(spec.query))
    byStatus[404] = 'Nothing there, or a page past the end';
  if (spec.body) {
    Object.assign(byStatus, { 400: 'Not valid', 413: 'More than 100 kB', 415: 'Not JSON' });
    byStatus[409] = 'Taken, or in conflict with another request';
  }
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, description]) => [
      status,
      answerObject({ description, schema: problemJson, type: 'application/problem+json' }),
    ]),
  );
}

function answerObject({ description, schema, type, headers }: Answer): Json {
  const mediaType = type ?? (schema ? 'application/json' : undefined);
  const content = schema ? { schema: schemaOf(schema) } : { schema: { type: 'string' } };
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, what]) => [
          name,
          { description: what, schema: { type: 'string' } },
        ]),
      ),
    }),
    ...(mediaType !== undefined && { content: { [mediaType]: content } }),
  };
}

function parameterObjects(schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  return Object.entries(schema ? shapeOf(schema) : {}).map(([name, field]) => ({
    name,
    in: where,
    required: where === 'path',
    schema: inline(field),
  }));
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> {
  return schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {};
}

function schemaOf(schema: z.ZodType): Json {
  const id = components.get(schema)?.id;
  return id === undefined ? inline(schema) : { $ref: reference(id) };
}

function inline(schema: z.ZodType): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input' });
  return json;
}

function componentSchemas(): Json {
  const { schemas } = z.toJSONSchema(components, { uri: reference, io: 'input' });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _dialect, $id: _uri, ...json }]) => [id, json]),
  );
}

function reference(id: string): string {
  return `#/components/schemas/${id}`;
}
