import { isCommentKey } from '../comment-key.ts';
import { memberOf } from '../json-text/json-node.ts';
import type { LintContext } from './lint-context.ts';

/** Tells of a document without any method. */
export function checkMethods(context: LintContext): void {
  const section = memberOf(context.root, 'API') ?? memberOf(context.root, 'api');
  if (section === undefined || section.value.kind !== 'object') {
    return;
  }
  const at = { node: section.key, steps: [section.key.value] };
  if (section.value.members.every(({ key }) => isCommentKey(key.value))) {
    const message = `"${section.key.value}" has no method, so the document can do nothing.`;
    const fix =
      'add a method, for example "Users"; `patchcord new NAME` writes a document with all of them';
    context.report('no_methods', at, message, fix);
  }
}
