'use strict';
// db-core's tree of errors as a list, from the file that declares it.
const fs = require('node:fs');
const { sentenceOf } = require('./exports.cjs');

const ERROR = /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\nexport class (\w+) extends (\w+) \{([\s\S]*?)\n\}/g;

/** @param {string} file */
exports.errorTree = (file) => {
  const errors = [...fs.readFileSync(file, 'utf8').matchAll(ERROR)].map(
    ([, comment, name, parent, body]) => ({
      name,
      parent,
      sentence: sentenceOf(comment),
      code: /'([A-Z][A-Z_]+)'/.exec(body)?.[1],
    }),
  );
  const codeOf = (error) => error?.code ?? codeOf(errors.find(({ name }) => name === error.parent));
  const list = (parent, depth) =>
    errors
      .filter((error) => error.parent === parent)
      .flatMap((error) => [
        `${'  '.repeat(depth)}- \`${error.name}\`${label(error, codeOf)}: ${error.sentence}`,
        ...list(error.name, depth + 1),
      ]);
  return `${list('Error', 0).join('\n')}\n`;
};

function label(error, codeOf) {
  return error.parent === 'Error' ? '' : ` (\`${codeOf(error)}\`)`;
}
