import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Bench, EngineChoice } from '../../src/protocol';
import type { Address } from '../address';
import { writeAddress } from '../address';
import { engineTitle } from '../format';
import type { Theme } from '../theme';
import { chooseTheme, chosenTheme, THEMES } from '../theme';
import { go, Link } from './link';

const THEME_NAMES: Record<Theme, string> = {
  system: 'System',
  light: 'Light',
  dark: 'Dark',
};

interface HeaderProps {
  readonly bench: Bench | undefined;
  readonly engines: readonly EngineChoice[];
  /** The chosen engine; undefined where the address names one that does not exist. */
  readonly engine: EngineChoice | undefined;
  readonly address: Address;
  readonly onHistory: () => void;
}

export function Header({ bench, engines, engine, address, onHistory }: HeaderProps): JSX.Element {
  const [theme, setTheme] = useState(chosenTheme);
  const scenario = bench?.scenarios.find(({ id }) => id === address.scenario)?.id;
  // The chosen engine stays when another scenario is opened.
  const elsewhere = (to: { scenario?: string }): string =>
    writeAddress({ ...to, given: {}, ...(address.engine && { engine: address.engine }) });
  return (
    <header class="top">
      <Link to={elsewhere({})} class="brand">
        <img src="/favicon.svg" alt="" width="22" height="22" />
        <span>Quartet</span> <em>workbench</em>
      </Link>
      <Engine engines={engines} engine={engine} address={address} />
      {bench && scenario && (
        <Scenarios
          bench={bench}
          scenario={scenario}
          onChoose={(id) => go(elsewhere({ scenario: id }))}
        />
      )}
      {/* A scenario leads to its own exercise. */}
      {address.scenario === undefined && <Link to="/workshop">Workshop</Link>}
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

/** The engine, or a choice where there are several. A run belongs to its engine. */
function Engine({
  engines,
  engine,
  address,
}: Pick<HeaderProps, 'engines' | 'engine' | 'address'>): JSX.Element {
  const { run: _run, ...rest } = address;
  if (rest.file !== undefined || rest.workshop !== undefined) return <span class="engine none" />;
  if (engines.length < 2)
    return <span class="engine">{engines[0] && engineTitle(engines[0])}</span>;
  return (
    <label class="engine choice">
      <span class="hidden">Engine</span>
      <select
        value={engine?.id ?? ''}
        onChange={(event) => go(writeAddress({ ...rest, engine: event.currentTarget.value }))}
      >
        {!engine && <option value="">Choose one</option>}
        {engines.map((each) => (
          <option key={each.id} value={each.id}>
            {engineTitle(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Scenarios({
  bench: { scenarios },
  scenario,
  onChoose,
}: {
  readonly bench: Bench;
  readonly scenario: string;
  readonly onChoose: (scenario: string) => void;
}): JSX.Element {
  const groups = [...new Set(scenarios.map(({ group }) => group))];
  return (
    <label class="scenario">
      <span>Scenario</span>
      <select value={scenario} onChange={(event) => onChoose(event.currentTarget.value)}>
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
