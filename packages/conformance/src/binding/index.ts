/** `@quartet/conformance/binding`: what every binding must do, and the fixture its own tests run on. */
export type { Binding, Bound, Item, Named } from './binding';
export type { Fixture } from './fixture';
export { onEachEngine } from './fixture';
export { registerBinding, registerObjects } from './register';
