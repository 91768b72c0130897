/** What the commands need of the four styles: set-up of the database, names for the prompt, queries for the sample data. */
import type { Engine } from '@quartet/db-core';
import type { Queries } from '@quartet/http-contract';
import { CommandError } from './command-error';

export const STYLES = ['extension', 'declarative', 'classical', 'sql-builder'] as const;

export type Style = (typeof STYLES)[number];

/** What a style offers once its database is set up. */
export interface StyleApp {
  readonly queries: Queries;
  /** The names at the prompt. */
  readonly names: Readonly<Record<string, unknown>>;
}

/** Each import loads a library, so only the chosen one is loaded. */
const OPEN: Record<Style, (engine: Engine) => Promise<StyleApp>> = {
  async extension(engine) {
    const { initDb } = await import('@quartet/app-extension/database');
    await initDb(engine);
    const { User, Message, Tag } = await import('@quartet/app-extension/models');
    const { db, Session } = await import('@quartet/app-extension/session');
    const { queries } = await import('@quartet/app-extension/queries');
    return { queries, names: { db, Session, User, Message, Tag } };
  },

  async declarative(engine) {
    const { initDb } = await import('@quartet/app-declarative/database');
    await initDb(engine);
    const { User, Message, Tag } = await import('@quartet/app-declarative/models');
    const { Session } = await import('@quartet/app-declarative/session');
    const { queries } = await import('@quartet/app-declarative/queries');
    return { queries, names: { Session, User, Message, Tag } };
  },

  async classical(engine) {
    const { initDb } = await import('@quartet/app-classical/database');
    await initDb(engine);
    const { User, Message, Tag } = await import('@quartet/app-classical/models');
    const { Session } = await import('@quartet/app-classical/session');
    const { queries } = await import('@quartet/app-classical/queries');
    return { queries, names: { Session, User, Message, Tag } };
  },

  async 'sql-builder'(engine) {
    const database = await import('@quartet/app-sql-builder/database');
    await database.initDb(engine);
    const { queries } = await import('@quartet/app-sql-builder/queries');
    const { Session } = await import('@quartet/app-sql-builder/session');
    return { queries, names: { Session, knex: database.knex } };
  },
};

/** Binds a style to the engine and makes the tables that are missing. */
export function openStyle(style: Style, engine: Engine): Promise<StyleApp> {
  return OPEN[style](engine);
}

/** The style of that name. @throws CommandError that lists them. */
export function styleNamed(name: string): Style {
  const style = STYLES.find((known) => known === name);
  if (style) return style;
  throw new CommandError(
    `there is no style '${name}'; the styles are ${STYLES.join(', ')}`,
    CommandError.USAGE,
  );
}
