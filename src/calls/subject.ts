import { parseTemplate } from '../document/templates/template.ts';
import { readValue } from '../document/values/values.ts';
import type { Values } from '../document/values/values.ts';
import { callKindOf } from './call-kind.ts';
import type { CallKind } from './call-kind.ts';
import type { CallFacts } from './call-facts.ts';

const WITHHELD = 'a withheld number';

/** The connection's own texts, with placeholders such as `$contact_name$`. */
export type SubjectTexts = Readonly<Partial<Record<CallKind, string | undefined>>>;

/**
 * The subject of a call: what the user typed, else the connection's text for this kind of call,
 * else a text of ours. It always has a value.
 */
export function subjectOf(facts: CallFacts, values: Values, texts: SubjectTexts): string {
  if (facts.subject !== undefined) return facts.subject;
  const kind = callKindOf(facts);
  const own = texts[kind];
  const filled = own === undefined ? '' : fill(own, values).trim();
  return filled === '' ? defaultText(kind, values) : filled;
}

function fill(template: string, values: Values): string {
  return parseTemplate(template, 'dollar', (name) => /^[a-z][a-z0-9_]*$/.test(name))
    .map((part) =>
      part.kind === 'text' ? part.text : String(readValue(values, part.name) ?? standIn(part.name)),
    )
    .join('');
}

function standIn(name: string): string {
  return name === 'party_number' ? WITHHELD : '';
}

function defaultText(kind: CallKind, values: Values): string {
  const party = readValue(values, 'contact_name') ?? readValue(values, 'party_number') ?? WITHHELD;
  switch (kind) {
    case 'inbound':
      return `Call from ${party}`;
    case 'missed':
      return `Missed call from ${party}`;
    case 'outbound':
      return `Call to ${party}`;
    case 'internal':
      return `Internal call to ${party}`;
  }
}
