/** `quartet reflect`: types for Knex from the tables of DATABASE_URL. Ends with 0, 1 (it could not be done) or 2 (it was asked for wrongly). */
import { parseArgs } from 'node:util';
import { createEngine, parseDatabaseUrl } from '@quartet/db-core';
import { writeRowTypes } from '../reflection/write-row-types';

const HELP = `quartet reflect   writes TypeScript for the rows of the tables that are there, and declares them to Knex
  --out FILE        into this file, which is replaced (default: standard output)
  --tables A,B      these tables only (default: all)
DATABASE_URL        the database, as in postgresql://user:password@localhost:5432/app`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      tables: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) return console.log(HELP);
  if (command !== 'reflect') throw wrong(`there is no command '${command}'; there is reflect`);
  if (rest.length > 0)
    throw wrong(`'${rest[0]}' is too much; did you mean --tables ${rest.join(',')}?`);
  const engine = createEngine(parseDatabaseUrl(process.env['DATABASE_URL'], 'DATABASE_URL'));
  try {
    await writeRowTypes(engine, values);
  } finally {
    await engine.dispose();
  }
}

function wrong(message: string): Error {
  return Object.assign(new Error(message), { code: 'ERR_PARSE_ARGS' });
}

main().catch((error: unknown) => {
  const { message, code = '' } = error as NodeJS.ErrnoException;
  const isWrong = String(code).startsWith('ERR_PARSE_ARGS');
  console.error(`quartet: ${isWrong ? message.split('. ')[0] : message}`);
  process.exitCode = isWrong ? 2 : 1;
});
