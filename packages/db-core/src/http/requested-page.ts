import type { RequestedPage } from '../orm/pagination';

/**
 * The page that a query string asks for by `page` and `per_page`, as `paginate()` takes it. A value that is no whole number is
 * NaN, for which `paginate()` throws a 404, or with `errorOut: false` takes the default.
 *
 * @example
 * app.get('/users', async (req, res) => {
 *   const { items, total } = await User.query.orderBy('id').paginate(requestedPage(req.query));
 *   res.json({ items, total });
 * });
 */
export function requestedPage(query: unknown): RequestedPage {
  const { page, per_page: perPage } = (query ?? {}) as Record<string, unknown>;
  return { page: wholeNumber(page), perPage: wholeNumber(perPage) };
}

function wholeNumber(given: unknown): number | undefined {
  const text: unknown = Array.isArray(given) ? given[0] : given;
  if (text === undefined) return undefined;
  return typeof text === 'string' && /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : NaN;
}
