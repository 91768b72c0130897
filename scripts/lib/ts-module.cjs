'use strict';
// What a TypeScript file exports and imports, read by a real parser.
const fs = require('node:fs');
const path = require('node:path');
const { parseSync } = require('@swc/core');

/**
 * @typedef {object} TsModule
 * @property {string[]} exports in the order of the file; `default`, and `* from './x'`, as such
 * @property {{ specifier: string, typeOnly: boolean }[]} imports also re-exports, `import()` and `require()`
 * @property {string[]} functions the functions declared at the top level, in order
 * @property {(name: string) => string[] | undefined} members what the named top-level interface or object literal consists of, in order
 */

/**
 * @param {string} file
 * @returns {TsModule}
 * @throws Error that names the file when it does not parse
 */
exports.readModule = (file) => {
  const ast = parse(fs.readFileSync(file, 'utf8'), file);
  const declarations = ast.body.map(declarationOf);
  return {
    exports: ast.body.flatMap(exportedNames),
    imports: importsOf(ast),
    functions: declarations.filter(isFunction).map((node) => node.identifier.value),
    members: (name) => declarations.map((node) => membersOf(node, name)).find(Boolean),
  };
};

/**
 * Shows every node of a file's syntax tree.
 *
 * @param {string} file
 * @param {(node: any) => void} visit
 */
exports.walkModule = (file, visit) =>
  exports.walkNode(parse(fs.readFileSync(file, 'utf8'), file), visit);

/**
 * Shows a node and every node below it.
 *
 * @param {any} node
 * @param {(node: any) => void} visit
 */
exports.walkNode = (node, visit) => {
  if (!node || typeof node !== 'object') return;
  if (typeof node.type === 'string') visit(node);
  for (const each of Object.values(node)) exports.walkNode(each, visit);
};

/**
 * @param {string} file
 * @returns {{ name: string | undefined, node: any }[]} the statements at the top level but imports, by the first name declared
 */
exports.moduleStatements = (file) =>
  parse(fs.readFileSync(file, 'utf8'), file)
    .body.filter(({ type }) => type !== 'ImportDeclaration')
    .map((node) => ({ name: nameOf(declarationOf(node)), node }));

/** A package's own TypeScript files, as in `src/models.ts`. */
exports.sourceFiles = (folder) =>
  ['src', 'test']
    .filter((part) => fs.existsSync(path.join(folder, part)))
    .flatMap((part) =>
      fs
        .readdirSync(path.join(folder, part), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => path.posix.join(part, name.split(path.sep).join('/'))),
    );

function parse(text, file) {
  try {
    return parseSync(text, { syntax: 'typescript', decorators: true });
  } catch (cause) {
    throw new Error(`${file} does not parse`, { cause });
  }
}

function declarationOf(node) {
  return node.type === 'ExportDeclaration' ? node.declaration : node;
}

function isFunction(node) {
  return node.type === 'FunctionDeclaration';
}

function exportedNames(node) {
  switch (node.type) {
    case 'ExportDeclaration':
      return declaredNames(node.declaration);
    case 'ExportNamedDeclaration':
      return node.specifiers.map((each) => (each.exported ?? each.orig ?? each.name).value);
    case 'ExportAllDeclaration':
      return [`* from '${node.source.value}'`];
    case 'ExportDefaultDeclaration':
    case 'ExportDefaultExpression':
      return ['default'];
    default:
      return [];
  }
}

function declaredNames(node) {
  if (node.type !== 'VariableDeclaration') return [(node.identifier ?? node.id).value];
  return node.declarations.flatMap(({ id }) => patternNames(id));
}

function nameOf(declaration) {
  const isNamed =
    declaration.type === 'VariableDeclaration' || declaration.identifier || declaration.id;
  return isNamed ? declaredNames(declaration)[0] : undefined;
}

/** The names that `const { a, b: [c] } = …` declares. */
function patternNames(pattern) {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.value];
    case 'ObjectPattern':
      return pattern.properties.flatMap((each) =>
        patternNames(each.value ?? each.key ?? each.argument),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((each) => patternNames(each?.pattern ?? each));
    case 'AssignmentPattern':
      return patternNames(pattern.left);
    case 'RestElement':
      return patternNames(pattern.argument);
    default:
      return [];
  }
}

function membersOf(node, name) {
  if (node.type === 'TsInterfaceDeclaration' && node.id.value === name) {
    return node.body.body.map(({ key }) => key.value);
  }
  if (node.type !== 'VariableDeclaration') return undefined;
  const found = node.declarations.find(({ id }) => id.value === name);
  const literal = found && withoutTypes(found.init);
  if (literal?.type !== 'ObjectExpression') return undefined;
  return literal.properties.map((property) =>
    property.type === 'SpreadElement' ? '...' : (property.key ?? property).value,
  );
}

/** `({ … }) satisfies Queries` is the object within. */
function withoutTypes(expression) {
  return expression?.expression ? withoutTypes(expression.expression) : expression;
}

function importsOf(node, found = []) {
  if (Array.isArray(node)) for (const each of node) importsOf(each, found);
  else if (node && typeof node === 'object') {
    const specifier = specifierOf(node);
    if (specifier)
      found.push({ specifier, typeOnly: Boolean(node.typeOnly || isTypeImport(node)) });
    for (const each of Object.values(node)) importsOf(each, found);
  }
  return found;
}

function specifierOf(node) {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node.source?.value;
    case 'TsImportType':
      return node.argument.value;
    case 'CallExpression': {
      const isImport = node.callee.type === 'Import' || node.callee.value === 'require';
      return isImport ? node.arguments[0]?.expression.value : undefined;
    }
    default:
      return undefined;
  }
}

function isTypeImport(node) {
  return node.type === 'TsImportType';
}
