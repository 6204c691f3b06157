import { escapeXml } from './escape-xml.ts';

/** A piece of HTML in which every value from outside is escaped already. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | undefined | readonly (Html | string)[];

/** Template tag: what is put in is escaped, pieces of HTML and lists of them stand as they are. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return {
    html: texts.reduce((whole, text, at) => `${whole}${write(parts[at - 1])}${text}`),
  };
}

/** Our own text that is HTML already: a style sheet. */
export function asHtml(text: string): Html {
  return { html: text };
}

function write(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string') return escapeXml(part);
  if (typeof part === 'number') return String(part);
  return 'html' in part ? part.html : part.map(write).join('');
}
