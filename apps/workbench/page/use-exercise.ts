/** Follows the checks of an exercise by server-sent events, as long as the page shows it. */
import { useEffect, useState } from 'preact/hooks';
import type { LiveExercise } from '../src/protocol';
import { checksOf } from './api';

export interface Followed {
  /** Undefined until the server has answered. */
  readonly live?: LiveExercise;
  /** The connection is broken; the browser tries again by itself. */
  readonly isAway: boolean;
}

export function useExercise(number: string): Followed {
  const [followed, setFollowed] = useState<Followed>({ isAway: false });
  useEffect(() => {
    const source = checksOf(number);
    source.onmessage = ({ data }: MessageEvent<string>) =>
      setFollowed({ live: JSON.parse(data) as LiveExercise, isAway: false });
    source.onerror = () => setFollowed((before) => ({ ...before, isAway: true }));
    return () => source.close();
  }, [number]);
  return followed;
}
