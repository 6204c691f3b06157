import type { Json } from '../../json-value.ts';
import { METHOD_NAMES } from '../../methods.ts';

/** What a document may have, by a text that its JSON then holds. */
const IN_DOCUMENT: Readonly<Record<string, RegExp>> = {
  braces: /"var_char"/,
  dollar: /"\$[a-z]/i,
  'resource_url from a property': /"resource_url":".Instance URL./,
  'a subdomain from a property': /"resource_url":"https:..\W?.Subdomain/,
  Bearer: /"Bearer"/,
  Basic: /"Basic"/,
  'ApiKey in a header': /"in":"header","name":"X-Api-Key"/,
  'ApiKey in the query': /"in":"query"/,
  Session: /"Session"/,
  OAuth2: /"OAuth2"/,
  'request_auth of OAuth2': /"request_auth"/,
  steps: /"steps"/,
  'a list of objects': /"[A-Z][A-Za-z]+":\[\{/,
  'a whole address': /"request_url"/,
  query: /"query":\{"/,
  '@when': /"@when"/,
  'a key with a placeholder': /"k-/,
  escape: /"escape"/,
  'a list of escapes': /"escape":\[/,
  cleared: /"cleared"/,
  phone_formats: /"phone_formats"/,
  'lines of a variable': /"note_lines":\[/,
  'JSON text of a variable': /"json_columns"/,
  'an expression': /"expression"/,
  'a content type from a value': /"request_content_type":"[${]/,
  'a header name from a value': /"X-[${]/,
  'a format of dates': /"format"/,
  max_length: /"max_length"/,
  'a default with a placeholder': /"default":"of /,
  response_headers: /"response_headers"/,
  derive: /"derive"/,
  'a cursor': /"type":"cursor"/,
  'a page': /"type":"page"/,
  'an offset': /"type":"offset"/,
};
const IN_REQUEST = ['none', 'json', 'form', 'multipart', 'text', 'bytes'].map(
  (kind) => `body: ${kind}`,
);
const OUTCOMES = ['request', 'missing_value', 'unsafe_value'];

/** Counts what a run of the property has met. */
export interface Census {
  document(document: Json, lints: boolean): void;
  rendered(what: string): void;
  /** Of documents `lints`, of renderings an outcome: from 0 to 1. */
  share(what: string): number;
  /** What was never met. */
  missing(): readonly string[];
  counts(): ReadonlyMap<string, number>;
}

/** A census in which nothing was counted yet. */
export function createCensus(): Census {
  const counts = new Map<string, number>();
  const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const of = (what: string): number => counts.get(what) ?? 0;
  return {
    document: (document, lints) => {
      count('documents');
      if (!lints) return;
      count('lints');
      const text = JSON.stringify(document);
      for (const [feature, pattern] of Object.entries(IN_DOCUMENT)) {
        if (pattern.test(text)) count(feature);
      }
      for (const name of METHOD_NAMES) if (text.includes(`"${name}":`)) count(name);
    },
    rendered: count,
    share: (what) =>
      what === 'lints'
        ? of('lints') / of('documents')
        : of(what) / OUTCOMES.reduce((sum, outcome) => sum + of(outcome), 0),
    missing: () =>
      [...Object.keys(IN_DOCUMENT), ...METHOD_NAMES, ...IN_REQUEST, ...OUTCOMES].filter(
        (what) => what !== 'Account' && of(what) === 0,
      ),
    counts: () => counts,
  };
}
