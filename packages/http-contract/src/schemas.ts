/**
 * What a request may say: the zod schemas of ids, text, pages and bodies. They are the validation and,
 * through `openapi.ts`, the published document.
 *
 * Choices that hold everywhere:
 * - Text is counted in code points, as a varchar counts them, and is refused when it holds a NUL byte or a
 *   lone surrogate: no database here stores both faithfully.
 * - Names, e-mails and tags neither begin nor end with white space: databases disagree on whether a trailing
 *   space tells two values apart.
 * - Bodies are strict: an unknown field is a typing error, not a wish. Unknown query parameters are ignored,
 *   since links collect them on their way.
 */
import { z } from 'zod';

/** The largest id: that of a 32-bit integer column. */
export const MAX_ID = 2_147_483_647;
export const MAX_PER_PAGE = 100;
/** Code points; four bytes each still fit the 65,535 bytes of a MariaDB `text`. */
export const MAX_BODY_LENGTH = 10_000;
export const MAX_TAGS = 20;

/** Names of schemas in `#/components/schemas` of the OpenAPI document. */
export const components = z.registry<{ id: string }>();

export const name = trimmed(50);
export const tag = trimmed(50);
/** The third article's contact: any text that fits the e-mail column. */
export const contact = trimmed(120);
/** One @ with something on both sides: `admin@localhost` is an address, and only a mail sent there shows the rest. */
const ADDRESS = /^[^\s@]+@[^\s@]+$/u;
export const email = contact
  .superRefine((value, context) => {
    if (!ADDRESS.test(value)) issue(context, 'must be an e-mail address');
  })
  .meta({ minLength: 1, maxLength: 120, pattern: ADDRESS.source });

/** An id in a path: a positive integer in plain decimal. Anything else names nothing: the router answers 404. */
export const pathId = decimal('must be a positive integer', { max: MAX_ID });
export const idParams = z.object({ id: pathId });

const perPage = decimal(`must be an integer from 1 to ${MAX_PER_PAGE}`, { max: MAX_PER_PAGE });
/** A page beyond any table is past the end (404), not malformed, so the number is capped instead of refused. */
const page = decimal('must be a positive integer', { cap: MAX_ID });

export const pageQuery = z.object({
  page: withDefault(page, 1),
  per_page: withDefault(perPage, 20),
});
export const userPageQuery = pageQuery.extend({ name: name.optional() });
export const messagePageQuery = pageQuery.extend({ tag: tag.optional() });
export const limitQuery = z.object({ limit: withDefault(perPage, 10) });

export const newUser = component(
  'NewUser',
  z.strictObject({ name, email }, { error: wrongObject }),
);
export const userChanges = component(
  'UserChanges',
  z
    .strictObject(
      { name: name.exactOptional(), email: email.exactOptional() },
      { error: wrongObject },
    )
    .superRefine((value, context) => {
      if (Object.keys(value).length === 0) issue(context, 'must change a field: name or email');
    })
    .meta({ minProperties: 1 }),
);
export const importRows = component(
  'ImportRows',
  z.array(newUser, { error: 'must be an array of users' }),
);
export const mergeInto = component(
  'MergeInto',
  z.strictObject({ into: bodyId() }, { error: wrongObject }),
);
export const newMessage = component(
  'NewMessage',
  z.strictObject(
    {
      body: text(MAX_BODY_LENGTH),
      tags: z
        .array(tag, { error: 'must be an array of names' })
        .max(MAX_TAGS, `must hold at most ${MAX_TAGS} names`)
        .transform((tags) => [...new Set(tags)])
        .default([]),
    },
    { error: wrongObject },
  ),
);

export const accountParams = z.object({ username: name, contact });
export const usernameParams = z.object({ username: name });

/** Registers a schema under its name in the OpenAPI document. */
export function component<T extends z.ZodType>(id: string, schema: T): T {
  components.add(schema, { id });
  return schema;
}

function issue(context: z.core.$RefinementCtx, message: string): void {
  context.addIssue({ code: 'custom', message });
}

/** Text of 1 to `max` code points that every database stores and gives back unchanged. */
function text(max: number) {
  return z
    .string({ error: ({ input }) => (input === undefined ? 'is required' : 'must be text') })
    .superRefine((value, context) => {
      if (value.includes('\0')) issue(context, 'must not contain a NUL character');
      else if (/\p{Surrogate}/u.test(value)) issue(context, 'must be well-formed Unicode');
      else if (value === '') issue(context, 'must not be empty');
      else if (codePoints(value) > max) issue(context, `must have at most ${max} characters`);
    })
    .meta({ minLength: 1, maxLength: max });
}

function trimmed(max: number) {
  return text(max)
    .superRefine((value, context) => {
      if (value !== value.trim()) issue(context, 'must not begin or end with white space');
    })
    .meta({ minLength: 1, maxLength: max });
}

/** A positive integer as a URL writes it: `7`; never `07`, `+7`, `7.0`, `7e0` or `0x7`. */
function decimal(
  message: string,
  { max = Infinity, cap = Infinity }: { max?: number; cap?: number },
) {
  return z
    .string({ error: message })
    .refine((value) => /^[1-9][0-9]*$/.test(value) && Number(value) <= max, message)
    .transform((value) => Math.min(Number(value), cap))
    .meta({ type: 'integer', minimum: 1, ...(max === Infinity ? {} : { maximum: max }) });
}

/** The document needs the default as well: on the input side zod does not show it. */
function withDefault(schema: ReturnType<typeof decimal>, value: number) {
  return schema.default(value).meta({ ...schema.meta(), default: value });
}

function bodyId() {
  const message = 'must be the id of a user: a positive integer';
  return z.int({ error: message }).min(1, message).max(MAX_ID, message);
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

/** Zod asks for the text of both kinds of issue an object itself can have. */
function wrongObject({ code }: { code: string }): string | undefined {
  return code === 'invalid_type' ? 'must be a JSON object' : undefined;
}
