import type { NameRef, Names } from '../names/names.ts';
import type { PropertyField } from '../names/properties.ts';

/** Marks what only a sign-in may bind; no name that a document declares can begin with it. */
const MARK = '$';

/** The record's member for a token, its lifetime or the account. */
export function markedName(name: string): string {
  return MARK + name;
}

/** The labels that an answer of the sign-in fills. */
export function filledLabels(properties: readonly PropertyField[]): ReadonlySet<string> {
  return new Set(properties.filter((each) => each.filledBySignIn).map(({ label }) => label));
}

/**
 * The names as an answer of the sign-in knows them: `filled` properties are bound instead of
 * compared, and so are `targets` (tokens, `expires_in`, the account), under their marked names.
 */
export function signInNames(
  names: Names,
  { filled, targets }: { filled: ReadonlySet<string>; targets: ReadonlySet<string> },
): Names {
  return {
    resolve: (name) => {
      const ref = names.resolve(name, 'sign_in');
      if (ref?.kind !== 'target') return boundIfFilled(ref, filled);
      return targets.has(name) ? bound(markedName(name)) : undefined;
    },
    all: () => names.all(),
  };
}

/** The names as the answer of `Account` knows them: it fills properties too. */
export function accountNames(names: Names, filled: ReadonlySet<string>): Names {
  return {
    resolve: (name, place) => boundIfFilled(names.resolve(name, place), filled),
    all: () => names.all(),
  };
}

function boundIfFilled(ref: NameRef | undefined, filled: ReadonlySet<string>): NameRef | undefined {
  return ref?.kind === 'property' && filled.has(ref.name) ? bound(ref.name) : ref;
}

function bound(name: string): NameRef {
  return { kind: 'local', name, type: { type: 'string' } };
}
