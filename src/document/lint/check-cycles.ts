import type { LintContext } from './lint-context.ts';
import { variableMembers } from './variable-uses.ts';

/** Reports each circle of variables that need each other once. Linear in names and uses. */
export function checkCycles(
  context: LintContext,
  uses: ReadonlyMap<string, readonly string[]>,
): void {
  const done = new Set<string>();
  for (const { key } of variableMembers(context)) {
    const circle = findCircle(key.value, uses, done);
    if (circle !== undefined) {
      const words = circle.map((name) => `"${name}"`).join(' → ');
      const message = `These variables need each other, so none can be computed: ${words}.`;
      const at = { node: key, steps: ['variables', key.value] };
      context.report('variable_cycle', at, message, 'take one of them out of the circle');
    }
  }
}

/** Follows uses from a variable, depth first, until a name of the way so far comes again. */
function findCircle(
  start: string,
  uses: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): readonly string[] | undefined {
  const way: { name: string; next: number }[] = done.has(start) ? [] : [{ name: start, next: 0 }];
  const onWay = new Set([start]);
  for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
    const used = uses.get(top.name)?.[top.next];
    top.next += 1;
    if (used === undefined) {
      done.add(top.name);
      onWay.delete(top.name);
      way.pop();
    } else if (onWay.has(used)) {
      way.forEach(({ name }) => done.add(name));
      const names = way.map(({ name }) => name);
      return [...names.slice(names.indexOf(used)), used];
    } else if (uses.has(used) && !done.has(used)) {
      onWay.add(used);
      way.push({ name: used, next: 0 });
    }
  }
  return undefined;
}
