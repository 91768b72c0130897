'use strict';
// How `npm run commands` tries each command that a page prints.
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { ROOT } = require('./workspace.cjs');

/** What is printed for the terminal of a person, where it begins to serve, and the exit code of what ends by itself. */
const runs = (code = 0) => ({ code });
const serves = (until = /http:\/\/(localhost|127\.0\.0\.1):\d+/) => ({ until });
const watches = (until) => ({ until, code: null });
const INSTALL = 'npm install @quartet/db-knex @quartet/db-core knex better-sqlite3';
const isTriedBy = (by) => ({ by });
const takesLong = (long) => ({ long });

/**
 * How a command is tried: by the first line that it matches. One that matches none fails: nothing is printed that was not tried.
 *
 * @typedef {{ code?: number | null, until?: RegExp, by?: string, long?: string, first?: string, in?: 'shop' }} Trial
 * @type {[RegExp, Trial][]}
 */
const TRIALS = [
  [/^\.ci\/run --list$/, runs()],
  [/^(\w+=\S+ )?\.ci\/run/, isTriedBy('itself')],
  [/^npm test$|^pnpm test$|^npx jest$/, isTriedBy('.ci/run')],
  [/^npm test -- --style classical --engine postgres$/, runs()],
  [/^npm test -- --(package db-core|no-styles)/, takesLong('five minutes; CI runs it')],
  [
    /^npm run (conformance|soak|mutations|docs:costs|bench\b)/,
    takesLong('minutes to half an hour'),
  ],
  [/^npm run matrix(| -- --json)$/, runs()],
  [/^npm run matrix/, takesLong('a minute for each cell')],
  [/^npm run bench:report$/, runs()],
  [/^npx playwright-core install chromium$|^npm i sqlite3$/, isTriedBy('nobody here: a download')],
  [/^npm run changeset$/, isTriedBy('a person: it asks questions')],
  [/^npm publish /, isTriedBy('a release')],
  [
    /^npm run (pack|readme)$|^npm init|packed\/|^npx tsx|^curl .*orders|^npm install --save-dev tsx/,
    isTriedBy('npm run readme'),
  ],
  [/^npm run new:app/, isTriedBy('scripts/test/new-app.test.ts')],
  [/^npm run (commands|docs:site)/, isTriedBy('itself, or its test')],
  [/^npm run check$/, isTriedBy('.ci/run, step by step')],
  [/^npm run (format|docs)$/, runs()],
  [/^npm run changeset version$/, runs()],
  [/^export TEST_POSTGRES_URL=/, isTriedBy('npm run test:servers, whose lines it pastes')],
  [/^npm run test:servers$/, serves(/export TEST_MARIADB_URL=\S+/)],
  [/npx jest --watch$/, watches(/No tests found related|Ran all test suites/)],
  [/npm start$|npm run dev$|pnpm dev$|^node scripts\/start\.cjs$|dist\/server\.js$/, serves()],
  [/^node scripts\/test\.cjs$/, isTriedBy('.ci/run')],
  [/^node scripts\/pnpm\.cjs install$/, runs()],
  [/^curl http:\/\/127\.0\.0\.1:\d+\/users$/, runs()],
  [/npm run (--silent )?shell( -- \w+)?$/, runs()],
  [/^npm run db:reset$/, runs(2)], // it asks for --yes
  [/^npm run db:migrate -- --adopt$/, runs(1)], // there is nothing to adopt
  [/^npm run db:seed$/, { ...runs(), first: 'npm run --silent db:migrate' }],
  [/^npm run db:/, runs()],
  [/^npm run workshop \d+ watch$/, watches(/✗/)],
  [/^npm run workshop \d+$/, runs(1)], // the checks of a problem are red
  [/^npm run workshop/, runs()],
  [/^DATABASE_URL=\S+ npx tsx main\.ts$/, isTriedBy('docs/examples/test/start.test.ts')],
  [/^npm install pg$/, { ...runs(), in: 'shop' }],
  [/^npx quartet /, { ...runs(), in: 'shop', first: INSTALL }],
  [/npx quartet /, { ...runs(), in: 'shop' }],
  [/^npm install .*@quartet\/|^npm install sequelize-typescript/, { ...runs(), in: 'shop' }],
];

/** What the gate runs, which does so in a fresh clone too. */
const gate = execFileSync(path.join(ROOT, '.ci/run'), ['--list'], { encoding: 'utf8' })
  .trim()
  .split('\n')
  .map((line) => line.split(/ {2,}/).at(-1));

/** @param {string} command @returns {Trial | undefined} undefined where nothing says how to try it */
exports.trialOf = (command) =>
  gate.includes(command)
    ? isTriedBy('.ci/run')
    : TRIALS.find(([pattern]) => pattern.test(command))?.[1];
