/**
 * Where the settings of a transaction come from: the scope that a session belongs to, and the session's own options. They
 * are asked for when a transaction begins, each time anew.
 */
import type { Engine } from '../engine/engine';
import type { Setting, Settings } from '../sql/settings';
import { checkedSettings, NO_SETTINGS } from '../sql/settings';

/**
 * Settings, or a function that gives those of a transaction which is about to begin on `engine`. It answers at once, `{}`
 * where there are none; what it throws, the statement fails with, and nothing is sent.
 */
export type SettingsSource = Settings | ((engine: Engine) => Settings);

/**
 * Those of the first source, then of the next; a later one wins where both name the same.
 *
 * @throws ArgumentError where a source gives anything else; what a source throws.
 */
export function settingsFrom(
  sources: readonly (SettingsSource | undefined)[],
  engine: Engine,
): readonly Setting[] {
  let all = NO_SETTINGS;
  for (const source of sources) {
    if (source === undefined) continue;
    const own = checkedSettings(given(source, engine));
    const names = new Set(own.map(([name]) => name.toLowerCase()));
    const kept = all.filter(([name]) => !names.has(name.toLowerCase()));
    all = kept.length > 0 ? [...kept, ...own] : own;
  }
  return all;
}

function given(source: SettingsSource, engine: Engine): unknown {
  const settings: unknown = typeof source === 'function' ? source(engine) : source;
  if (settings instanceof Promise) settings.catch(() => undefined); // it is refused, whatever it comes to
  return settings;
}
