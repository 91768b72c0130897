/** Any class, abstract or not, with any constructor. */
export type Class<T extends object = object> = (abstract new (
  ...args: never[]
) => T) & { readonly name: string };
