/** Upsert and get-or-create: rows that must be there once, whoever asks at the same time. */
import type { Engine } from '@quartet/db-core';
import { retryable, scopedSession, sessionmaker } from '@quartet/db-core';
import { initApp, noteErrors } from '@quartet/db-core/express';
import { bindTypeorm, createAll, mapper } from '@quartet/db-typeorm';
import { errorHandler } from '@quartet/express-service';
import type { Express } from 'express';
import express from 'express';

export const Session = scopedSession(sessionmaker());

// #region models
export class Tag {
  id!: number;
  name!: string;
}
export class Setting {
  id!: number;
  owner!: string;
  name!: string;
  value!: string;
}

const id = { type: Number, primary: true, generated: true } as const;
const text = { type: String, length: 50, nullable: false } as const;
mapper(Tag, { tableName: 'tags', columns: { id, name: { ...text, unique: true } } });
mapper(Setting, {
  tableName: 'settings',
  columns: { id, owner: text, name: text, value: text },
  uniques: [{ columns: ['owner', 'name'] }], // without it nothing keeps two rows apart
});
// #endregion

export async function createApp(engine: Engine): Promise<Express> {
  Session.configure({ bind: engine });
  await createAll(await bindTypeorm(engine, { entities: [Tag, Setting] }));
  const app = express();
  initApp(app);

  // #region get-or-create
  app.put('/tags/:name', async (req, res) => {
    const { name } = req.params;
    const [tag, created] = await retryable(Session, () => Session.getOrCreate(Tag, { name }));
    res.status(created ? 201 : 200).json(tag);
  });
  // #endregion

  // #region upsert
  app.put('/settings/:owner/:name/:value', async (req, res) => {
    const { owner, name, value } = req.params;
    const [setting, created] = await retryable(Session, () =>
      Session.upsert(Setting, { owner, name }, { value }),
    );
    res.status(created ? 201 : 200).json(setting);
  });
  // #endregion
  app.use(noteErrors, errorHandler());
  return app;
}
