'use strict';
// The API reference, by TypeDoc from the docstrings of what the packages export, as pages of the site.
const { publishedPackages, sourceEntries } = require('../workspace.cjs');

/**
 * @param {any} typedoc the module
 * @param {{ root: string, tsconfig: string, folder: string }} options `folder` is where its pages go to
 * @returns {Promise<{ problems: string[], navigation: any[] }>} a line for each exported symbol without a docstring, and
 *   for each link in one that leads nowhere
 * @throws Error when the packages do not compile
 */
exports.writeReference = async (typedoc, { root, tsconfig, folder }) => {
  const { Application, Logger, LogLevel, ReflectionKind } = typedoc;
  const entries = publishedPackages(root).flatMap(sourceEntries);
  const app = await Application.bootstrapWithPlugins({
    entryPoints: entries.map(({ file }) => file),
    tsconfig,
    logLevel: 'Warn',
    plugin: ['typedoc-plugin-markdown'],
    out: folder,
    name: 'API reference',
    readme: 'none',
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableGit: true,
    sourceLinkTemplate: 'unused',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    entryFileName: 'index',
    indexFormat: 'table',
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    enumMembersFormat: 'table',
    useCodeBlocks: true,
    expandObjects: true,
    validation: { notExported: false, notDocumented: false, invalidLink: true },
  });
  const problems = [];
  app.logger = new (class extends Logger {
    log(message, level) {
      if (level >= LogLevel.Warn) problems.push(message);
    }
  })();
  const throwing = throwingSignatures(typedoc, app);
  const project = await app.convert();
  if (project === undefined)
    throw new Error(`The packages do not compile:\n${problems.join('\n')}`);
  for (const module of project.children ?? []) {
    const source = module.sources?.[0]?.fullFileName;
    module.name = entries.find(({ file }) => file === source)?.name ?? module.name;
  }
  problems.push(...undocumented(project, ReflectionKind, throwing));
  app.validate(project);
  // A reader of the site has no use for the place in a checkout.
  for (const each of Object.values(project.reflections)) delete each.sources;
  let navigation = [];
  app.renderer.postRenderAsyncJobs.push(async (output) => {
    navigation = output.navigation;
  });
  await app.generateOutputs(project);
  return { problems, navigation };
};

/** Exports, and methods of exported classes, that have no docstring; those that throw by themselves and do not say so. */
function undocumented(project, Kind, throwing) {
  const exported =
    Kind.Class | Kind.Interface | Kind.TypeAlias | Kind.Function | Kind.Variable | Kind.Enum;
  return (project.children ?? []).flatMap((module) =>
    (module.children ?? [])
      .filter((each) => each.kindOf(exported))
      .flatMap((each) => [
        each,
        ...(each.children ?? []).filter(
          (member) => member.kindOf(Kind.Method) && !isLanguages(member.name),
        ),
      ])
      .flatMap((each) => {
        const name = each.parent === module ? each.name : `${each.parent.name}.${each.name}`;
        const where = `${module.name}: ${name} (${each.sources?.[0]?.fileName})`;
        const signatures = each.signatures ?? [];
        if (![each, ...signatures].some((one) => one.hasComment()))
          return [`${where} has no docstring`];
        const silent = signatures.some(
          (one) => throwing.has(one) && !one.comment?.getTag('@throws'),
        );
        return silent ? [`${where} throws, and its docstring has no @throws`] : [];
      }),
  );
}

/** Methods that JavaScript calls, whose meaning is its own. */
function isLanguages(name) {
  return name.startsWith('[') || name === 'toString' || name === 'toJSON';
}

/** The signatures whose own body has a `throw`: what a function inside it or one that it calls throws is theirs to say. */
function throwingSignatures({ Converter, TypeScript: ts }, app) {
  const throwing = new Set();
  const throws = (node) => {
    if (ts.isThrowStatement(node)) return true;
    if (ts.isFunctionLike(node)) return false;
    return ts.forEachChild(node, throws) ?? false;
  };
  app.converter.on(Converter.EVENT_CREATE_SIGNATURE, (_context, signature, declaration) => {
    if (declaration?.body && throws(declaration.body)) throwing.add(signature);
  });
  return throwing;
}
