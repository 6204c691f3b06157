import { compileExpression } from '../expression/compile-expression.ts';
import { withMovingNames } from '../names/names.ts';
import type { LintContext, Steps } from './lint-context.ts';

/** What one expression of a document reads. */
export interface ExpressionUse {
  readonly steps: Steps;
  readonly uses: readonly string[];
  /** Labels of properties. */
  readonly properties: readonly string[];
}

/** Compiles every expression, reports its problems at their places, and tells what each reads. */
export function checkExpressions(context: LintContext): readonly ExpressionUse[] {
  const uses: ExpressionUse[] = [];
  for (const { node, steps, use, paging } of context.places) {
    const names = paging ? withMovingNames(context.names) : context.names;
    const isName = use === 'condition' && names.resolve(node.value) !== undefined;
    if (isName) {
      uses.push({ steps, uses: [node.value], properties: [] });
    } else if (use === 'condition' || (use === 'expression' && !readsAnswer(steps))) {
      const result = compileExpression(node.value, names);
      if (result.ok) {
        const { expression } = result;
        uses.push({ steps, uses: expression.uses, properties: expression.properties });
        continue;
      }
      for (const problem of result.problems) {
        context.report(
          problem.code,
          { node, steps, index: problem.offset },
          problem.message,
          problem.fix,
        );
      }
    }
  }
  return uses;
}

/** `success`, `derive` and rows of `errors` read `response`, whose members have no known types. */
function readsAnswer(steps: Steps): boolean {
  return steps[0] !== 'variables';
}
