/** Follows a run by server-sent events; a browser that was cut off goes on where it was. */
import { useEffect, useState } from 'preact/hooks';
import type { Message } from '../src/protocol';
import type { RunState } from './run-state';
import { add, emptyRun } from './run-state';

export interface Followed {
  readonly run?: RunState;
  /** The server does not keep this run any more. */
  readonly lost: boolean;
}

export function useRun(id: string | undefined): Followed {
  const [followed, setFollowed] = useState<Followed>({ lost: false });

  useEffect(() => {
    setFollowed({ lost: false });
    if (id === undefined) return undefined;
    const run = emptyRun(id);
    let frame = 0;
    const show = (): void => {
      frame = 0;
      setFollowed({ run: { ...run }, lost: false });
    };
    const source = new EventSource(`/api/runs/${id}/events`);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      add(run, JSON.parse(data) as Message);
      if (run.end) source.close();
      frame ||= requestAnimationFrame(show);
    };
    source.onerror = () => {
      if (source.readyState !== EventSource.CLOSED || run.end) return;
      setFollowed({ lost: true });
    };
    return () => {
      source.close();
      cancelAnimationFrame(frame);
    };
  }, [id]);

  // Until the effect has run, what is followed is still the run before.
  return followed.run && followed.run.id !== id ? { lost: false } : followed;
}
