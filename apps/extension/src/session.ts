/**
 * The session of the extension style: one `db` object, which models are declared on and whose session is the request's.
 * Ports the third article's extension as an app uses it.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/quickstart/
 */
import { SQLAlchemy } from '@quartet/express-sequelize';

export const db = new SQLAlchemy({ sessionOptions: { autoflush: false } });

export const Session = db.session;
