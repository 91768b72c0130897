/** A link to the request's page at the end of HTML that `res.send` or `res.render` answers. */
import type { Response } from 'express';
import type { RequestRecord } from './request-record';
import { count, ms } from './drawing/format';
import { html } from './page/html';

const STYLE =
  'position:fixed;right:12px;bottom:12px;z-index:2147483647;padding:6px 12px;border:1px solid #8d8f97;border-radius:99px;' +
  'background:#fff;color:#1c1e23;font:500 13px/1.4 system-ui,sans-serif;text-decoration:none';

/** Only a text that ends a document gets it: parts of pages, and streams, stay as they are. */
export function addBadge(res: Response, record: RequestRecord, base: string): void {
  const send = res.send.bind(res);
  res.send = (body?: unknown) => {
    res.send = send; // Express calls it again for other bodies
    const type = String(res.get('Content-Type') ?? 'text/html');
    if (typeof body !== 'string' || !/^text\/html\b/i.test(type)) return send(body);
    const at = body.toLowerCase().lastIndexOf('</body>');
    if (at === -1) return send(body);
    return send(`${body.slice(0, at)}${String(badge(record, base))}${body.slice(at)}`);
  };
}

function badge(record: RequestRecord, base: string) {
  const sent = record.events.filter(({ kind }) => kind === 'query').length;
  const text = `${count(sent, 'statement')} · ${ms(record.age)} ms`;
  return html`<a href="${base}/requests/${record.id}" style="${STYLE}" aria-label="Quartet debug panel: ${text}">${text}</a>`;
}
