/** The databases an engine knows: how their URLs begin, and which package is their driver. Each has its folder beside this file. */
export const DIALECTS = {
  sqlite: { schemes: ['sqlite'], driver: 'better-sqlite3' },
  postgresql: { schemes: ['postgresql', 'postgres'], driver: 'pg' },
  mysql: { schemes: ['mysql', 'mariadb'], driver: 'mysql2' },
} as const;

/** MariaDB speaks the `mysql` dialect, as in SQLAlchemy. */
export type DialectName = keyof typeof DIALECTS;

/** The database whose URLs begin with `scheme`; undefined for an unknown one. */
export function dialectOf(scheme: string): DialectName | undefined {
  const names = Object.keys(DIALECTS) as DialectName[];
  return names.find((name) => (DIALECTS[name].schemes as readonly string[]).includes(scheme));
}
