import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { DocPage } from '../../src/protocol';
import { getPage } from '../api';
import { Content } from './content';
import { Prose } from './prose';

/** A page of the docs: `/f/docs/concepts/session.md#one-unit-of-work`. Its links stay within the workbench. */
export function Doc({ path }: { readonly path: string }): JSX.Element {
  const [page, setPage] = useState<DocPage>();
  const [error, setError] = useState('');
  useEffect(() => {
    getPage(path).then(setPage, (reason: Error) => setError(reason.message));
  }, [path]);
  useEffect(() => {
    if (page && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [page]);
  return (
    <Content class="doc" title={page?.title ?? path}>
      <p class="where">{path}</p>
      {error && (
        <>
          <h1>{path}</h1>
          <p class="error">{error}</p>
        </>
      )}
      {page && <Prose html={page.html} />}
    </Content>
  );
}
