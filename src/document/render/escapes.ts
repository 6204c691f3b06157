import { escapeXml } from '../../text/escape-xml.ts';
import { isJsonArray } from '../json-value.ts';
import type { Json } from '../json-value.ts';

export type Escape = (text: string) => string;

const ESCAPE_NAMES = ['soql', 'sosl', 'odata', 'sql', 'lucene', 'json', 'xml', 'like'] as const;

const CONTROLS: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

const ESCAPES: Readonly<Record<(typeof ESCAPE_NAMES)[number], Escape>> = {
  // Salesforce, SOQL and SOSL reference: reserved characters and escape sequences.
  soql: (text) => controls(text.replaceAll(/[\\'"]/g, String.raw`\$&`)),
  sosl: (text) => controls(text.replaceAll(/[\\'"?&|!{}[\]()^~*:+-]/g, String.raw`\$&`)),
  // OData 4.01, URL conventions, section 5.1.1.6.1; SQL-92, section 5.3.
  odata: (text) => text.replaceAll("'", "''"),
  sql: (text) => text.replaceAll("'", "''"),
  // Apache Lucene, classic query parser syntax, "Escaping Special Characters".
  lucene: (text) => text.replaceAll(/[+\-&|!(){}[\]^"~*?:\\/]/g, String.raw`\$&`),
  json: (text) => JSON.stringify(text).slice(1, -1),
  xml: escapeXml,
  like: (text) => text.replaceAll(/[%_\\]/g, String.raw`\$&`),
};

export type EscapeName = (typeof ESCAPE_NAMES)[number];

/** The escapes that `escape` names, in its order: one, or a list. */
export function escapeNames(declared: Json | undefined): readonly EscapeName[] {
  const list = isJsonArray(declared) ? declared : [declared];
  return list.flatMap((name) => ESCAPE_NAMES.find((candidate) => candidate === name) ?? []);
}

/** One escape from `escape`, a name or a list applied in its order; `undefined` for none. */
export function compileEscape(declared: Json | undefined): Escape | undefined {
  const chain = escapeNames(declared).map((name) => ESCAPES[name]);
  if (chain.length === 0) return undefined;
  return (text) => chain.reduce((escaped, escape) => escape(escaped), text);
}

function controls(text: string): string {
  return text.replaceAll(/[\n\r\t]/g, (sign) => CONTROLS.get(sign) ?? sign);
}
