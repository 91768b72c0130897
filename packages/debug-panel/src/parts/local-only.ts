/**
 * Tells requests that a page elsewhere could make the browser send. A site whose name was pointed at this machine
 * (DNS rebinding) has its own name in `Host`. A request from a page of another origin, another port of this machine
 * included, is announced by `Sec-Fetch-Site` or `Origin`. Clients other than browsers send neither.
 *
 * @see https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
 */
import type { IncomingMessage } from 'node:http';

/** `localhost` or an address, with or without a port. */
const LOCAL_HOST = /^(?:localhost|[\d.]+|\[[\da-f:.]+\])(?::\d+)?$/i;
/** `localhost` or an address that never leaves the machine. */
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
/** `127.0.0.1`, also as an address of IPv6. */
const LOOPBACK = /^(?:::1|(?:::ffff:)?127(?:\.\d{1,3}){3})$/i;
/** What a proxy adds to the request of somebody else. */
const OF_PROXIES = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** Whether `Host` is no name but `localhost`: only DNS can be rebound, addresses cannot. */
export function isLocalHost({ headers }: IncomingMessage): boolean {
  return LOCAL_HOST.test(headers.host ?? 'localhost');
}

/** Whether it comes from this machine itself, to a name that is this machine's, and was not passed on by a proxy. */
export function isLoopback({ headers, socket }: IncomingMessage): boolean {
  return (
    LOOPBACK.test(socket.remoteAddress ?? '') &&
    LOOPBACK_HOST.test(headers.host ?? 'localhost') &&
    !OF_PROXIES.some((name) => name in headers)
  );
}

/** Whether it comes from a page of this very server, from the user directly, or from no browser. */
export function isSameOrigin({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'] ?? 'same-origin';
  if (site !== 'same-origin' && site !== 'none') return false; // `none`: the user's own doing
  const { origin, host } = headers;
  return origin === undefined || /^https?:\/\/(.*)$/.exec(origin)?.[1] === host;
}
