import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Bench } from '../../src/protocol';
import { ENGINE_NAMES } from '../format';
import type { Theme } from '../theme';
import { chooseTheme, chosenTheme, THEMES } from '../theme';
import { go, Link } from './link';

const THEME_NAMES: Record<Theme, string> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
};

interface HeaderProps {
  readonly bench: Bench | undefined;
  readonly scenario: string | undefined;
  readonly onHistory: () => void;
}

export function Header({ bench, scenario, onHistory }: HeaderProps): JSX.Element {
  const [theme, setTheme] = useState(chosenTheme);
  return (
    <header class="top">
      <Link to="/" class="brand">
        <img src="/favicon.svg" alt="" width="22" height="22" />
        <span>Quartet</span> workbench
      </Link>
      {bench && (
        <span class="engine">
          {ENGINE_NAMES[bench.engine.name]} {/^[\d.]+/.exec(bench.engine.version)?.[0]}
        </span>
      )}
      {bench && scenario && <Scenarios bench={bench} scenario={scenario} />}
      <button type="button" onClick={onHistory}>
        History
      </button>
      <label class="theme">
        <span class="hidden">Colours</span>
        <select
          value={theme}
          onChange={({ currentTarget: { value } }) => {
            chooseTheme(value as Theme);
            setTheme(value as Theme);
          }}
        >
          {THEMES.map((each) => (
            <option key={each} value={each}>
              {THEME_NAMES[each]}
            </option>
          ))}
        </select>
      </label>
    </header>
  );
}

function Scenarios({
  bench: { scenarios },
  scenario,
}: {
  readonly bench: Bench;
  readonly scenario: string;
}): JSX.Element {
  const groups = [...new Set(scenarios.map(({ group }) => group))];
  return (
    <label class="scenario">
      <span>Scenario</span>
      <select value={scenario} onChange={(event) => go(`/s/${event.currentTarget.value}`)}>
        {groups.map((group) => (
          <optgroup key={group} label={group}>
            {scenarios
              .filter((each) => each.group === group)
              .map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
