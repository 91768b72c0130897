/** Objects and conditions, with the models of sequelize-typescript. */
import { registerObjects } from '@quartet/conformance/binding';
import { boundTo } from './bound';
import * as decorated from './decorated-models';

const { User, Message } = decorated;

registerObjects({
  bind: (engine) => boundTo(engine, { models: Object.values(decorated), User, Message }),
  relations: true,
  reportsOwnCalls: true,
});
