'use strict';
// The table that `npm start` prints once every app answers.

/** @param {{ style: string, library: string, port: number }[]} apps */
exports.appTable = (apps) => {
  const rows = [
    ['style', 'library', 'URL'],
    ...apps.map(({ style, library, port }) => [style, library, `http://localhost:${port}`]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map(
    ([style, library, url]) =>
      `  ${style.padEnd(widths[0])}   ${library.padEnd(widths[1])}   ${url}`,
  );
  return [
    '',
    ...lines,
    '',
    apps.length === 1
      ? 'Ctrl-C stops it.'
      : 'Open the workbench; the others answer one API: try /users. Ctrl-C stops them.',
    '',
  ].join('\n');
};
