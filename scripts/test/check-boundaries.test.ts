import { command, folderWith } from './support/command';

const BINDING = { '@quartet/db-core': 'workspace:*', knex: '^3.3.0' };

function workspace(files: Record<string, string>): Record<string, string> {
  return {
    'packages/db-core/package.json': '{}',
    'packages/db-knex/package.json': JSON.stringify({ peerDependencies: BINDING }),
    'packages/db-core/src/index.ts': "import type { Pool } from 'pg';\nexport * from './engine';",
    'packages/db-core/src/express/index.ts':
      "import { Router } from 'express';\nimport '../engine';",
    'packages/db-core/test/scope.test.ts':
      "import express from 'express';\nimport '@quartet/testing';",
    'apps/classical/package.json': '{}',
    'apps/classical/src/models.ts': "import { EntitySchema } from 'typeorm';",
    'apps/classical/src/app.ts': "import express from 'express';\nimport './models';",
    'apps/mixed/package.json': '{}',
    'apps/mixed/src/app.ts': "import { createApp } from '@quartet/app-classical';",
    ...files,
  };
}

async function check(files: Record<string, string>): Promise<string> {
  const root = folderWith(workspace(files));
  const { code, stdout, stderr } = await command('check-boundaries.cjs', ['--root', root]);
  expect(code).toBe(stderr ? 1 : 0);
  return stderr || stdout;
}

test('imports within the boundaries pass', async () => {
  const service = JSON.stringify({ peerDependencies: { '@quartet/db-core': 'workspace:*' } });
  expect(await check({ 'packages/express-service/package.json': service })).toBe(
    'all imports stay within the boundaries\n',
  );
});

test.each([
  [
    'apps/classical/src/app.ts',
    "import x from '@quartet/app-extension';",
    'an app imports no other app',
  ],
  [
    'apps/classical/src/app.ts',
    "import x from '../../extension/src/app';",
    'not by a path into its folder',
  ],
  [
    'apps/classical/src/app.ts',
    "import x from '@quartet/db-core/src/pool';",
    'not by a path into its folder',
  ],
  [
    'apps/classical/src/models.ts',
    "import type { Request } from 'express';",
    'models know nothing of the web',
  ],
  [
    'apps/classical/src/models.ts',
    "type R = import('express').Request;",
    'models know nothing of the web',
  ],
  [
    'apps/classical/src/models.ts',
    "import { HttpProblem } from '@quartet/express-service';",
    'models know nothing of the web',
  ],
  [
    'packages/db-core/src/pool.ts',
    "const orm = () => import('typeorm');",
    'db-core depends on no ORM',
  ],
  [
    'packages/db-core/src/pool.ts',
    "const orm = require('sequelize/lib/utils');",
    'db-core depends on no ORM',
  ],
  [
    'packages/db-core/src/pool.ts',
    "export { a } from '@quartet/db-knex';",
    'no other package of ours',
  ],
  ['packages/db-core/src/index.ts', "export * from './express';", 'nothing imports upwards'],
  [
    'packages/db-core/src/pool.ts',
    "import express from 'express';",
    'only db-core/express knows express',
  ],
  [
    'packages/db-core/src/http/shutdown.ts',
    "import type { Request } from 'express';",
    'only db-core/express knows express',
  ],
  [
    'packages/db-core/src/express/shutdown.ts',
    "import type { FastifyReply } from 'fastify';",
    'only db-core/fastify knows fastify',
  ],
  [
    'packages/db-core/src/http/shutdown.ts',
    "export * from '../express';",
    'nothing imports upwards',
  ],
])('%s with %s is refused', async (file, content, reason) => {
  const said = await check({ [file]: content });
  expect(said).toMatch(new RegExp(`^${file}: imports .*${reason}.*\n$`));
});

test.each([
  ['src/engine/pool.ts', "import type { Session } from '../session/session';"],
  ['src/sql/statement-kind.ts', "import { Pool } from '../engine/pool';"],
  ['src/orm/query.ts', "type S = import('../session/session').Session;"],
  ['src/session/scope.ts', "export { Recorder } from '../observe/recorder';"],
  ['src/observe/recorder.ts', "import { createEngine } from '../create-engine';"],
  ['src/observe/recorder.ts', "import { createEngine } from '..';"],
  ['src/errors/errors.ts', "import '../sql';"],
])('in db-core, %s with %s imports upwards', async (file, content) => {
  expect(await check({ [`packages/db-core/${file}`]: content })).toMatch(
    new RegExp(`^packages/db-core/${file}: imports .*: nothing imports upwards\n$`),
  );
});

test.each([
  ['src/session/session.ts', "import { Query } from '../orm/query';"],
  ['src/drivers/route.ts', "import { noteChange } from '../observe/changes';"],
  ['src/create-engine.ts', "import { Echo } from './observe/echo';"],
  ['src/express/index.ts', "import { createEngine } from '../create-engine';"],
])('in db-core, %s with %s is on the right floor', async (file, content) => {
  expect(await check({ [`packages/db-core/${file}`]: content })).toBe(
    'all imports stay within the boundaries\n',
  );
});

test.each(['packages/db-knex', 'apps/classical'])(
  'files of %s that import each other in a circle are named, type imports included',
  async (folder) => {
    const said = await check({
      [`${folder}/src/one.ts`]: "import type { Two } from './two/index';",
      [`${folder}/src/two/index.ts`]: "export * from './three';",
      [`${folder}/src/two/three.ts`]: "const one = () => import('../one');",
      [`${folder}/src/outside.ts`]: "import './one';",
    });
    expect(said).toBe(
      `${folder}: imports in a circle: src/one.ts, src/two/index.ts, src/two/three.ts\n`,
    );
  },
);

test('two circles are two lines, and a file that imports itself is one', async () => {
  const said = await check({
    'apps/classical/src/a.ts': "import './b';",
    'apps/classical/src/b.ts': "import './a';\nimport './c';",
    'apps/classical/src/c.ts': "import './d';",
    'apps/classical/src/d.ts': "import './c';",
    'apps/classical/src/self.ts': "export * from './self';",
  });
  expect(said.split('\n').sort()).toEqual([
    '',
    'apps/classical: imports in a circle: src/a.ts, src/b.ts',
    'apps/classical: imports in a circle: src/c.ts, src/d.ts',
    'apps/classical: imports in a circle: src/self.ts',
  ]);
});

test('a binding depends on db-core and exactly one ORM', async () => {
  const peers = { knex: '^3.3.0', typeorm: '^1.0.0' };
  expect(
    await check({ 'packages/db-knex/package.json': JSON.stringify({ peerDependencies: peers }) }),
  ).toBe(
    'packages/db-knex/package.json: a binding must have @quartet/db-core as a peer\n' +
      'packages/db-knex/package.json: a binding must have exactly one ORM as a peer, not knex, typeorm\n',
  );
});
