/** The machine on which the figures were taken. */
import { createEngine } from '@quartet/db-core';
import { readFileSync } from 'node:fs';
import * as os from 'node:os';
import { SQLITE3 } from '../variants/variant';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  /** Runnable processes for each core, on average over the minute before; above 1 the machine was busy. */
  readonly loadPerCore: number;
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = [
  'express',
  'better-sqlite3',
  'pg',
  'mysql2',
  'sequelize',
  'sequelize-typescript',
  'typeorm',
  'knex',
  'cls-hooked',
  'typeorm-transactional',
];

export function machine(): Machine {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryGb: Math.round(os.totalmem() / 1024 ** 3),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    loadPerCore: (os.loadavg()[0] ?? 0) / cpus.length,
    versions: {
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
      sqlite3: SQLITE3 ? versionOf(SQLITE3) : 'our look-alike',
    },
  };
}

/** The version that the database behind a URL reports. */
export async function serverVersion(url: string): Promise<string> {
  const engine = createEngine(url);
  try {
    await engine.ready();
    return `${engine.dialect.name} ${engine.dialect.serverVersion}`;
  } finally {
    await engine.dispose();
  }
}

/** @param name of a package, or a folder that holds one. */
function versionOf(name: string): string {
  let folder = require.resolve(name);
  for (;;) {
    folder = folder.slice(0, folder.lastIndexOf('/'));
    try {
      const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (manifest.name && manifest.version) return manifest.version;
    } catch {
      // not the root of the package yet
    }
  }
}
