import type { Json } from '../json-value.ts';

/**
 * Where a key comes from: M the original framework's page, R older public versions of that page,
 * D decided by Patchcord, X an extension of Patchcord that a document may leave out.
 */
export type Mark = 'M' | 'R' | 'D' | 'X';

/** What a text is for; it decides which placeholders may stand in it and how they are checked. */
export type TextUse =
  | 'words'
  | 'request'
  | 'path'
  | 'url'
  | 'link'
  | 'auth'
  | 'response'
  | 'error'
  | 'expression'
  | 'condition';

export interface Choice {
  readonly value: string;
  readonly description: string;
}

export interface TextShape {
  readonly kind: 'text';
  readonly use: TextUse;
  readonly choices?: readonly Choice[];
  /** Choices are compared without case. */
  readonly anyCase?: true;
  /** A regular expression for the whole text. */
  readonly pattern?: string;
  /** The pattern in words: "letters, digits and -". */
  readonly patternWords?: string;
  /** In characters. */
  readonly maxLength?: number;
}
export interface NumberShape {
  readonly kind: 'number';
  readonly minimum: number;
  readonly maximum: number;
  readonly whole?: true;
}
export interface BooleanShape {
  readonly kind: 'boolean';
}
export interface NullShape {
  readonly kind: 'null';
}
/** An object of known keys, described by the fields of that name in `FIELDS`. */
export interface ObjectShape {
  readonly kind: 'object';
  readonly fields: FieldSetName;
}
/** An object whose keys the author chooses. */
export interface MapShape {
  readonly kind: 'map';
  readonly keys: 'name' | 'header' | 'method' | 'parameter' | 'text';
  readonly values: readonly Shape[];
}
export interface ListShape {
  readonly kind: 'list';
  readonly items: readonly Shape[];
}
/** JSON of any form with placeholders in its texts: a body, or the map of an answer. */
export interface TreeShape {
  readonly kind: 'tree';
  /** `words`: data without placeholders. */
  readonly use: 'request' | 'response' | 'error' | 'words';
  readonly root: 'object' | 'list' | 'text';
}
/** The definition of a variable in one of its object forms. */
export interface VariableShape {
  readonly kind: 'variable';
}

/** How one JSON kind of value looks; a field has at most one shape per JSON kind. */
export type Shape =
  | TextShape
  | NumberShape
  | BooleanShape
  | NullShape
  | ObjectShape
  | MapShape
  | ListShape
  | TreeShape
  | VariableShape;

export type FieldSetName =
  | 'document'
  | 'property'
  | 'parameter'
  | 'auth'
  | 'placement'
  | 'oauth2'
  | 'flow_type'
  | 'assertion'
  | 'method'
  | 'step'
  | 'paging'
  | 'error_row'
  | 'limits'
  | 'test'
  | 'test_exchange'
  | 'test_request'
  | 'test_answer'
  | 'variable_expression'
  | 'variable_json'
  | 'variable_text';

export interface Field {
  readonly name: string;
  readonly mark: Mark;
  /** One sentence for the author of a document. */
  readonly description: string;
  readonly shapes: readonly Shape[];
  readonly example: Json;
  readonly required?: true;
  /** Needed where this other key is absent. */
  readonly requiredUnless?: string;
  /** Needed only for these values of the set's kind, mostly `type`. */
  readonly requiredFor?: readonly string[];
  /** Has a meaning only for these values of the set's kind. */
  readonly onlyFor?: readonly string[];
  /** Shown on the reference page's second half. */
  readonly advanced?: true;
  /** Its value is a credential: never logged, never shown. */
  readonly secret?: true;
  readonly default?: Json;
  /** Old spellings, accepted with a warning. */
  readonly aliases?: readonly string[];
}

type Extras = Partial<Omit<Field, 'name' | 'mark' | 'description' | 'shapes' | 'example'>>;

/** A row of a field table. */
export function field(
  name: string,
  mark: Mark,
  shapes: Shape | readonly Shape[],
  description: string,
  example: Json,
  extras: Extras = {},
): Field {
  const list: readonly Shape[] = 'kind' in shapes ? [shapes] : shapes;
  return { name, mark, shapes: list, description, example, ...extras };
}

/** A text for people or programs, without placeholders. */
export function words(extras: Partial<Omit<TextShape, 'kind' | 'use'>> = {}): TextShape {
  return { kind: 'text', use: 'words', ...extras };
}

/** A text with placeholders, or an expression. */
export function text(
  use: TextUse,
  extras: Partial<Omit<TextShape, 'kind' | 'use'>> = {},
): TextShape {
  return { kind: 'text', use, ...extras };
}

/** A text that is one of a closed list. */
export function oneOf(
  choices: readonly Choice[],
  extras: { readonly anyCase?: true } = {},
): TextShape {
  return { kind: 'text', use: 'words', choices, ...extras };
}

/** A choice of `oneOf`. */
export function choice(value: string, description: string): Choice {
  return { value, description };
}

export const BOOLEAN: BooleanShape = { kind: 'boolean' };
export const NULL: NullShape = { kind: 'null' };

/** A whole number within bounds. */
export function whole(minimum: number, maximum: number): NumberShape {
  return { kind: 'number', minimum, maximum, whole: true };
}

/** An object of known keys. */
export function object(fields: FieldSetName): ObjectShape {
  return { kind: 'object', fields };
}

/** An object whose keys the author chooses. */
export function map(keys: MapShape['keys'], ...values: readonly Shape[]): MapShape {
  return { kind: 'map', keys, values };
}

/** A list. */
export function list(...items: readonly Shape[]): ListShape {
  return { kind: 'list', items };
}

/** A tree of JSON for each of these kinds of root. */
export function tree(
  use: TreeShape['use'],
  ...roots: readonly TreeShape['root'][]
): readonly TreeShape[] {
  return roots.map((root) => ({ kind: 'tree', use, root }));
}

/** The JSON kind that a shape describes. */
export function jsonKindOf(
  shape: Shape,
): 'text' | 'number' | 'boolean' | 'null' | 'object' | 'list' {
  switch (shape.kind) {
    case 'map':
    case 'variable':
      return 'object';
    case 'tree':
      return shape.root;
    case 'text':
    case 'number':
    case 'boolean':
    case 'null':
    case 'object':
    case 'list':
      return shape.kind;
  }
}
