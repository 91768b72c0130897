/** The files of an app, which readers copy, work as ES modules too: compiled to such, and run by Node itself. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { swcOptions } from '@quartet/testing/swc-options.cjs';
import { transformSync } from '@swc/core';

const ROOT = path.join(__dirname, '../..');
const FROM_SOURCE = ['--conditions=quartet-source', '-r', path.join(ROOT, 'scripts/register.cjs')];
const STYLES = ['extension', 'declarative', 'classical', 'sql-builder'];

/** What a reader writes beside the copied files. */
const MAIN = `
import { createEngine, runInScope } from '@quartet/db-core';
import { createApp } from './app.js';
import { queries } from './queries.js';
import { Session } from './session.js';

const engine = createEngine('sqlite://');
await createApp(engine);
await runInScope(() => queries.createUser({ name: 'ana', email: 'ana@localhost' }));
const found = await runInScope(async () => [await queries.findAccount('ana'), Session.has()]);
console.log(JSON.stringify(found));
await engine.dispose();
`;

const scratch = fs.mkdtempSync(path.join(tmpdir(), 'quartet-esm-'));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

test.each(STYLES)('the files of %s, compiled to ES modules, are an app', async (style) => {
  const app = path.join(ROOT, 'apps', style);
  const folder = path.join(scratch, style);
  fs.mkdirSync(folder);
  const modules = fs.readdirSync(path.join(app, 'src')).map((file) => ({
    file: file.replace(/\.ts$/, '.js'),
    code: toModule(fs.readFileSync(path.join(app, 'src', file), 'utf8')),
  }));
  modules.push({ file: 'main.js', code: MAIN });
  for (const { file, code } of modules) fs.writeFileSync(path.join(folder, file), code);
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  makeNodeModules(
    folder,
    app,
    modules.map(({ code }) => code),
  );
  const main = [...FROM_SOURCE, path.join(folder, 'main.js')];
  const { stdout } = await promisify(execFile)(process.execPath, main, { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject([{ name: 'ana', email: 'ana@localhost' }, true]);
});

/** ES modules name files with their endings. */
function toModule(typescript: string): string {
  const { code } = transformSync(typescript, {
    ...swcOptions,
    module: { type: 'es6' },
    sourceMaps: false,
    swcrc: false,
    configFile: false,
  });
  return code.replace(/(from|import) (['"])(\.\/[\w-]+)\2/g, "$1 '$3.js'");
}

/** The app's own dependencies. Ours run from their sources, which ES modules cannot import but through `require`. */
function makeNodeModules(folder: string, app: string, codes: readonly string[]): void {
  const [own, theirs] = [path.join(folder, 'node_modules'), path.join(app, 'node_modules')];
  fs.mkdirSync(own);
  for (const name of fs.readdirSync(theirs).filter((each) => each !== '@quartet'))
    fs.symlinkSync(path.join(theirs, name), path.join(own, name));
  for (const [specifier, names] of importsOfOurs(codes)) {
    const [scope, name, ...below] = specifier.split('/');
    const bridge = path.join(own, scope, name, ...below);
    fs.mkdirSync(bridge, { recursive: true });
    fs.writeFileSync(
      path.join(own, scope, name, 'package.json'),
      '{ "type": "module", "exports": { ".": "./index.js", "./*": "./*/index.js" } }',
    );
    fs.writeFileSync(
      path.join(bridge, 'index.js'),
      `import { createRequire } from 'node:module';
      const ours = createRequire(${JSON.stringify(path.join(app, 'package.json'))})('${specifier}');
      export const { ${[...names].join(', ')} } = ours;`,
    );
  }
}

/** Which names are imported from which of our packages. */
function importsOfOurs(codes: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const code of codes)
    for (const [, names, specifier] of code.matchAll(
      /import \{([^}]*)\} from ['"](@quartet\/[^'"]+)/g,
    ))
      for (const name of names.split(','))
        found.set(specifier, (found.get(specifier) ?? new Set()).add(name.trim().split(' ')[0]));
  return found;
}
