/** What the shops of every library have in common. */
import type { ErrorRequestHandler, Express } from 'express';

/** The bank: it may take long, and it may refuse. */
export type Pay = (number: number) => Promise<void>;

export interface Shop {
  readonly app: Express;
  close(): Promise<void>;
}

export class SoldOut extends Error {
  override message = 'Sold out';
}

export const answerErrors: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(error instanceof SoldOut ? 409 : 500).send(String(error));
};
