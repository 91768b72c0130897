'use strict';
// Generated parts of a Markdown file: what stands between `<!-- generated: name args -->` and
// `<!-- end -->` is replaced by what the generator of that name gives.

const PART = /^(<!-- generated: (\S+)(.*?) -->)\n([\s\S]*?)^(<!-- end -->)$/gm;

/**
 * @typedef {{ file: string, args: string[], previous: string }} Part `previous`: what stands there now
 * @typedef {Record<string, (part: Part) => string | Promise<string>>} Generators
 * @param {string} text
 * @param {string} file for messages and relative links
 * @param {Generators} generators
 * @returns {Promise<string>}
 * @throws Error that names the file when a generator is unknown or fails
 */
exports.rewrite = async (text, file, generators) => {
  const opened = text.match(/^<!-- generated: /gm)?.length ?? 0;
  const parts = [...text.matchAll(PART)];
  if (parts.length !== opened) throw new Error(`${file}: a generated part has no <!-- end -->`);
  let result = '';
  let from = 0;
  for (const part of parts) {
    const [whole, begin, name, args, previous, end] = part;
    const generate = Object.hasOwn(generators, name) ? generators[name] : undefined;
    if (!generate) throw new Error(`${file}: there is no generator '${name}'`);
    let body;
    try {
      body = await generate({ file, args: args.trim().split(/\s+/).filter(Boolean), previous });
    } catch (cause) {
      throw new Error(`${file}: '${name}${args}' cannot be generated`, { cause });
    }
    result += `${text.slice(from, part.index)}${begin}\n${body.trimEnd()}\n${end}`;
    from = part.index + whole.length;
  }
  return result + text.slice(from);
};
