/** Which servers an engine has, and what that means for its options. */
import type { UrlSettings } from '../dialects/url-parameter';
import type { EngineOptions } from './engine-options';
import { TARGETS, type Target } from '../dialects/server-state';
import { assertDifferent, type DatabaseUrl } from '../dialects/url';
import { ArgumentError } from '../errors/errors';

export type ServerList = readonly [DatabaseUrl, ...DatabaseUrl[]];

/** A URL of its own for each, in their order. @throws ArgumentError where they cannot be of one database. */
export function serverList(url: DatabaseUrl, replicas: readonly DatabaseUrl[]): ServerList {
  const [first = url, ...others] = url.hosts;
  const all: ServerList = [first, ...others, ...replicas.flatMap(({ hosts }) => hosts)];
  const other = replicas.find(({ dialect }) => dialect !== url.dialect);
  if (other)
    throw new ArgumentError(`${other} is no replica of ${url}: they are different databases.`);
  if (all.length > 1) assertDifferent(all);
  return all;
}

/** Which of them transactions go to. @throws ArgumentError where that one takes no writes, and replicas are to be read from. */
export function targetOf(
  { query }: DatabaseUrl,
  servers: ServerList,
  readsFromReplicas: boolean,
): Target {
  const said = query['target_session_attrs']?.toLowerCase();
  const target = TARGETS.find((known) => known === said);
  if (target && readsFromReplicas && target !== 'read-write' && target !== 'primary')
    throw new ArgumentError(
      `target_session_attrs=${target} contradicts reading from replicas: transactions need a server that takes writes. Leave it out.`,
    );
  return target ?? (servers.length > 1 ? 'read-write' : 'any');
}

/**
 * What the URL sets, where the options say nothing. A read on another server is of no transaction's snapshot: where replicas are
 * read from, a transaction begins with the first write.
 *
 * @throws ArgumentError for replicas where there is one server.
 */
export function withDefaults(
  options: EngineOptions,
  settings: UrlSettings,
  servers: ServerList,
  hasReplicas: boolean,
): EngineOptions {
  const said = Object.entries(options).filter(([, value]) => value !== undefined);
  const all: EngineOptions = {
    ...(hasReplicas && { readsFrom: 'replicas' }),
    ...settings,
    ...Object.fromEntries(said),
  };
  if (all.readsFrom !== 'replicas') return all;
  if (servers.length > 1) return { begin: 'on-first-write', ...all };
  throw new ArgumentError(
    "readsFrom: 'replicas' needs several servers, and there is one: name them all in the URL, postgresql://h1,h2/app, or " +
      'call createEngine({ primary, replicas }).',
  );
}
