import { CREDENTIAL_NAMES } from '../names/names.ts';
import { templateNames } from '../templates/template.ts';
import type { ExpressionUse } from './check-expressions.ts';
import type { LintContext } from './lint-context.ts';

/**
 * The names whose values may hold a secret property, each with the label of one such property: the
 * secrets themselves, the tokens, and the variables and defaults that are made with them, through any number of
 * others. Linear in names and uses.
 */
export function secretUses(
  context: LintContext,
  uses: ReadonlyMap<string, readonly string[]>,
  expressions: readonly ExpressionUse[],
): ReadonlyMap<string, string> {
  const users = usersOf(context, uses, expressions);
  const found = new Map<string, string>(CREDENTIAL_NAMES.map((name) => [name, name]));
  const open: string[] = [...CREDENTIAL_NAMES];
  for (const name of context.names.all()) {
    const ref = context.names.resolve(name);
    if (ref?.kind === 'property' && ref.secret) {
      found.set(name, name);
      open.push(name);
    }
  }
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const user of users.get(name) ?? []) {
      if (!found.has(user)) {
        found.set(user, found.get(name) ?? name);
        open.push(user);
      }
    }
  }
  return found;
}

/** For each name the variables, parameters and local values that are made with it. */
function usersOf(
  context: LintContext,
  uses: ReadonlyMap<string, readonly string[]>,
  expressions: readonly ExpressionUse[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const users = new Map<string, Set<string>>();
  const add = (user: string, used: string): void => {
    const known = users.get(used) ?? new Set();
    users.set(used, known.add(user));
  };
  for (const [name, used] of uses) used.forEach((each) => add(name, each));
  for (const { steps, properties } of expressions) {
    if (steps[0] === 'variables') properties.forEach((label) => add(String(steps[1]), label));
  }
  for (const [name, used] of defaultUses(context)) used.forEach((each) => add(name, each));
  return users;
}

/** The names in the defaults and time zones of parameters and local values, by every spelling. */
export function* defaultUses(context: LintContext): Iterable<[string, readonly string[]]> {
  const { names, notation } = context;
  const isKnown = (name: string): boolean => names.resolve(name) !== undefined;
  for (const name of names.all()) {
    const ref = names.resolve(name);
    if (ref?.kind !== 'parameter' && ref?.kind !== 'local') continue;
    const texts = [ref.type.default, ref.type.timezone].filter((text) => typeof text === 'string');
    if (texts.length === 0) continue;
    yield [name, texts.flatMap((text) => templateNames(text, notation, isKnown))];
  }
}
