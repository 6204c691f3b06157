import { memberOf } from '../json-text/json-node.ts';
import type { JsonNode, Member } from '../json-text/json-node.ts';
import { templateNames } from '../templates/template.ts';
import type { ExpressionUse } from './check-expressions.ts';
import { declaredIn } from './lint-context.ts';
import type { LintContext } from './lint-context.ts';

/** The members of `variables`, without the author's comments. */
export function variableMembers(context: LintContext): readonly Member[] {
  return declaredIn(memberOf(context.root, 'variables')?.value);
}

/** For each variable the names that its definition uses, in texts, choices and expressions. */
export function variableUses(
  context: LintContext,
  expressions: readonly ExpressionUse[],
): ReadonlyMap<string, readonly string[]> {
  const uses = new Map<string, string[]>();
  for (const { key, value } of variableMembers(context)) {
    uses.set(key.value, [...definitionNames(context, value)]);
  }
  for (const { steps, uses: names } of expressions) {
    if (steps[0] === 'variables') {
      uses.get(String(steps[1]))?.push(...names);
    }
  }
  return uses;
}

function definitionNames(context: LintContext, node: JsonNode): readonly string[] {
  switch (node.kind) {
    case 'string':
      return templateNames(
        node.value,
        context.notation,
        (name) => context.names.resolve(name, 'auth') !== undefined,
      );
    case 'array':
      return node.elements.flatMap((each) => definitionNames(context, each));
    case 'object':
      return node.members.flatMap(({ key, value }) => [
        ...(value.kind === 'object' ? [key.value] : []),
        ...definitionNames(context, key),
        ...definitionNames(context, value),
      ]);
    default:
      return [];
  }
}
