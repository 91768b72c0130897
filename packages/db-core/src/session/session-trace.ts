/** The tracing channel `quartet:session`: a session in its scope, from its first use (`start`, `end`) to its removal (`asyncStart`, `asyncEnd`). */
import { tracingChannel } from 'node:diagnostics_channel';

/** What the tracing channel `quartet:session` publishes. */
export interface SessionTrace {
  /** For comparing, and a `Session` where the scope holds no other resource. */
  readonly session: object;
  /** The scope that holds it. */
  readonly scope: object;
  /** What its end has failed with. */
  error?: unknown;
}

const channel = tracingChannel<unknown, SessionTrace>('quartet:session');

/** The sessions of one scope that are traced. */
export class SessionTraces {
  readonly #traces = new Map<object, SessionTrace>();

  /** Whether somebody watches. */
  static get wanted(): boolean {
    return channel.hasSubscribers;
  }

  opened(session: object, scope: object): void {
    const trace = { session, scope };
    this.#traces.set(session, trace);
    channel.start.runStores(trace, () => undefined);
    channel.end.publish(trace);
  }

  removed(session: object, error?: unknown): void {
    const trace: SessionTrace | undefined = this.#traces.get(session);
    if (!trace || !this.#traces.delete(session)) return;
    if (error !== undefined) {
      trace.error = error;
      channel.error.publish(trace);
    }
    channel.asyncStart.publish(trace);
    channel.asyncEnd.publish(trace);
  }
}
