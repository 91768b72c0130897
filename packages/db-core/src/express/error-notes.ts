/**
 * What the routes of an app fail with, for teardown hooks. Express tells an error to error handlers alone, and the first that
 * answers ends it there: each of them notes the error before it runs, and behind the last layer stands one that does nothing else.
 *
 * Handlers are replaced where they stand, and nothing is put between: a request that waits in a handler goes on by its place in
 * the list.
 */
import type { Application, ErrorRequestHandler, Response } from 'express';

/** What Express keeps of a handler: it has one, or a route or a router with further ones. */
interface Layer {
  handle: Handler;
  readonly route?: { readonly stack: Layer[] };
}
type Handler = ErrorRequestHandler & { readonly stack?: Layer[] };
type Tell = (res: Response, error: unknown) => void;

export class ErrorNotes {
  readonly #app: Application;
  readonly #tell: Tell;
  readonly #last: ErrorRequestHandler;
  readonly #noting = new WeakSet<Handler>();
  #layers = 0;

  /** @param tell is called with each error. */
  constructor(app: Application, tell: Tell) {
    this.#app = app;
    this.#tell = tell;
    // Express takes a function with four parameters for an error handler.
    this.#last = (error, _req, res, next) => {
      tell(res, error);
      next(error);
    };
    this.#noting.add(this.#last);
  }

  /** Sees to what the app has been given since the last call; nearly nothing where that is nothing. */
  update(): void {
    const stack = this.#app.router.stack as unknown as Layer[];
    if (stack.length === this.#layers) return;
    this.#watch(stack);
    if (stack.at(-1)?.handle !== this.#last) this.#app.use(this.#last);
    this.#layers = stack.length;
  }

  #watch(stack: Layer[]): void {
    for (const layer of stack) {
      const inner = layer.route?.stack ?? layer.handle.stack;
      if (inner) this.#watch(inner);
      else if (layer.handle.length === 4 && !this.#noting.has(layer.handle))
        layer.handle = this.#noted(layer.handle);
    }
  }

  #noted(handle: Handler): Handler {
    const noted: Handler = (error, req, res, next) => {
      this.#tell(res, error);
      return handle(error, req, res, next);
    };
    this.#noting.add(noted);
    return noted;
  }
}
