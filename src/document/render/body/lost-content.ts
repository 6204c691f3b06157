import { RenderStop } from '../render-stop.ts';
import { allMissingSince, createScope } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { openValue } from './rendered-tree.ts';
import type { Rendered } from './rendered-tree.ts';

/**
 * Remembers that a member goes because its key lacks `name`, where its value would have been there:
 * what the author wanted to say is not said.
 */
export function noteLost(
  scope: Scope,
  name: string,
  value: (probe: Scope) => Rendered | undefined,
): void {
  if (holdsValue(scope, value)) {
    scope.lost = { names: [...(scope.lost?.names ?? []), name], whole: false };
  }
}

/** Remembers that nothing was left of a body but what a lost member would have said. */
export function noteEmptied(scope: Scope, rendered: Rendered): void {
  if (scope.lost === undefined) return;
  const root = openValue(rendered);
  const isEmpty =
    (root.kind === 'object' && root.members.length === 0) ||
    (root.kind === 'array' && root.elements.length === 0);
  if (isEmpty) scope.lost = { ...scope.lost, whole: true };
}

/** Asked in a scope of its own: of what is not sent nothing may be counted, noted or refused. */
function holdsValue(scope: Scope, value: (probe: Scope) => Rendered | undefined): boolean {
  const probe = createScope(scope.context, scope.method);
  probe.cleared = scope.cleared;
  probe.phoneFormats = scope.phoneFormats;
  try {
    return value(probe) !== undefined && !allMissingSince(probe, { met: 0, present: 0 });
  } catch (err) {
    if (err instanceof RenderStop) return true;
    throw err;
  }
}
