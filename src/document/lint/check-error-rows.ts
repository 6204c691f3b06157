import { elementsOf, memberOf } from '../json-text/json-node.ts';
import type { JsonNode } from '../json-text/json-node.ts';
import { requestsOf } from './check-requests.ts';
import type { LintContext, Steps } from './lint-context.ts';

/** Checks the rows of `errors`: one that asks for nothing would take the good answers, too. */
export function checkErrorRows(context: LintContext): void {
  for (const { node, steps } of context.methods.flatMap(requestsOf)) {
    checkRows(context, memberOf(node, 'errors')?.value, [...steps, 'errors']);
  }
  checkRows(context, memberOf(context.root, 'errors')?.value, ['errors']);
}

function checkRows(context: LintContext, list: JsonNode | undefined, steps: Steps): void {
  for (const [index, row] of elementsOf(list).entries()) {
    if (row.kind !== 'object') continue;
    if (memberOf(row, 'status') !== undefined || memberOf(row, 'when') !== undefined) continue;
    const message =
      'This row has neither "status" nor "when": it fits every answer, also the good ones, and rows after it are never reached.';
    const fix = 'add "status": 423, or "when": "response.body.error == \'locked\'"';
    context.report('row_fits_all', { node: row, steps: [...steps, index] }, message, fix);
  }
}
