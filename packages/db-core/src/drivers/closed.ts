/**
 * A facade is closed: it has what it offers, what is pure in the real module (escaping, parsers, constants), and
 * nothing else. Every other member is there only to say that it is not offered, and what to call instead.
 */
import { InvalidRequestError } from '../errors/errors';

export interface Members {
  /** The owner of the members, for the message: `pgDriver`, `a connection of mysql2Driver`. */
  readonly facade: string;
  /** Members of the real thing that touch no connection: passed through as they are. */
  readonly pure: readonly string[];
  /** Members that are not offered, and what to call instead. */
  readonly refused: Readonly<Record<string, string>>;
}

const NO_COUNTERPART = 'it needs a connection of its own. Use the real module for it';

/**
 * Gives `target` every member of the real thing that it lacks: the pure ones, and for each other one a function or
 * class that throws InvalidRequestError when it is used, or a property that throws when it is read.
 *
 * @param real the module, the class, or the prototype whose chain is followed.
 */
export function closeOver(target: object, real: object, members: Members): void {
  for (const source of chainOf(real)) {
    for (const name of Reflect.ownKeys(source)) {
      if (name in target) continue;
      const descriptor = Object.getOwnPropertyDescriptor(source, name) as PropertyDescriptor;
      const isPure = members.pure.includes(String(name));
      const isCalled =
        typeof descriptor.value === 'function' ||
        (descriptor.get !== undefined && !Object.hasOwn(source, 'constructor')); // a module's getters load a class or function
      const refusal = refusing(members, name, isCalled);
      Object.defineProperty(target, name, isPure ? descriptor : refusal);
    }
  }
  for (const name of Object.keys(members.refused)) {
    if (!(name in target)) Object.defineProperty(target, name, refusing(members, name, false));
  }
}

/** The object and what it inherits from, up to what every object or emitter has. */
function chainOf(real: object): object[] {
  const chain: object[] = [];
  let source: object | null = real;
  while (source && !Object.hasOwn(source, 'hasOwnProperty') && !Object.hasOwn(source, 'apply')) {
    chain.push(source);
    source = Object.getPrototypeOf(source) as object | null;
  }
  return chain;
}

function refusing(
  { facade, refused }: Members,
  name: string | symbol,
  isCalled: boolean,
): PropertyDescriptor {
  const refuse = function (): never {
    const instead = (typeof name === 'string' && refused[name]) || NO_COUNTERPART;
    throw new InvalidRequestError(`${facade} has no ${String(name)}: ${instead}.`);
  };
  if (!isCalled) return { get: refuse, configurable: true };
  const get = (target: object, key: string | symbol): unknown =>
    key in target || typeof key === 'symbol' ? Reflect.get(target, key) : refuse();
  return { value: new Proxy(refuse, { get }), configurable: true, writable: true };
}
