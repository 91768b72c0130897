/**
 * The session of the SQL style: one scoped session, for the transaction.
 * Ports the first half of the second article's `database.py`.
 *
 * @see https://flask.palletsprojects.com/en/stable/patterns/sqlalchemy/#sql-abstraction-layer
 */
import { scopedSession, sessionmaker } from '@quartet/db-core';

export const Session = scopedSession(sessionmaker({ autoflush: false }));
