import { memberOf } from '../json-text/json-node.ts';
import { declaredIn } from './lint-context.ts';
import type { LintContext } from './lint-context.ts';
import { defaultUses } from './secret-uses.ts';

/** Each name of a chain is read while all before it wait; no document in use has a chain of ten. */
const LONGEST_CHAIN = 100;

/**
 * Reports a chain of variables and defaults, each made with the next, that is too long to be
 * computed safely. Without recursion, linear in names and uses.
 */
export function checkChains(
  context: LintContext,
  variables: ReadonlyMap<string, readonly string[]>,
): void {
  const uses = new Map([...variables, ...defaultUses(context)]);
  const length = chainLengths(uses);
  // Names without a length lie in a circle of defaults or before one; any order of them may be met.
  const unknown = [...uses.keys()].filter((name) => !length.has(name));
  const isLong = (name: string): boolean =>
    (length.get(name) ?? unknown.length) > LONGEST_CHAIN && uses.has(name);
  for (const section of ['variables', 'parameters']) {
    for (const { key } of declaredIn(memberOf(context.root, section)?.value)) {
      if (!isLong(key.value)) continue;
      const message = `"${key.value}" is made with another name, that with another, and so on through more than ${String(LONGEST_CHAIN)} names.`;
      const at = { node: key, steps: [section, key.value] };
      context.report('chain_too_long', at, message, 'write the value where it is used');
      return;
    }
  }
}

/** For each name that is in no circle and before none: how many names follow each other from it. */
function chainLengths(uses: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const users = new Map<string, string[]>();
  const waitsFor = new Map<string, number>();
  const longest = new Map<string, number>();
  const ready: string[] = [];
  for (const [name, used] of uses) {
    const needed = new Set(used.filter((each) => uses.has(each)));
    waitsFor.set(name, needed.size);
    if (needed.size === 0) ready.push(name);
    for (const each of needed) {
      const known = users.get(each) ?? [];
      known.push(name);
      users.set(each, known);
    }
  }
  const done = new Map<string, number>();
  for (let name = ready.pop(); name !== undefined; name = ready.pop()) {
    const length = 1 + (longest.get(name) ?? 0);
    done.set(name, length);
    for (const user of users.get(name) ?? []) {
      const left = (waitsFor.get(user) ?? 0) - 1;
      waitsFor.set(user, left);
      longest.set(user, Math.max(longest.get(user) ?? 0, length));
      if (left === 0) ready.push(user);
    }
  }
  return done;
}
