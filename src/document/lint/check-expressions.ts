import { compileExpression } from '../expression/compile-expression.ts';
import { withMovingNames, withTokens } from '../names/names.ts';
import { isVariable } from './lint-context.ts';
import type { LintContext, Steps } from './lint-context.ts';
import { nearName } from './near-name.ts';

/** Parts of an answer that are a number or a text in every answer. */
const NO_FLAG = /^\s*response\.(?:status|headers(?:\.\w+|\[[^\]]*\]))\s*$/;

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
    const tokens = isVariable(steps) ? withTokens(context.names) : context.names;
    const names = paging ? withMovingNames(context.names) : tokens;
    const isName = use === 'condition' && names.resolve(node.value) !== undefined;
    if (isName) {
      uses.push({ steps, uses: [node.value], properties: [] });
    } else if (use === 'condition' || use === 'expression') {
      const withAnswer = use === 'expression' && readsAnswer(steps);
      const result = compileExpression(node.value, names, { withAnswer });
      if (result.ok) {
        const { expression } = result;
        uses.push({ steps, uses: expression.uses, properties: expression.properties });
        const isText = expression.type !== 'bool' && expression.type !== 'dyn';
        if (asksWhether(steps) && (isText || NO_FLAG.test(node.value))) {
          const message = 'This asks whether something is so: it must be true or false.';
          const fix = "compare it: response.body.state == 'ok'";
          context.report('expression_type', { node, steps }, message, fix);
        }
        continue;
      }
      for (const { code, message, fix, offset, length } of result.problems) {
        const unknown =
          code === 'unknown_variable' ? node.value.slice(offset, offset + length) : '';
        const near = /^\w+$/.test(unknown) ? nearName(unknown, names.all()) : undefined;
        const meant = near === undefined ? undefined : `write ${near}`;
        context.report(code, { node, steps, index: offset }, message, fix ?? meant);
      }
    }
  }
  return uses;
}

/** `success`, `derive` and rows of `errors` read `response`, the answer. */
function readsAnswer(steps: Steps): boolean {
  return steps[0] !== 'variables';
}

function asksWhether(steps: Steps): boolean {
  const key = steps.at(-1);
  return readsAnswer(steps) && (key === 'success' || key === 'when') && steps.at(-2) !== 'derive';
}
