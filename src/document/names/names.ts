import { isCommentKey } from '../comment-key.ts';
import { jsonMember, jsonMembers } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { NUMBER_FORMS, oldNamesOf, PARAMETERS } from './parameters.ts';
import type { BuiltinParameter, NumberForm } from './parameters.ts';
import { readParameterType } from './parameter-type.ts';
import type { ParameterType } from './parameter-type.ts';
import { readProperties } from './properties.ts';
import type { PropertyType } from './properties.ts';

export const MOVING_NAMES = [
  'page',
  'offset',
  'cursor',
  'next_url',
  'page_size',
  'has_more',
] as const;
export const CREDENTIAL_NAMES = ['access_token', 'session_token'] as const;
/** What an answer may bind beside declared names. */
export const TARGET_NAMES = ['deleted', 'account_id', 'account_name'] as const;
/** What an answer of the sign-in may bind beside declared names. */
export const SIGN_IN_NAMES = [
  'access_token',
  'refresh_token',
  'session_token',
  'expires_in',
  'account_id',
  'account_name',
] as const;
/** All that `error_map` reads. */
export const ERROR_NAMES = ['error_message', 'error_code', 'retry_after'] as const;

export type MovingName = (typeof MOVING_NAMES)[number];

/** What a name means; a property beats a parameter, a parameter a local value or a variable. */
export type NameRef =
  | {
      readonly kind: 'property';
      readonly name: string;
      readonly type: PropertyType;
      readonly secret: boolean;
    }
  /** `name` is canonical: old names are resolved. */
  | {
      readonly kind: 'parameter';
      readonly name: string;
      readonly form?: NumberForm;
      readonly builtin: BuiltinParameter;
      readonly type: ParameterType;
    }
  | { readonly kind: 'local'; readonly name: string; readonly type: ParameterType }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'moving'; readonly name: MovingName }
  | { readonly kind: 'credential'; readonly name: (typeof CREDENTIAL_NAMES)[number] }
  /** Names that exist only as targets of an answer. */
  | {
      readonly kind: 'target';
      readonly name:
        | (typeof TARGET_NAMES)[number]
        | (typeof SIGN_IN_NAMES)[number]
        | (typeof ERROR_NAMES)[number];
    };

/**
 * `paging`: requests and answers of a method with `paging`; `sign_in`: answers of a sign-in;
 * `error`: an `error_map`.
 */
export type NamePlace = 'request' | 'response' | 'auth' | 'sign_in' | 'paging' | 'error';

export interface Names {
  /** What a name means at a place (default `request`); `undefined` for an unknown name. */
  resolve(name: string, place?: NamePlace): NameRef | undefined;
  /** Every name that is known in a request, old names and number forms too. */
  all(): readonly string[];
}

/**
 * Collects the names of a document: its properties, parameters, local values and variables, and
 * the built-in parameters. Malformed parts are passed over; lint tells of them.
 */
export function collectNames(document: Json): Names {
  const known = new Map<string, NameRef>();
  const declared = new Map(declaredMembers(document, 'parameters'));
  for (const [name] of declaredMembers(document, 'variables')) {
    known.set(name, { kind: 'variable', name });
  }
  for (const [name, type] of declared) {
    known.set(name, { kind: 'local', name, type: readParameterType(type, 'string') });
  }
  for (const [name, ref] of builtinNames(declared)) known.set(name, ref);
  for (const { label, type, secret } of readProperties(document)) {
    known.set(label, { kind: 'property', name: label, type, secret });
  }
  return {
    resolve: (name, place = 'request') => {
      const ref = known.get(name);
      return ref?.kind === 'property' ? ref : (namesOfPlace(name, place) ?? ref);
    },
    all: () => [...known.keys()],
  };
}

/** The members of a section by which names are declared, without the author's comments. */
export function declaredMembers(
  document: Json,
  section: 'parameters' | 'variables',
): readonly (readonly [string, Json])[] {
  return jsonMembers(jsonMember(document, section)).filter(([name]) => !isCommentKey(name));
}

/** The names as a method with `paging` knows them: the moving names are among them. */
export function withMovingNames(names: Names): Names {
  return {
    resolve: (name, place = 'paging') => names.resolve(name, place),
    all: () => [...names.all(), ...MOVING_NAMES],
  };
}

/** The names as variables know them: the tokens of the sign-in are among them. */
export function withTokens(names: Names): Names {
  return {
    resolve: (name, place = 'auth') => names.resolve(name, place),
    all: () => [...names.all(), ...CREDENTIAL_NAMES],
  };
}

function* builtinNames(declared: ReadonlyMap<string, Json>): Iterable<[string, NameRef]> {
  for (const builtin of PARAMETERS) {
    const { name } = builtin;
    const spellings = [name, ...oldNamesOf(name)];
    const own = spellings.find((spelling) => declared.has(spelling));
    for (const spelling of spellings) {
      const declaration = declared.get(spelling) ?? (own === undefined ? own : declared.get(own));
      const type = readParameterType(declaration, builtin.type);
      yield [spelling, { kind: 'parameter', name, builtin, type }];
      if (builtin.kind !== 'phone') continue;
      for (const form of NUMBER_FORMS) {
        const formName = `${spelling}_${form}`;
        const formType = readParameterType(declared.get(formName), 'string');
        yield [formName, { kind: 'parameter', name, form, builtin, type: formType }];
      }
    }
  }
}

function namesOfPlace(name: string, place: NamePlace): NameRef | undefined {
  if (place === 'paging') return named('moving', MOVING_NAMES, name);
  if (place === 'auth') return named('credential', CREDENTIAL_NAMES, name);
  if (place === 'response') return named('target', TARGET_NAMES, name);
  if (place === 'sign_in') return named('target', SIGN_IN_NAMES, name);
  if (place === 'error') return named('target', ERROR_NAMES, name);
  return undefined;
}

function named<Kind extends string, Name extends string>(
  kind: Kind,
  names: readonly Name[],
  name: string,
): { kind: Kind; name: Name } | undefined {
  const found = names.find((candidate) => candidate === name);
  return found === undefined ? undefined : { kind, name: found };
}
