import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Bench as BenchInfo, EngineChoice } from '../src/protocol';
import { engineOf, readAddress } from './address';
import { getBench, getEngines } from './api';
import { Bench } from './bench';
import { Catalogue } from './parts/catalogue';
import { CONTENT, Content } from './parts/content';
import { Doc } from './parts/doc';
import { Exercise } from './parts/exercise';
import { File } from './parts/file';
import { Header } from './parts/header';
import { History } from './parts/history';
import { NAVIGATED } from './parts/link';
import { Workshop } from './parts/workshop';

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

  // After a change of page the keyboard and the screen reader go on at what it is about.
  const { file, workshop } = address;
  const page = file ?? address.scenario ?? (workshop === undefined ? '' : `/workshop/${workshop}`);
  const before = useRef(page);
  useLayoutEffect(() => {
    if (before.current !== page) document.getElementById(CONTENT)?.focus({ preventScroll: true });
    before.current = page;
  }, [page]);

  const scenario = bench?.scenarios.find(({ id }) => id === address.scenario);
  const engine = engineOf(address, engines);
  const ready = bench && engines.length > 0;
  // What needs no bench is shown although there is none.
  const isBench = file === undefined && workshop === undefined;
  return (
    <>
      <a class="skip" href={`#${CONTENT}`}>
        Skip to the content
      </a>
      <Header
        bench={bench}
        engines={engines}
        engine={engine}
        address={address}
        onHistory={() => setHistory(true)}
      />
      {problem && isBench && !ready && (
        <Content class="catalogue">
          <h1>Quartet workbench</h1>
          <p class="error">The workbench does not answer: {problem}</p>
        </Content>
      )}
      {file?.endsWith('.md') && <Doc key={file} path={file} />}
      {file && !file.endsWith('.md') && <File key={file} path={file} />}
      {workshop === '' && <Workshop />}
      {workshop && <Exercise key={workshop} number={workshop} />}
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
      {ready && !scenario && isBench && <Catalogue bench={bench} engine={address.engine} />}
      {history && <History onClose={() => setHistory(false)} />}
    </>
  );
}
