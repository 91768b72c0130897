/** Follows a run by server-sent events; after a broken connection the browser continues where it was. */
import { useEffect, useState } from 'preact/hooks';
import type { EngineChoice, Message } from '../src/protocol';
import { eventsOf } from './api';
import type { RunState } from './run-state';
import { add, emptyRun } from './run-state';

export interface Followed {
  readonly run?: RunState;
  /** The server has deleted this run. */
  readonly lost: boolean;
}

/** @param onDisconnect called when the connection to the server breaks, before the browser reconnects */
export function useRun(
  engine: EngineChoice | undefined,
  id: string | undefined,
  onDisconnect: () => void,
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
      onDisconnect();
    };
    return () => {
      source.close();
      cancelAnimationFrame(frame);
    };
  }, [engine?.at, id]);

  // Until the effect has run, `followed` is still the previous run.
  return followed.run && followed.run.id !== id ? { lost: false } : followed;
}
