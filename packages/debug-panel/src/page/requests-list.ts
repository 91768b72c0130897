/** The list of requests, the last one first, and the pools of the engines above it. */
import type { Finding, FindingKind } from '../findings';
import type { Html } from './html';
import type { RequestRecord } from '../request-record';
import type { Shown } from './shown';
import { count, ms } from '../drawing/format';
import { figuresOf, findingsOf } from '../findings';
import { poolFigures } from '../parts/session-event';
import { html } from './html';

const MARKS: Readonly<Record<FindingKind, string>> = {
  'forgotten-commit': 'not committed',
  'n-plus-one': 'N+1',
  duplicates: 'duplicates',
  'holds-connection': 'holds a connection',
  waited: 'waited',
  failed: 'failed statement',
  aborted: 'client left',
};

/** @param selected the request that is shown beside it */
export function requestsList(shown: Shown, selected?: RequestRecord): Html {
  const { log, base } = shown;
  const records = [...log.records].reverse();
  if (records.length === 0)
    return html`<p class="quiet empty">No request yet. Use your app: its requests appear here.</p>`;
  return html`<ol class="requests">
    ${records.map((record) => item(record, shown, base, record === selected))}
  </ol>`;
}

function item(record: RequestRecord, shown: Shown, base: string, isSelected: boolean): Html {
  const { id, method, url, spanMs, usesData, isOver, startedAt } = record;
  const findings = findingsOf(record, shown.engines, shown.options.nPlusOneThreshold);
  const { statements } = figuresOf(record, shown.engines);
  const current = isSelected && html` aria-current="true"`;
  return html`<li class="${usesData ? 'data' : 'no-data'}">
    <a id="request-${id}" href="${base}/requests/${id}"${current}>
      ${status(record)}
      <span class="what"><span class="method">${method}</span> <span class="url">${url}</span></span>
      <span class="figures">${usesData ? count(statements, 'statement') : 'no data'} · ${isOver ? `${ms(spanMs)} ms` : 'under way'}</span>
      <time class="figures" datetime="${new Date(startedAt).toISOString()}">${clock(startedAt)}</time>
      ${findings.length > 0 && html`<span class="marks">${findings.map(mark)}</span>`}
    </a>
  </li>`;
}

function mark({ kind }: Finding): Html {
  return html`<span class="mark-of ${kind}">${MARKS[kind]}</span>`;
}

/** The answer's status as a chip with a word for those who see no colours. */
export function status({ status: code, isAborted, answeredAt }: RequestRecord): Html {
  if (answeredAt === undefined) return html`<span class="chip none">…</span>`;
  if (isAborted || code === undefined) return html`<span class="chip none">left</span>`;
  const tone = code >= 500 ? 'failed' : code >= 400 ? 'refused' : 'good';
  return html`<span class="chip ${tone}">${code}</span>`;
}

/** How many connections of each engine are in use. */
export function pools({ engines }: Shown): Html {
  return html`${engines.all.map(({ name, engine }) => {
    const { inUse, max, waiting } = poolFigures(engine);
    const cells = Array.from(
      { length: Math.min(max, 20) },
      (_, i) => html`<i${i < inUse && html` class="out"`}></i>`,
    );
    return html`<p class="pool">
      <strong>${name}</strong>
      <span class="cells" aria-hidden="true">${cells}</span>
      <span>${inUse} of ${count(max, 'connection')} out${waiting > 0 && `, ${waiting} waiting`}</span>
    </p>`;
  })}`;
}

function clock(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}
