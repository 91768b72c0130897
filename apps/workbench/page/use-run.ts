/** Follows a run by server-sent events; a browser that was cut off goes on where it was. */
import { useEffect, useState } from 'preact/hooks';
import type { EngineChoice, Message } from '../src/protocol';
import { eventsOf } from './api';
import type { RunState } from './run-state';
import { add, emptyRun } from './run-state';

export interface Followed {
  readonly run?: RunState;
  /** The server does not keep this run any more. */
  readonly lost: boolean;
}

/** @param onCut called when the server is not heard any more, before it is asked again */
export function useRun(
  engine: EngineChoice | undefined,
  id: string | undefined,
  onCut: () => void,
): Followed {
  const [followed, setFollowed] = useState<Followed>({ lost: false });

  useEffect(() => {
    setFollowed({ lost: false });
    if (id === undefined || engine === undefined) return undefined;
    const run = emptyRun(id);
    let frame = 0;
    const show = (): void => {
      frame = 0;
      setFollowed({ run: { ...run }, lost: false });
    };
    const source = eventsOf(engine, id);
    source.onmessage = ({ data }: MessageEvent<string>) => {
      add(run, JSON.parse(data) as Message);
      if (run.end) source.close();
      frame ||= requestAnimationFrame(show);
    };
    source.onerror = () => {
      if (run.end) return;
      if (source.readyState === EventSource.CLOSED) setFollowed({ lost: true });
      onCut();
    };
    return () => {
      source.close();
      cancelAnimationFrame(frame);
    };
  }, [engine?.at, id]);

  // Until the effect has run, what is followed is still the run before.
  return followed.run && followed.run.id !== id ? { lost: false } : followed;
}
