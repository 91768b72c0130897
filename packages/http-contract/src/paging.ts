/** The contract's rules of paging: what was asked for, and the answer with its numbers. */
import type { Response } from 'express';
import type { Page, PageRequest } from './queries';
import { HttpProblem } from './problem';
import { toPage } from './views';

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
  res.json(answer);
}
