/** The mistakes in the classical style. */
import { User } from '@quartet/app-classical/models';
import { Session } from '@quartet/app-classical/session';
import type { NewUser } from '@quartet/http-contract';
import type { Mistakes } from './mistakes';

export const mistakes: Mistakes = {
  async misspelledCondition({ name }) {
    // @ts-expect-error: the mistake
    return await User.query.filterBy({ nmae: name }).first();
  },

  async misspelledColumn({ name, email }) {
    // @ts-expect-error: the mistake
    Session.add(new User({ name, emial: email }));
    await Session.commit();
  },

  async wrongType({ email }) {
    // @ts-expect-error: the mistake
    Session.add(new User({ name: 5, email }));
    await Session.commit();
  },

  async columnLeftOut({ name }) {
    Session.add(new User({ name }));
    await Session.commit();
  },

  async unknownProperty(input) {
    await create(input);
    const user = await User.query.filterBy({ name: input.name }).first();
    // @ts-expect-error: the mistake
    return user?.nickname === undefined;
  },

  async maybeMissing({ name }) {
    const user = await User.query.filterBy({ name }).first();
    // @ts-expect-error: the mistake
    return user.email;
  },

  async missingAwait(input, hash) {
    // oxlint-disable-next-line typescript/no-floating-promises -- the mistake
    createLater(input, hash);
  },

  async forgottenCommit(input) {
    Session.add(new User(input));
    await Session.flush();
  },

  async duplicate(input) {
    await create(input);
    await create(input);
  },
};

async function create(input: NewUser): Promise<void> {
  Session.add(new User(input));
  await Session.commit();
}

async function createLater(input: NewUser, hash: () => Promise<void>): Promise<void> {
  await hash();
  await create(input);
}
