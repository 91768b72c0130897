/** The whole page: the top, the list, and the request that is looked at. */
import type { Html } from './html';
import type { RequestRecord } from '../request-record';
import type { Shown } from './shown';
import { html } from './html';
import { requestPage } from './request-page';
import { pools, requestsList } from './requests-list';

/** @param selected a request; undefined: none is chosen. `'gone'`: it is not kept any more */
export function pageDocument(shown: Shown, selected: RequestRecord | 'gone' | undefined): Html {
  const { base, options } = shown;
  const record = selected === 'gone' ? undefined : selected;
  const title = record ? `${record.method} ${record.url} · Quartet panel` : 'Quartet panel';
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="${base}/assets/favicon.svg" type="image/svg+xml">
    ${['fonts.css', 'theme.css', 'parts.css', 'panel.css'].map((file) => html`<link rel="stylesheet" href="${base}/assets/${file}">`)}
    <script type="module" src="${base}/assets/panel.js"></script>
  </head>
  <body data-base="${base}" class="${selected === undefined ? 'all' : 'one'}">
    <a class="skip" href="#main">To the requests</a>
    <header class="top">
      <a class="brand" href="${base}"><img src="${base}/assets/favicon.svg" alt="" width="22" height="22"> <span>Quartet</span> <em>panel</em></a>
      <div id="pools">${pools(shown)}</div>
      <button type="button" id="live" aria-pressed="false">Live</button>
      <button type="button" id="clear">Clear</button>
      <label class="theme"><span class="hidden">Colours</span>
        <select id="theme"><option value="system">System</option><option value="light">Light</option><option value="dark">Dark</option></select></label>
    </header>
    <main id="main" tabindex="-1">
      <nav aria-label="Requests" class="list">
        ${selected === undefined && html`<h1>The last requests</h1>`}
        <div id="list">${requestsList(shown, record)}</div>
      </nav>
      <div id="request">${
        record
          ? requestPage(record, shown)
          : selected === 'gone' &&
            html`<h1>That request is not kept any more</h1><p class="quiet">The last ${options.requests} are. <a href="${base}">See them</a></p>`
      }</div>
    </main>
    <noscript><p class="quiet">Time lines, plans and live updates need JavaScript; reload to see further requests.</p></noscript>
  </body>
</html>
`;
}
