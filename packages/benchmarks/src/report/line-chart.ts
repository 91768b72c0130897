/** A chart of lines as SVG, logarithmic where values span decades. */
import { svg, text } from './bar-chart';

export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** Default true. */
  readonly logX?: boolean;
}

const WIDTH = 640;
const HEIGHT = 300;
const LEFT = 64;
const RIGHT = 150;
const TOP = 36;
const BOTTOM = 44;
const COLORS = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#17becf', '#8c564b'];

export function lineChart({ title, x, y, lines, logX = true }: LineChart): string {
  const points = lines.flatMap((line) => line.points);
  const place = (value: number): number => (logX ? Math.log10(value) : value);
  const xs = points.map(([at]) => place(at));
  const [minX, maxX] = [Math.min(...xs), Math.max(...xs)];
  const maxY = Math.max(...points.map(([, value]) => value)) * 1.1 || 1;
  const toX = (value: number): number =>
    LEFT + ((place(value) - minX) / (maxX - minX || 1)) * (WIDTH - LEFT - RIGHT);
  const toY = (value: number): number => HEIGHT - BOTTOM - (value / maxY) * (HEIGHT - TOP - BOTTOM);

  const parts = [text(8, 20, title, 'font-size="14"')];
  for (let i = 0; i <= 4; i++) {
    const value = (maxY * i) / 4;
    parts.push(
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${toY(value)}" y2="${toY(value)}" stroke="#ddd"/>`,
      text(LEFT - 6, toY(value) + 4, short(value), 'text-anchor="end"'),
    );
  }
  for (const value of new Set(points.map(([at]) => at)))
    parts.push(text(toX(value), HEIGHT - BOTTOM + 16, short(value), 'text-anchor="middle"'));
  parts.push(
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, x, 'text-anchor="middle"'),
    text(8, TOP, y, 'font-size="11"'),
  );
  for (const [i, line] of lines.entries()) {
    const color = COLORS[i % COLORS.length] as string;
    const path = line.points.map(([at, value]) => `${toX(at).toFixed(1)},${toY(value).toFixed(1)}`);
    parts.push(
      `<polyline points="${path.join(' ')}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...path.map((point) => {
        const [cx, cy] = point.split(',');
        return `<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`;
      }),
      `<rect x="${WIDTH - RIGHT + 14}" y="${TOP + i * 18}" width="10" height="10" fill="${color}"/>`,
      text(WIDTH - RIGHT + 30, TOP + 9 + i * 18, line.label),
    );
  }
  return svg(WIDTH, HEIGHT, parts);
}

function short(value: number): string {
  if (value >= 1e6) return `${round(value / 1e6)}M`;
  if (value >= 1e3) return `${round(value / 1e3)}k`;
  return String(round(value));
}

function round(value: number): number {
  return value >= 10 ? Math.round(value) : Math.round(value * 10) / 10;
}
