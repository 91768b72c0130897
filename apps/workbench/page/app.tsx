import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Bench as BenchInfo } from '../src/protocol';
import { readAddress } from './address';
import { getBench } from './api';
import { Bench } from './bench';
import { Catalogue } from './parts/catalogue';
import { File } from './parts/file';
import { Header } from './parts/header';
import { History } from './parts/history';
import { NAVIGATED } from './parts/link';

/** The whole page: the address says what is shown. */
export function App(): JSX.Element {
  const [bench, setBench] = useState<BenchInfo>();
  const [problem, setProblem] = useState('');
  const [address, setAddress] = useState(() => readAddress(location));
  const [history, setHistory] = useState(false);

  useEffect(() => {
    getBench().then(setBench, (reason: Error) => setProblem(reason.message));
    const read = (): void => setAddress(readAddress(location));
    for (const event of ['popstate', NAVIGATED]) addEventListener(event, read);
    return () => {
      for (const event of ['popstate', NAVIGATED]) removeEventListener(event, read);
    };
  }, []);

  const scenario = bench?.scenarios.find(({ id }) => id === address.scenario);
  return (
    <>
      <Header bench={bench} scenario={scenario?.id} onHistory={() => setHistory(true)} />
      {problem && (
        <main class="catalogue">
          <p class="error">The workbench does not answer: {problem}</p>
        </main>
      )}
      {address.file && <File key={address.file} path={address.file} />}
      {bench && scenario && (
        <Bench key={scenario.id} bench={bench} scenario={scenario} address={address} />
      )}
      {bench && !scenario && !address.file && <Catalogue bench={bench} />}
      {history && <History onClose={() => setHistory(false)} />}
    </>
  );
}
