/**
 * The session of the mixed app. Each of the four styles has made its own scoped session; on one engine they all
 * stand for the one session of the request, so any of them will do.
 */
export { Session } from '@quartet/app-classical/session';
