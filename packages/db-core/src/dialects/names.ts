/** The databases an engine knows: how their URLs begin, which package is their driver, where their servers listen, and what libraries call them. Each has its folder beside this file. */
export const DIALECTS = {
  sqlite: { schemes: ['sqlite'], driver: 'better-sqlite3', port: undefined, called: /sqlite/i },
  postgresql: {
    schemes: ['postgresql', 'postgres'],
    driver: 'pg',
    port: 5432,
    called: /postgres|pg/i,
  },
  mysql: { schemes: ['mysql', 'mariadb'], driver: 'mysql2', port: 3306, called: /mysql|maria/i },
} as const;

/** MariaDB speaks the `mysql` dialect, as in SQLAlchemy. */
export type DialectName = keyof typeof DIALECTS;

/** The database whose URLs begin with `scheme`; undefined for an unknown one. */
export function dialectOf(scheme: string): DialectName | undefined {
  const names = Object.keys(DIALECTS) as DialectName[];
  return names.find((name) => (DIALECTS[name].schemes as readonly string[]).includes(scheme));
}
