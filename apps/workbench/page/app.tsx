import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Bench as BenchInfo, EngineChoice } from '../src/protocol';
import { engineOf, readAddress } from './address';
import { getBench, getEngines } from './api';
import { Bench } from './bench';
import { Catalogue } from './parts/catalogue';
import { File } from './parts/file';
import { Header } from './parts/header';
import { History } from './parts/history';
import { NAVIGATED } from './parts/link';

/** The whole page; the address decides what is shown. */
export function App(): JSX.Element {
  const [bench, setBench] = useState<BenchInfo>();
  const [engines, setEngines] = useState<readonly EngineChoice[]>([]);
  const [problem, setProblem] = useState('');
  const [address, setAddress] = useState(() => readAddress(location));
  const [history, setHistory] = useState(false);

  const fail = (reason: Error): void => setProblem(reason.message);
  const askForEngines = (): Promise<void> => getEngines().then(setEngines);
  useEffect(() => {
    getBench().then(setBench, fail);
    const read = (): void => setAddress(readAddress(location));
    for (const event of ['popstate', NAVIGATED]) addEventListener(event, read);
    return () => {
      for (const event of ['popstate', NAVIGATED]) removeEventListener(event, read);
    };
  }, []);
  // The chosen engine may have begun to answer in the meantime.
  useEffect(() => void askForEngines().catch(fail), [address.engine]);

  const scenario = bench?.scenarios.find(({ id }) => id === address.scenario);
  const engine = engineOf(address, engines);
  const ready = bench && engines.length > 0;
  return (
    <>
      <Header
        bench={bench}
        engines={engines}
        engine={engine}
        address={address}
        onHistory={() => setHistory(true)}
      />
      {problem && (
        <main class="catalogue">
          <p class="error">The workbench does not answer: {problem}</p>
        </main>
      )}
      {address.file && <File key={address.file} path={address.file} />}
      {ready && scenario && (
        <Bench
          key={scenario.id}
          bench={bench}
          scenario={scenario}
          engines={engines}
          address={address}
          onEngineChange={() => void askForEngines().catch(() => undefined)}
        />
      )}
      {ready && !scenario && !address.file && <Catalogue bench={bench} engine={address.engine} />}
      {history && <History onClose={() => setHistory(false)} />}
    </>
  );
}
