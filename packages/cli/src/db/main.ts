/** npm run db:migrate, db:rollback, db:status, db:reset, db:seed and db:reflect: the schema of a style's database, or of DATABASE_URL. */
import { parseArgs } from 'node:util';
import { CommandError, endWith } from '../command-error';
import { openDatabase } from '../database';
import { styleNamed } from '../styles';
import { COMMANDS } from './commands';

const HELP = `npm run db:migrate     applies what is pending         [--to NAME] [--adopt] [--skip-statement]
npm run db:rollback    rolls back the last migration   [--to NAME] [--all]
npm run db:status      lists the migrations
npm run db:reset       drops the tables, makes them    [--yes]
npm run db:seed        adds the sample data, once
npm run db:reflect     writes types of the rows, for Knex [--out FILE] [--tables A,B]

options come after --, as in npm run db:migrate -- --style classical
  --style NAME          extension (default), declarative, classical, sql-builder: whose file of npm start, and
                        whose queries add the sample data
  --to NAME             no further than this migration, itself included
  --all                 rolls back everything
  --adopt               tables that an app has made count as migrated
  --skip-statement      MariaDB: the statement at which a migration stopped counts as run
  --lock-timeout SECONDS    how long to wait for another migrator (default 60)
  --yes                 resets a database of DATABASE_URL without asking
  --out FILE            the types go into this file, which is replaced (default: standard output)
  --tables A,B          types of these tables only
DATABASE_URL            the database instead of the style's file`;

const OPTIONS = {
  style: { type: 'string', default: 'extension' },
  to: { type: 'string' },
  all: { type: 'boolean', default: false },
  adopt: { type: 'boolean', default: false },
  'skip-statement': { type: 'boolean', default: false },
  'lock-timeout': { type: 'string', default: '60' },
  yes: { type: 'boolean', default: false },
  out: { type: 'string' },
  tables: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Refuses an option that the command does not use: `db:reset --to` would drop more than was intended. */
const FOR: Readonly<Record<string, readonly string[]>> = {
  to: ['migrate', 'rollback'],
  all: ['rollback'],
  adopt: ['migrate'],
  'skip-statement': ['migrate'],
  yes: ['reset'],
  out: ['reflect'],
  tables: ['reflect'],
};

const [, , name = '--help'] = process.argv;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(3),
    allowPositionals: true,
    options: OPTIONS,
  });
  if (values.help || name === '--help' || name === '-h') return console.log(HELP);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command)
    throw usage(`there is no command '${name}'; there are ${Object.keys(COMMANDS).join(', ')}`);
  if (positionals.length > 0)
    throw usage(`'${positionals[0]}' is too much; did you mean --style ${positionals[0]}?`);
  for (const [option, commands] of Object.entries(FOR)) {
    const given = values[option as keyof typeof values];
    if (given !== undefined && given !== false && !commands.includes(name))
      throw usage(`--${option} is for ${commands.map((each) => `db:${each}`).join(' and ')}`);
  }
  const seconds = Number(values['lock-timeout']);
  if (!(seconds > 0)) throw usage('--lock-timeout is a number of seconds above 0');
  const style = styleNamed(values.style);
  const lockTimeoutMs = seconds * 1000;
  const engine = openDatabase(style, { busyTimeoutMs: lockTimeoutMs });
  try {
    const say = name === 'reflect' ? console.error : console.log; // its standard output is the module
    say(String(engine.url));
    await command({
      ...values,
      engine,
      style,
      lockTimeoutMs,
      to: values.to,
      out: values.out,
      tables: values.tables,
      skipStatement: values['skip-statement'],
    });
  } finally {
    await engine.dispose();
  }
}

function usage(message: string): CommandError {
  return new CommandError(message, CommandError.USAGE);
}

main().catch((error: unknown) => endWith(`db:${name}`, error));
