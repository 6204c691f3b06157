import { isCommentKey } from '../comment-key.ts';
import { memberOf } from '../json-text/parse-json-text.ts';
import type { JsonNode, Member } from '../json-text/parse-json-text.ts';
import { parseTemplate } from '../templates/template.ts';
import type { ExpressionUse } from './check-expressions.ts';
import type { LintContext } from './lint-context.ts';

/** The members of `variables`, without the author's comments. */
export function variableMembers(context: LintContext): readonly Member[] {
  const section = memberOf(context.root, 'variables')?.value;
  const members = section?.kind === 'object' ? section.members : [];
  return members.filter(({ key }) => !isCommentKey(key.value));
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
      return parseTemplate(
        node.value,
        context.notation,
        (name) => context.names.resolve(name) !== undefined,
      ).flatMap((part) => (part.kind === 'name' ? [part.name] : []));
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
