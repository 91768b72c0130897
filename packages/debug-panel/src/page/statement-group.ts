/** Statements of one shape: the first as code, the values of each, and a button for the plan. */
import type { CodeLine, Plan, SessionEvent } from '../drawing/events';
import type { StatementGroup } from '../findings';
import type { Html } from './html';
import type { RequestRecord } from '../request-record';
import { count, ms } from '../drawing/format';
import { REPEATED_SIGNS } from '../drawing/timeline';
import { sqlLines } from '../parts/sql-code';
import { html } from './html';

const SHOWN = 12;

export function statementGroup(group: StatementGroup, number: number, record: RequestRecord): Html {
  const { engine, events, repeated, isNPlusOne, totalMs } = group;
  const [first] = events;
  const rows = events.reduce((sum, { rowCount = 0 }) => sum + rowCount, 0);
  const label = `Statement ${number}`;
  // `id` is a number of ours: the page sends nothing else.
  const explained = events.find(({ id }) => {
    const sent = record.sent.get(id);
    return sent?.params && engine.describe(sent.sql).isPlainRead;
  });
  const more = events.length - SHOWN;
  return html`<li class="group ${repeated}">
    <header>
      ${
        repeated !== 'once' &&
        html`<span class="repeats"><span aria-hidden="true">${REPEATED_SIGNS[repeated]}</span> ${events.length}× ${repeated}${isNPlusOne && ', N+1'}</span>`
      }
      ${first?.place && html`<code class="place" title="${first.place.file}:${first.place.line}">${shortFile(first.place.file)}:${first.place.line}</code>`}
      <span class="figures">${ms(totalMs)} ms · ${count(rows, 'row')}</span>
      ${explained && html`<button type="button" class="small" data-explain="${explained.id}" aria-label="Explain ${label}">Explain</button>`}
    </header>
    ${code(sqlLines(engine, first?.sql ?? ''), label)}
    <div class="plan-place" aria-live="polite"></div>
    ${
      events.length === 1 && first
        ? values(first)
        : html`<details id="each-${first?.id}"><summary>Each of them</summary>
          <ol class="each">
            ${events.slice(0, SHOWN).map((event) => html`<li>${values(event)}</li>`)}
            ${more > 0 && html`<li class="quiet">and ${more} more</li>`}
          </ol></details>`
    }
  </li>`;
}

export function planTable({ columns, rows }: Plan): Html {
  return html`<div class="plan" tabindex="0" role="region" aria-label="Plan">
    <table>
      <thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((value) => html`<td>${value}</td>`)}</tr>`)}</tbody>
    </table>
  </div>`;
}

function values({ params = [], error }: SessionEvent): Html | false {
  if (params.length === 0 && error === undefined) return false;
  return html`<div class="details">
    ${params.length > 0 && html`<ul class="params" aria-label="Parameters">${params.map((param) => html`<li>${param}</li>`)}</ul>`}
    ${error !== undefined && html`<p class="error"><span aria-hidden="true">✕</span> ${error}</p>`}
  </div>`;
}

function code(lines: readonly CodeLine[], label: string): Html {
  return html`<pre class="code" tabindex="0" role="region" aria-label="${label}"><code>${lines.map(line)}</code></pre>`;
}

/** The indentation of a line is shown as padding, and stays in the text for copying. */
function line(tokens: CodeLine): Html {
  const indent = /^ */.exec(tokens.map(([text]) => text).join(''))?.[0] ?? '';
  let left = indent.length;
  const shown = tokens.map(([text, kind]) => {
    const rest = text.slice(Math.min(left, text.length));
    left -= text.length - rest.length;
    return rest !== '' && html`<span class="${kind !== undefined && `t-${kind}`}">${rest}</span>`;
  });
  return html`<span class="line" data-indent="${indent.length}"><span class="indent">${indent}</span>${shown}
</span>`;
}

function shortFile(file: string): string {
  return file.split('/').slice(-2).join('/');
}
