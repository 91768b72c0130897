/** HTML in which every value is escaped, unless it is HTML of our own. */

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What is put into HTML; undefined and false are nothing. */
export type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[];

const CODES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * @example
 * String(html`<p title="${'"'}">${'<b>'}</p>`); // <p title="&quot;">&lt;b&gt;</p>
 */
export function html(texts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  const parts = texts.flatMap((text, i) => (i === 0 ? [text] : [escaped(values[i - 1]), text]));
  return new Html(parts.join(''));
}

function escaped(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (char) => CODES[char] ?? char);
  return typeof value === 'number' ? String(value) : value.map(escaped).join('');
}
