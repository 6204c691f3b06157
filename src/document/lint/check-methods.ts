import { isCommentKey } from '../comment-key.ts';
import { memberOf } from '../json-text/json-node.ts';
import type { LintContext } from './lint-context.ts';

/** More than the methods that exist, with room for those of other products. */
const MAX_METHODS = 200;

/** Checks how many methods a document has. */
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
  if (section.value.members.length > MAX_METHODS) {
    const message = `"${section.key.value}" has ${String(section.value.members.length)} methods; ${String(MAX_METHODS)} are the most.`;
    context.report('too_many_methods', at, message, 'remove those that never run');
  }
}
