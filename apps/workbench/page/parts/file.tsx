import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Excerpt } from '../../src/protocol';
import { getFile } from '../api';
import { Line } from './code';
import { Content } from './content';

/** A whole file, the target of the panes' links: `/f/apps/classical/src/models.ts#L12`. */
export function File({ path }: { readonly path: string }): JSX.Element {
  const [file, setFile] = useState<Excerpt>();
  const [error, setError] = useState('');
  useEffect(() => {
    getFile(path).then(setFile, (reason: Error) => setError(reason.message));
  }, [path]);
  useEffect(() => {
    const line = file && document.getElementById(location.hash.slice(1));
    line?.scrollIntoView({ block: 'center' });
    line?.classList.add('highlighted');
  }, [file]);
  return (
    <Content class="file" title={path}>
      <h1>{path}</h1>
      {error && <p class="error">{error}</p>}
      {file && (
        <pre class="code numbered">
          <code>
            {file.lines.map((tokens, index) => (
              <Line key={index} tokens={tokens} number={index + 1} id={`L${index + 1}`} />
            ))}
          </code>
        </pre>
      )}
    </Content>
  );
}
