/** The mistakes in the sql-builder style. */
import { knex } from '@quartet/app-sql-builder/database';
import { Session } from '@quartet/app-sql-builder/session';
import type { NewUser } from '@quartet/http-contract';
import type { Mistakes } from './mistakes';

export const mistakes: Mistakes = {
  async misspelledCondition({ name }) {
    // @ts-expect-error: the mistake
    return await knex('users').where({ nmae: name }).first();
  },

  async misspelledColumn({ name, email }) {
    // @ts-expect-error: the mistake
    await knex('users').insert({ name, emial: email });
    await Session.commit();
  },

  async wrongType({ email }) {
    // @ts-expect-error: the mistake
    await knex('users').insert({ name: 5, email });
    await Session.commit();
  },

  async columnLeftOut({ name }) {
    await knex('users').insert({ name });
    await Session.commit();
  },

  async unknownProperty(input) {
    await create(input);
    const user = await knex('users').where({ name: input.name }).first();
    // @ts-expect-error: the mistake
    return user?.nickname === undefined;
  },

  async maybeMissing({ name }) {
    const user = await knex('users').where({ name }).first();
    // @ts-expect-error: the mistake
    return user.email;
  },

  async missingAwait(input, hash) {
    // oxlint-disable-next-line typescript/no-floating-promises -- the mistake
    createLater(input, hash);
  },

  async forgottenCommit(input) {
    await knex('users').insert(input);
  },

  async duplicate(input) {
    await create(input);
    await create(input);
  },
};

async function create(input: NewUser): Promise<void> {
  await knex('users').insert(input);
  await Session.commit();
}

async function createLater(input: NewUser, hash: () => Promise<void>): Promise<void> {
  await hash();
  await create(input);
}
