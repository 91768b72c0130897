/** What `verbose()` adds: each error in a callback says in its stack which call it comes from, and from where in the code. */
import { inspect } from 'node:util';

type Call = (...args: unknown[]) => unknown;

const traced = new WeakSet<Call>();
const replacements = new WeakSet<object>();

/** Replaces methods of `prototype` by the same with traces, once. @param owner its name in the trace */
export function addTraces(prototype: object, owner: string, names: readonly string[]): void {
  const methods = prototype as Record<string, Call>;
  for (const name of names) {
    const method = methods[name] as Call;
    if (traced.has(method)) continue;
    const withTrace = function (this: unknown, ...args: unknown[]): unknown {
      const callback = args.at(-1);
      const isOwn = typeof callback !== 'function' || replacements.has(callback); // of the call around it
      if (isOwn) return method.apply(this, args);
      const shown = args.map((arg) => inspect(arg, { depth: 0 })).join(', ');
      const call = new Error(`${owner}#${name}(${shown})`);
      const replacement = function (this: unknown, error: unknown, ...rest: unknown[]): unknown {
        if (error instanceof Error) {
          const [, ...lines] = (call.stack ?? '').replace(call.message, '').split('\n');
          error.stack = `${error.stack}\n--> in ${call.message}\n${lines.join('\n')}`;
        }
        return (callback as Call).call(this, error, ...rest);
      };
      replacements.add(replacement);
      return method.apply(this, [...args.slice(0, -1), replacement]);
    };
    traced.add(withTrace);
    methods[name] = withTrace;
  }
}
