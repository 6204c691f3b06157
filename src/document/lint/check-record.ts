import type { MethodName } from '../methods.ts';
import { boundNames } from './check-answers.ts';
import { requestNames } from './check-uses.ts';
import type { LintContext } from './lint-context.ts';

/** Methods about the record of a call: none of them runs before there is one. */
const OF_THE_RECORD: readonly MethodName[] = [
  'AnswerCallActivity',
  'UpdateActivity',
  'AssignActivity',
  'StopCallActivity',
  'UploadFile',
];

/** Checks that the record of a call, and its id, come from somewhere. */
export function checkRecord(
  context: LintContext,
  uses: ReadonlyMap<string, readonly string[]>,
): void {
  const later = context.methods.filter(
    ({ name }) => name !== undefined && OF_THE_RECORD.includes(name),
  );
  const creates = context.methods.filter(({ name }) => name === 'CreateActivity');
  if (creates.length === 0) {
    for (const { key, steps, spelling } of later) {
      const message = `The document has no CreateActivity, so no call has a record and "${spelling}" never runs.`;
      const fix = 'add CreateActivity, which makes the record';
      context.report('method_without_record', { node: key, steps }, message, fix);
    }
    return;
  }
  const user = later.find((method) => requestNames(context, method, uses).has('activity_id'));
  if (user === undefined) return;
  const id = context.placeholder('activity_id');
  for (const method of creates) {
    if (boundNames(context, method).has('activity_id')) continue;
    const message = `The answer of "${method.spelling}" binds no ${id}, which "${user.spelling}" uses: it would never have a value.`;
    const fix = `put "${id}" into "response_map" or "response_headers", where the CRM tells the id`;
    context.report('record_without_id', { node: method.key, steps: method.steps }, message, fix);
  }
}
