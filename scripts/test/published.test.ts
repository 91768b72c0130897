/** What is published can be: the third article's last question. `npm run packages` looks at the packed result. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Package {
  folder: string;
  short: string;
  manifest: {
    name: string;
    private?: boolean;
    license?: string;
    description?: string;
    files?: string[];
    exports: Record<string, { types: string; default: string }>;
    dependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
  };
}

const { workspacePackages } = require('../lib/workspace.cjs') as {
  workspacePackages(): Package[];
};
const all = workspacePackages();
const published = all.filter(({ manifest }) => !manifest.private);

test('the packages for adopters are published, no app and no test of ours', () => {
  expect(published.map(({ short }) => short).toSorted()).toEqual([
    'db-core',
    'db-knex',
    'db-sequelize',
    'db-typeorm',
    'debug-panel',
    'express-sequelize',
    'express-service',
    'opentelemetry',
  ]);
  const config = join(__dirname, '../../.changeset/config.json');
  const { access } = JSON.parse(readFileSync(config, 'utf8')) as { access: string };
  expect(access).toBe('public'); // else a name with @ is refused by the registry
});

test.each(published)(
  '$manifest.name has a licence, a page, entry points with types, and needs nothing that is private',
  ({ folder, manifest }) => {
    expect(manifest).toMatchObject({ license: 'MIT', description: expect.stringMatching(/\w/) });
    expect(existsSync(join(folder, 'README.md'))).toBe(true);
    expect(manifest.files).toContain('dist');
    const entries = Object.entries(manifest.exports).filter(([name]) => !name.endsWith('.css'));
    for (const [, entry] of entries)
      expect(entry).toMatchObject({
        types: expect.stringMatching(/^\.\/dist\/.+\.d\.ts$/),
        default: expect.stringMatching(/^\.\/dist\/.+\.js$/),
      });
    const needed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const hidden = all.filter((each) => each.manifest.private).map((each) => each.manifest.name);
    expect(needed.filter((name) => hidden.includes(name))).toEqual([]);
  },
);
