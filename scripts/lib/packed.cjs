'use strict';
// Tarballs of the packages that are to be published, as a registry would give them: `workspace:` ranges are replaced, and
// every link in a page of theirs leads to a file that is installed with them.
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { withLinks } = require('./docs/links.cjs');
const { markdownFiles } = require('./docs/pages.cjs');
const { ROOT } = require('./workspace.cjs');

/** The package that brings the pages of `docs/`: every other one needs it, so that it is always installed beside them. */
const WITH_DOCS = 'db-core';
const DOCS = ['docs', 'docs/concepts', 'docs/before-and-after', 'docs/recipes'];

/**
 * @param {import('./workspace.cjs').Package} each
 * @param {string} folder where its tarball goes to
 * @returns {string} the file
 * @throws Error when it is not built, or cannot be packed
 */
exports.pack = ({ short, folder: from, manifest }, folder) => {
  if (!fs.existsSync(path.join(from, 'dist')))
    throw new Error(`${manifest.name} is not built: npm run build`);
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'quartet-pack-'));
  try {
    const pnpm = path.join(ROOT, 'node_modules/.bin/pnpm');
    run(pnpm, ['pack', '--pack-destination', scratch], from);
    const [packed] = fs.readdirSync(scratch);
    run('tar', ['-xzf', packed], scratch);
    const content = path.join(scratch, 'package');
    addPages(short, content);
    const file = path.join(folder, `${short}.tgz`);
    run('tar', ['-czf', file, 'package'], scratch);
    return file;
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
};

function addPages(short, content) {
  const pages = new Map([[`packages/${short}/README.md`, 'README.md']]);
  if (short === WITH_DOCS) for (const page of docs()) pages.set(page, page);
  for (const [page, target] of pages) {
    const file = path.join(content, target);
    const text = fs.readFileSync(path.join(ROOT, page), 'utf8');
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(
      file,
      withLinks(text, page, (linked) => installed(linked, short, path.dirname(target), content)),
    );
  }
}

/** Where a file of the repository is, seen from a folder of an installed package; undefined where it is not installed. */
function installed(file, short, folder, content) {
  const own = `packages/${short}/`;
  if (file.startsWith(own)) {
    const inside = file.slice(own.length);
    const there = fs.existsSync(path.join(content, inside));
    return there ? path.posix.relative(folder, inside) : undefined;
  }
  const core = `packages/${WITH_DOCS}/`;
  const inCore = file === `${core}README.md` ? 'README.md' : docs().find((page) => page === file);
  return (
    inCore &&
    path.posix.relative(folder, short === WITH_DOCS ? inCore : `../${WITH_DOCS}/${inCore}`)
  );
}

function docs() {
  return DOCS.flatMap((folder) =>
    markdownFiles(ROOT, folder).filter((page) => path.posix.dirname(page) === folder),
  );
}

function run(file, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${path.basename(file)}: ${error ?? `${stdout}${stderr}`.trim()}`);
}
