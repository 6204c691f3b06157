import fc from 'fast-check';

import type { Json } from '../../json-value.ts';

/** How a document writes a placeholder. */
export type Mark = (name: string) => string;

export const MARKS: Readonly<Record<'dollar' | 'braces', Mark>> = {
  dollar: (name) => `$${name}$`,
  braces: (name) => `{${name}}`,
};

export const PROPERTY_NAMES = ['API key', 'Team', 'Size', 'Active', 'Plan'] as const;
export const TEXT_PARAMETERS = [
  ...['contact_id', 'contact_name', 'firstname', 'lastname', 'phone', 'mobile', 'email'],
  ...['company_id', 'company_name', 'subject', 'description', 'party_number', 'call_key'],
  ...['activity_id', 'user_id', 'user_name', 'content_url', 'call_result', 'call_cause'],
] as const;
export const DATE_PARAMETERS = ['call_timestamp', 'call_timestop', 'since'] as const;
export const LOCAL_NAMES = ['lead_ref', 'own_score', 'due_day', 'whole_piece'] as const;
export const VARIABLE_NAMES = [
  ...['sum_millis', 'plain_text', 'chosen_title', 'nested_choice', 'note_lines'],
  ...['json_columns', 'held_outcome', 'forced_text'],
] as const;
const NUMBER_FORMS = ['party_number_e164', 'phone_national', 'party_number_last7'] as const;

/** Every name that these documents know everywhere in a request. */
export const REQUEST_NAMES: readonly string[] = [
  ...PROPERTY_NAMES,
  ...TEXT_PARAMETERS,
  ...DATE_PARAMETERS,
  ...LOCAL_NAMES,
  ...VARIABLE_NAMES,
  ...NUMBER_FORMS,
  'call_duration',
  'activity_type',
];

/** Literal text that means something to some reader, and nothing to the document. */
const LITERALS = [
  ...['Call from ', ' ', 'x', '-', ', ', "'", '"', '\\', '\n', '&', '=', '+', '#', '?', '/', '<b>'],
  ...['é', '\u{1f4de}', '%', '%20', '(', ')', ';', ':', '@', '5 $ ', '\t', 'null', '[', ']', '|'],
] as const;
/** What may stand in a piece of a path as the author's own text. */
const PATH_LITERALS = ['contacts', 'v2', 'a b', '%20', '(', ')', "'", 'é', '.', 'x.y', '@', '~'];

/** A text of pieces: mostly a placeholder alone, or one with words around it. */
export function anyTemplate(
  mark: Mark,
  names: readonly string[] = REQUEST_NAMES,
): fc.Arbitrary<string> {
  const placeholder = fc.constantFrom(...names).map(mark);
  const literal = fc.constantFrom(...LITERALS);
  return fc.oneof(
    { weight: 3, arbitrary: placeholder },
    { weight: 1, arbitrary: fc.constantFrom('plain', '', 'Call', '42', 'true') },
    {
      weight: 3,
      arbitrary: fc
        .array(fc.oneof(placeholder, literal), { minLength: 2, maxLength: 5 })
        .map((pieces) => pieces.join('')),
    },
  );
}

/** One segment of a path; never empty and never only dots by itself. */
export function anySegment(mark: Mark): fc.Arbitrary<string> {
  const literal = fc.constantFrom(...PATH_LITERALS);
  const placeholder = fc
    .constantFrom('contact_id', 'activity_id', 'Team', 'lead_ref', 'phone')
    .map(mark);
  return fc.oneof(
    fc.constantFrom('contacts', 'calls', 'v2'),
    placeholder,
    fc.tuple(fc.constantFrom('c', 'calls('), placeholder, literal).map((parts) => parts.join('')),
  );
}

export const KEYS = ['alpha', 'beta', 'gamma', '@odata.bind', 'x.y', '7', '2', 'é'] as const;

/** A tree of JSON with templates in it; `deep` levels of objects and lists. */
export function anyTree(mark: Mark, deep: number): fc.Arbitrary<Json> {
  const leaf: fc.Arbitrary<Json> = fc.oneof(
    { weight: 5, arbitrary: anyTemplate(mark) },
    { weight: 1, arbitrary: fc.constantFrom<Json>(null, true, 0, 1.5, '', 12_345_678) },
  );
  if (deep === 0) return leaf;
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 2, arbitrary: anyObject(mark, deep) },
    { weight: 1, arbitrary: fc.array(anyTree(mark, deep - 1), { maxLength: 3 }) },
  );
}

/** An object of such a tree, with a condition and keys of placeholders now and then. */
export function anyObject(
  mark: Mark,
  deep: number,
): fc.Arbitrary<{ readonly [key: string]: Json }> {
  const members = fc.dictionary(fc.constantFrom(...KEYS), anyTree(mark, Math.max(0, deep - 1)), {
    maxKeys: 4,
  });
  const when = fc.constantFrom('contact_id', 'present(subject) && call_duration > 1', 'Team');
  const filled = fc.constantFrom('call_key', 'lead_ref').map((name) => `k-${mark(name)}`);
  return fc
    .tuple(
      members,
      fc.option(when, { nil: undefined, freq: 5 }),
      fc.option(fc.tuple(filled, anyTemplate(mark)), { nil: undefined, freq: 6 }),
    )
    .map(([own, condition, extra]) => ({
      ...(condition === undefined ? {} : { '@when': condition }),
      ...own,
      ...(extra === undefined ? {} : { [extra[0]]: extra[1] }),
    }));
}
