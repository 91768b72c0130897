import type { JSX } from 'preact';
import { ms } from '../format';
import type { RequestState } from '../run-state';
import { Code } from './code';

/** The answers to the requests: status, headers, body. */
export function Answers({ requests }: { readonly requests: readonly RequestState[] }): JSX.Element {
  return (
    <>
      {requests.map((request) => (
        <Request key={request.id} request={request} />
      ))}
    </>
  );
}

function Request({ request }: { readonly request: RequestState }): JSX.Element {
  const { method, path, answer, at } = request;
  return (
    <div class="request-answer">
      <p class="request-line">
        <span class="method">{method}</span>{' '}
        <span class="path">{path.replace(/^\/variants/, '')}</span>
      </p>
      {!answer && <p class="quiet">Waiting for the answer…</p>}
      {answer && (
        <>
          <p class="status">
            <Status status={answer.status} reason={answer.reason} />
            <span class="figures">
              {ms(answer.at - at)} ms
              {(answer.chunks ?? 0) > 1 && answer.firstByteAt !== undefined
                ? ` · first byte after ${ms(answer.firstByteAt - at)} ms, ${answer.chunks} pieces`
                : ''}
            </span>
          </p>
          {answer.headers.length > 0 && (
            <details class="headers">
              <summary>{answer.headers.length} headers</summary>
              <dl>
                {answer.headers.map(([name, value], index) => (
                  <div key={index}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </details>
          )}
          {answer.body.length > 0 && <Code lines={answer.body} />}
          {answer.omitted && <p class="quiet">… {answer.omitted}</p>}
        </>
      )}
    </div>
  );
}

function Status({
  status,
  reason,
}: {
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
}): JSX.Element {
  if (status === undefined) return <span class="chip none">— no answer: the client was gone</span>;
  const tone = status < 300 ? 'good' : status < 500 ? 'refused' : 'failed';
  const sign = { good: '✓', refused: '!', failed: '✕' }[tone];
  return (
    <span class={`chip ${tone}`}>
      <span aria-hidden="true">{sign}</span> {status} {reason}
    </span>
  );
}
