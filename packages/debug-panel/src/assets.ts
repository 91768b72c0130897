/** The files of the page: its script, its styles, its fonts. There are no others. */
import path from 'node:path';

const PAGE = path.join(__dirname, '../page');
const INTER = '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2';
const MONO = '@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2';

const FILES: Readonly<Record<string, () => string>> = {
  'panel.js': () => path.join(PAGE, 'panel.js'),
  'fonts.css': () => path.join(PAGE, 'fonts.css'),
  'theme.css': () => path.join(PAGE, 'theme.css'),
  'parts.css': () => path.join(PAGE, 'parts.css'),
  'panel.css': () => path.join(PAGE, 'panel.css'),
  'favicon.svg': () => path.join(PAGE, 'favicon.svg'),
  'inter.woff2': () => require.resolve(INTER),
  'jetbrains-mono.woff2': () => require.resolve(MONO),
};

/** Where a file of this name is; undefined for any other name. */
export function assetPath(name: string): string | undefined {
  return Object.hasOwn(FILES, name) ? FILES[name]?.() : undefined;
}
