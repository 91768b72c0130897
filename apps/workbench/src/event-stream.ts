/** Server-sent events: each is one JSON value. */
import type { Response } from 'express';

/** Begins the stream: the client knows at once that it is connected, whenever the first event comes. */
export function openEventStream(res: Response): void {
  res.set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  res.flushHeaders();
}

/** @param id what a browser that reconnects gives as `Last-Event-ID` */
export function sendEvent(res: Response, value: unknown, id?: number): void {
  res.write(`${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(value)}\n\n`);
}
