import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { REPEATED_SIGNS } from '@quartet/debug-panel/drawing';
import type { EngineChoice, Plan, Statement, StatementGroup, StyleId } from '../../src/protocol';
import { getPlan } from '../api';
import { classes, count, ms } from '../format';
import type { StyleState } from '../run-state';
import { Code } from './code';
import { Link } from './link';

const SHOWN = 12;

/** The statements of a style, grouped by shape; repeated ones have a sign, a count and a word. */
export function Sql({
  engine,
  run,
  style,
  state,
}: {
  readonly engine: EngineChoice;
  readonly run: string;
  readonly style: StyleId;
  readonly state: StyleState;
}): JSX.Element {
  if (!state.groups) {
    const sent = state.requests.flatMap(({ events }) =>
      events.filter(({ kind }) => kind === 'query'),
    );
    return <p class="quiet">{count(sent.length, 'statement')} so far…</p>;
  }
  const { groups, requests } = state;
  if (groups.length === 0) return <p class="quiet">No statement was sent.</p>;
  return (
    <>
      {requests.map(({ id, label }) => {
        const [asked, own] = [false, true].map((forItself) =>
          groups
            .filter((group) => group.requestId === id && group.forItself === forItself)
            .map((group, index) => (
              <Group
                key={index}
                engine={engine}
                run={run}
                group={group}
                label={`Statement ${index + 1} of ${label}, ${style}`}
              />
            )),
        );
        const sent = groups.filter((group) => group.requestId === id && group.forItself);
        return (
          <div key={id} class="sent">
            {requests.length > 1 && <h4>{label}</h4>}
            <ol>{asked}</ol>
            {sent.length > 0 && (
              <details class="for-itself">
                <summary>
                  {count(
                    sent.reduce((sum, { statements }) => sum + statements.length, 0),
                    'statement',
                  )}{' '}
                  of the library’s own, to read the schema
                </summary>
                <ol>{own}</ol>
              </details>
            )}
          </div>
        );
      })}
    </>
  );
}

function Group({
  engine,
  run,
  group,
  label,
}: {
  readonly engine: EngineChoice;
  readonly run: string;
  readonly group: StatementGroup;
  readonly label: string;
}): JSX.Element {
  const { statements, repeated, explainable, lines, totalMs } = group;
  const [first] = statements;
  const rows = statements.reduce((sum, { rowCount = 0 }) => sum + rowCount, 0);
  const [plan, setPlan] = useState<Plan>();
  const [problem, setProblem] = useState('');
  const explain = (id: number): void => {
    setProblem('');
    getPlan(engine, run, id).then(setPlan, (reason: Error) => setProblem(reason.message));
  };
  return (
    <li class={classes('group', repeated)}>
      <header>
        {repeated !== 'once' && (
          <span class="repeats">
            <span aria-hidden="true">{REPEATED_SIGNS[repeated]}</span> {statements.length}×{' '}
            {repeated}
          </span>
        )}
        {first?.place && <Place place={first.place} />}
        <span class="figures">
          {ms(totalMs)} ms · {count(rows, 'row')}
        </span>
        {first && explainable && (
          <button
            type="button"
            class="small"
            onClick={() => explain(first.id)}
            aria-label={`Explain ${label}`}
          >
            Explain
          </button>
        )}
      </header>
      <Code lines={lines} />
      {problem && <p class="error">{problem}</p>}
      {plan && <PlanTable plan={plan} label={label} />}
      {statements.length === 1 && first ? (
        <Details statement={first} />
      ) : (
        <details>
          <summary>Each of them</summary>
          <ol class="each">
            {statements.slice(0, SHOWN).map((statement) => (
              <li key={statement.id}>
                <Details statement={statement} />
              </li>
            ))}
            {statements.length > SHOWN && (
              <li class="quiet">and {statements.length - SHOWN} more</li>
            )}
          </ol>
        </details>
      )}
    </li>
  );
}

function Place({
  place: { file, line },
}: {
  readonly place: NonNullable<Statement['place']>;
}): JSX.Element {
  return (
    <Link class="place" to={`/f/${file}#L${line}`} title={`${file}, line ${line}`}>
      {file.split('/').at(-1)}:{line}
    </Link>
  );
}

function Details({ statement }: { readonly statement: Statement }): JSX.Element {
  const { params, error } = statement;
  return (
    <div class="details">
      {params.length > 0 && (
        <ul class="params" aria-label="Parameters">
          {params.map((param, index) => (
            <li key={index}>{param}</li>
          ))}
        </ul>
      )}
      {error && (
        <p class="error">
          <span aria-hidden="true">✕</span> {error}
        </p>
      )}
    </div>
  );
}

/** The plan of a recorded statement. */
function PlanTable({ plan, label }: { readonly plan: Plan; readonly label: string }): JSX.Element {
  if (plan.rows.length === 0) return <p class="plan quiet">An empty plan: it only writes.</p>;
  return (
    <div class="plan" tabIndex={0} role="region" aria-label={`Plan of ${label}`}>
      <table>
        <thead>
          <tr>
            {plan.columns.map((column) => (
              <th key={column}>{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {plan.rows.map((row, index) => (
            <tr key={index}>
              {row.map((value, at) => (
                <td key={at}>{value}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
