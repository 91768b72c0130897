/** One request: its figures, what deserves a look, its sessions on a time line, and its statements in groups. */
import type { Finding, Lane } from '../findings';
import type { Html } from './html';
import type { RequestRecord } from '../request-record';
import type { Shown } from './shown';
import type { Timed } from '../drawing/timeline';
import { count, instant, ms } from '../drawing/format';
import {
  describeEntries,
  entriesOf,
  EVENT_SIGNS,
  MARK_LETTERS,
  marksOf,
  spansOf,
} from '../drawing/timeline';
import { figuresOf, findingsOf, groupsOf, lanesOf, viewOf } from '../findings';
import { html } from './html';
import { status } from './requests-list';
import { statementGroup } from './statement-group';

const SIGNS = {
  'forgotten-commit': '!',
  'n-plus-one': '≈',
  duplicates: '=',
  'holds-connection': '→',
  waited: '◷',
  failed: '✕',
  aborted: '✕',
};

export function requestPage(record: RequestRecord, shown: Shown): Html {
  const { engines, options } = shown;
  const findings = findingsOf(record, engines, options.nPlusOneThreshold);
  const { method, url, isOver } = record;
  return html`<article class="request" data-state="${isOver ? 'over' : 'under-way'}" aria-labelledby="request-title">
    <header>
      <h1 id="request-title"><span class="method">${method}</span> <span class="url">${url}</span></h1>
      ${status(record)}
    </header>
    ${figures(record, shown)}
    ${findings.length > 0 && html`<ul class="findings" aria-label="Worth a look">${findings.map(finding)}</ul>`}
    ${record.usesData ? sessions(record, shown) : html`<p class="quiet">It used no session.</p>`}
    ${record.omitted > 0 && html`<p class="quiet">${count(record.omitted, 'further event')} not kept (eventsPerRequest).</p>`}
    ${record.usesData && statements(record, shown)}
  </article>`;
}

function figures(record: RequestRecord, { engines }: Shown): Html {
  const {
    statements: sent,
    roundTrips,
    rows,
    databaseMs,
    heldMs,
    waitedMs,
  } = figuresOf(record, engines);
  const all: readonly (readonly [string, string | number])[] = [
    ['Statements', sent],
    ['Round trips', roundTrips],
    ['Rows', rows],
    ['Request, ms', ms(record.spanMs)],
    ['Statements, ms', ms(databaseMs)],
    ['Held, ms', ms(heldMs)],
    ['Waited, ms', ms(waitedMs)],
  ];
  return html`<dl class="figures-of">
    ${all.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

function finding({ kind, text }: Finding): Html {
  return html`<li class="${kind}"><span class="sign" aria-hidden="true">${SIGNS[kind]}</span> ${text}</li>`;
}

function sessions(record: RequestRecord, shown: Shown): Html {
  const lanes = lanesOf(record);
  const several = lanes.length > 1;
  return html`<section class="part" aria-labelledby="sessions-title">
    <h2 id="sessions-title">${several ? 'Sessions' : 'Session'}</h2>
    ${lanes.map((lane) => laneOf(lane, record, shown))}
    <p class="axis" aria-hidden="true"><span>0</span><span>${ms(record.spanMs)} ms</span></p>
  </section>`;
}

function laneOf(lane: Lane, record: RequestRecord, { engines }: Shown): Html {
  const { spanMs, answeredAt } = record;
  const { events } = lane;
  const timed: Timed = {
    events,
    answer: answeredAt === undefined ? undefined : { at: answeredAt },
  };
  const view = viewOf(lane.engine, engines);
  const entries = entriesOf(timed, view);
  const share = (time: number): string =>
    Math.min(100, (time / Math.max(spanMs, 0.001)) * 100).toFixed(3);
  const span = (kind: string, from: number, to: number): Html =>
    html`<i class="span ${kind}" data-left="${share(Math.max(0, from))}" data-width="${share(to - Math.max(0, from))}"></i>`;
  const label = `Session ${lane.session}${lane.engine === undefined ? '' : ` on ${engines.byId(lane.engine)?.name}`}`;
  return html`<section class="lane" aria-label="${label}">
    <h3>${label}</h3>
    <div class="track" role="img" aria-label="${label}: ${describeEntries(entries)}">
      ${span('request', 0, answeredAt ?? spanMs)}
      ${spansOf(timed, spanMs, view).map(({ kind, from, to, failed }) => span(failed ? `${kind} failed` : kind, from, to))}
      ${marksOf(timed).map(({ kind, at }) => html`<i class="mark ${kind}" data-left="${share(at)}">${MARK_LETTERS[kind]}</i>`)}
    </div>
    <details id="events-${lane.session}-${lane.engine}" ${entries.length <= 40 && html`open`}>
      <summary>${count(entries.length, 'event')}</summary>
      <ol class="session-events" tabindex="0" aria-label="Events of ${label}">
        ${entries.map(
          ({
            kind,
            at,
            text,
            detail,
            waitedMs,
            failed,
          }) => html`<li class="${kind}${failed && ' failed'}">
          <span class="when">${instant(at)}</span>
          <span class="sign" aria-hidden="true">${failed ? '✕' : EVENT_SIGNS[kind]}</span>
          <span class="what">${text}${detail !== undefined && html`<span class="detail"> ${detail}</span>`}${
            waitedMs !== undefined &&
            html`<strong class="waited">waited ${ms(waitedMs)} ms for ${kind === 'checkout' ? 'a connection' : 'the writer lock'}</strong>`
          }</span>
        </li>`,
        )}
      </ol>
    </details>
  </section>`;
}

function statements(record: RequestRecord, shown: Shown): Html {
  const { engines, options } = shown;
  const groups = groupsOf(record, engines, options.nPlusOneThreshold);
  return html`<section class="part" aria-labelledby="statements-title">
    <h2 id="statements-title">Statements</h2>
    ${groups.length === 0 && html`<p class="quiet">No statement was sent.</p>`}
    <ol class="sent">${groups.map((group, index) => statementGroup(group, index + 1, record))}</ol>
  </section>`;
}
