/** The requests that a server is answering at this moment. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { onSocketClose } from './socket-close';

export class Traffic {
  readonly #inFlight = new Map<ServerResponse, IncomingMessage>();
  /** The answers that `over` waits for, and what resolves it. */
  #awaited = new Set<ServerResponse>();
  #allOver: () => void = () => undefined;
  #hangUp = false;

  constructor(server: Server) {
    server.prependListener('request', (req: IncomingMessage, res: ServerResponse) =>
      this.#begin(req, res),
    );
  }

  get inFlight(): ReadonlyMap<ServerResponse, IncomingMessage> {
    return this.#inFlight;
  }

  /** A connection that is kept alive is closed behind its next answer. */
  hangUpAfterAnswers(): void {
    this.#hangUp = true;
    for (const res of this.#inFlight.keys()) hangUpAfter(res);
  }

  /** Resolves when the requests that are in flight now are over; those that come later are not waited for. */
  over(): Promise<void> {
    this.#awaited = new Set(this.#inFlight.keys());
    if (this.#awaited.size === 0) return Promise.resolve();
    return new Promise((resolve) => (this.#allOver = resolve));
  }

  #begin(req: IncomingMessage, res: ServerResponse): void {
    if (this.#hangUp) hangUpAfter(res);
    this.#inFlight.set(res, req);
    const end = (): void => {
      forget();
      this.#end(res);
    };
    const forget = onSocketClose(req.socket, end);
    res.once('close', end);
  }

  #end(res: ServerResponse): void {
    this.#inFlight.delete(res);
    if (this.#awaited.delete(res) && this.#awaited.size === 0) this.#allOver();
  }
}

function hangUpAfter(res: ServerResponse): void {
  if (!res.headersSent) res.setHeader('Connection', 'close');
}
