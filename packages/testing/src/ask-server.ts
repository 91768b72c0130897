/** One statement on a connection of its own, by the driver alone. */
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { EngineName } from './engines';

/** The rows, by name. */
export async function askServer(
  engine: Exclude<EngineName, 'sqlite'>,
  url: string,
  statement: string,
): Promise<readonly Record<string, unknown>[]> {
  if (engine === 'mariadb') {
    const connection = await createConnection(url);
    try {
      const [rows] = await connection.query(statement);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    } finally {
      await connection.end();
    }
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
