/** What every binding must do. */
import { registerBinding } from '@quartet/conformance/binding';
import { boundTo, schema } from './bound';
import * as decorated from './decorated-models';
import { defineModels, Message, User } from './models';

registerBinding({
  bind: (engine) => boundTo(engine, { models: [defineModels], User, Message }),
  relations: true,
  reportsOwnCalls: true,
  warnsOfRefusedCommit: /Committing transaction .* failed with error/,
  schemas: {
    'models of sequelize-typescript': (engine) => schema(engine, Object.values(decorated)),
  },
});
