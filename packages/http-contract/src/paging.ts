/** The contract's rules of paging: what was asked for, and the answer with its numbers. */
import { HttpProblem } from '@quartet/express-service';
import type { Response } from 'express';
import type { Page, PageRequest } from './queries';
import { toPage } from './views';

/** For the document. */
export const PAGE_LINKS = {
  Link: 'The first, previous, next and last page, where there are others',
};

export function requestedPage({ page, per_page }: { page: number; per_page: number }): PageRequest {
  return { page, perPage: per_page };
}

/**
 * @throws HttpProblem 404 for a page past the end, except page 1: an empty list has an empty first page
 */
export function sendPage<T, J>(
  res: Response,
  result: Page<T>,
  page: PageRequest,
  toJson: (item: T) => J,
): void {
  const answer = toPage(result, page, toJson);
  if (page.page > Math.max(answer.pages, 1)) {
    throw new HttpProblem(
      404,
      `Page ${page.page} is past the end: the last is ${Math.max(answer.pages, 1)}.`,
    );
  }
  const links = pageLinks(res.req.originalUrl, page.page, answer.pages);
  if (Object.keys(links).length > 0) res.links(links);
  res.json(answer);
}

/**
 * Where the other pages are, as relative addresses that keep the request's other parameters.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8288
 */
function pageLinks(address: string, page: number, pages: number): Record<string, string> {
  const [path = '', query = ''] = address.split('?', 2);
  const to = (target: number): string => {
    const parameters = new URLSearchParams(query);
    parameters.set('page', String(target));
    return `${path}?${parameters}`;
  };
  return {
    ...(page > 1 && { first: to(1), prev: to(page - 1) }),
    ...(page < pages && { next: to(page + 1), last: to(pages) }),
  };
}
