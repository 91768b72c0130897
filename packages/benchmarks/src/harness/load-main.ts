/** The process that makes the load: its parent sends it one load after the other. */
import type { Load } from './load';
import { load } from './load';
import { routeOf } from './routes';

/** A load as a message between processes, with its route by name. */
export type LoadOrder = Omit<Load, 'route'> & { readonly route: string };

process.on('message', (order: LoadOrder) => {
  load({ ...order, route: routeOf(order.route) }).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      console.error(order.route, error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
