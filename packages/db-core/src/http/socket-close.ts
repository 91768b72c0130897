/** A pipelined request whose turn never comes gets no event of its own when its socket closes. */
import type { Socket } from 'node:net';

const waiting = new WeakMap<Socket, Set<() => void>>();

/** Calls `callback` when the socket closes, unless the returned function is called before. A socket has one listener for all. */
export function onSocketClose(socket: Socket, callback: () => void): () => void {
  const callbacks = callbacksOf(socket);
  callbacks.add(callback);
  return () => void callbacks.delete(callback);
}

function callbacksOf(socket: Socket): Set<() => void> {
  const known = waiting.get(socket);
  if (known) return known;
  const callbacks = new Set<() => void>();
  waiting.set(socket, callbacks);
  socket.once('close', () => callbacks.forEach((each) => each()));
  return callbacks;
}
