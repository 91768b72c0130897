/** Article 1: `db`, `hello` and the app, as its package has them. */
import type { Engine } from '@quartet/db-core';
// #region imports
// [1, 2, 3, 4] from sqlalchemy import create_engine; from sqlalchemy.orm import scoped_session, sessionmaker
import { createEngine, scopedSession, sessionmaker } from '@quartet/db-core';
// [1, 2, 4] app.teardown_appcontext
import { initApp } from '@quartet/db-core/express';
// [1, 2, 3, 4] Base.metadata
import { bindSequelize, createAll, dropAll } from '@quartet/db-sequelize';
// [1, 2, 3, 4] from flask import Flask, Blueprint
import express from 'express';
// #endregion
import { Message } from './models';

// --- db ---------------------------------------------------------------------------------------
// #region engine

// [1] engine = create_engine(os.environ['SQLALCHEMY_URL'])
// => unset, or set to nothing, is an error with examples
export const engine = createEngine(process.env['SQLALCHEMY_URL']);

// [1] Session = scoped_session(sessionmaker(bind=engine))
export const Session = scopedSession(sessionmaker({ bind: engine }));

// #endregion
// --- tables -----------------------------------------------------------------------------------
// #region tests

/** What its tests begin with. */
export async function emptyDb(bind: Engine): Promise<void> {
  const define = { timestamps: false };
  const sequelize = await bindSequelize(bind, { models: [Message], define });

  // [1] Base.metadata.drop_all(engine)
  await dropAll(sequelize);

  // [1] Base.metadata.create_all(engine)
  await createAll(sequelize);
}

// #endregion
// --- hello ------------------------------------------------------------------------------------
// #region routes

// [1] hello_blueprint = Blueprint('hello', __name__)
export const helloBlueprint = express.Router();

// [1] @hello_blueprint.route('/')
helloBlueprint.get('/', (_req, res) => {
  // [1] return (json.dumps({ 'message': "Hello friend!" }), 200, { 'content_type': 'application/json' })
  res.status(200).json({ message: 'Hello friend!' });
});

// [1] @hello_blueprint.route('/messages')
helloBlueprint.get('/messages', async (_req, res) => {
  // [1] values = Session.query(Message).all()
  const values = await Session.query(Message).all();

  // [1] results = [{ 'message': value.message } for value in values]
  const results = values.map((value) => ({ message: value.message }));

  // [1] return (json.dumps(results), 200, { 'content_type': 'application/json' })
  // => with a Content-Type that browsers know
  res.status(200).json(results);
});

// #endregion
// --- the app ----------------------------------------------------------------------------------
// #region routes

// [1, 2, 3, 4] app = Flask(__name__)
export const app = express();

// [1, 2, 4] @app.teardown_appcontext def cleanup(resp_or_exc): Session.remove()
// => before the routes
initApp(app);

// [1] app.register_blueprint(hello_blueprint)
app.use(helloBlueprint);

// #endregion
