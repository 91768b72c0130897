/**
 * The session of the classical style: one scoped session.
 * Ports the first half of the second article's `database.py`.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/#manual-object-relational-mapping
 */
import { scopedSession, sessionmaker } from '@quartet/db-core';

export const Session = scopedSession(sessionmaker({ autoflush: false }));
