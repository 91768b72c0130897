/** The processes that a process has started, by their numbers. */
export function childrenOf(pid: number): number[] {
  const servers = require('../servers/children.cjs') as { childrenOf(pid: number): number[] };
  return servers.childrenOf(pid);
}
