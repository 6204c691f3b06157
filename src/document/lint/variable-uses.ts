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
  const tree = memberOf(node, 'json')?.value;
  if (tree !== undefined && context.names.resolve('json') === undefined) {
    return treeNames(context, tree);
  }
  switch (node.kind) {
    case 'string':
      return textNames(context, node.value);
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

/** The names in the texts and keys of a tree; what its `@when` reads is found with the expressions. */
function treeNames(context: LintContext, node: JsonNode): readonly string[] {
  switch (node.kind) {
    case 'string':
      return textNames(context, node.value);
    case 'array':
      return node.elements.flatMap((each) => treeNames(context, each));
    case 'object':
      return node.members.flatMap(({ key, value }) =>
        key.value === '@when'
          ? []
          : [...textNames(context, key.value), ...treeNames(context, value)],
      );
    default:
      return [];
  }
}

function textNames({ names, notation }: LintContext, text: string): readonly string[] {
  return templateNames(text, notation, (name) => names.resolve(name, 'auth') !== undefined);
}
