/** A chart of horizontal bars as SVG: a group for each engine, a bar for each variant. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly color: string;
}

export interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 760;
const LABELS = 250;
const BAR = 16;
const GAP = 4;
const TITLE = 30;

/** @param mark a value that a line is drawn at, such as what all are compared with. */
export function barChart(
  title: string,
  unit: string,
  groups: readonly Group[],
  mark?: number,
): string {
  const max = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const scale = (WIDTH - LABELS - 90) / max;
  let y = 40;
  const parts: string[] = [];
  for (const { title: group, bars } of groups) {
    parts.push(text(8, y + 16, group, 'font-weight="bold"'));
    y += TITLE;
    for (const { label, value, color } of bars) {
      const width = Math.max(1, value * scale);
      parts.push(
        text(LABELS - 8, y + 12, label, 'text-anchor="end"'),
        `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2" fill="${color}"/>`,
        text(LABELS + width + 6, y + 12, mark === undefined ? format(value) : value.toFixed(2)),
      );
      y += BAR + GAP;
    }
    y += 12;
  }
  if (mark !== undefined) {
    const x = LABELS + mark * scale;
    parts.unshift(`<path d="M${x.toFixed(1)} 34V${y}" stroke="#bbb"/>`); // behind the bars and their values
  }
  return svg(WIDTH, y, [text(8, 20, `${title} (${unit})`, 'font-size="14"'), ...parts]);
}

export function svg(width: number, height: number, parts: readonly string[]): string {
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
  ].join('\n')}\n`;
}

export function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="#222" ${attributes}>${escaped}</text>`;
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
