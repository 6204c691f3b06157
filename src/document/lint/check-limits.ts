import { elementsOf, memberOf } from '../json-text/json-node.ts';
import type { JsonNode, ObjectNode } from '../json-text/json-node.ts';
import type { LintContext, Steps } from './lint-context.ts';

/** Checks that the members of each limit fit each other, and that no two limits have one window. */
export function checkLimits(context: LintContext): void {
  const written = memberOf(context.root, 'limits')?.value;
  if (written?.kind === 'object') checkLimit(context, written, ['limits']);
  const windows = new Set<number>();
  for (const [index, row] of elementsOf(written).entries()) {
    if (row.kind !== 'object') continue;
    const steps = ['limits', index];
    checkLimit(context, row, steps);
    const window = numberOf(row, 'per_seconds');
    if (window === undefined) continue;
    if (windows.has(window.value)) {
      const message = `An earlier limit is about ${String(window.value)} seconds, too; only the one with fewer requests counts.`;
      context.report('invalid_option', { node: row, steps }, message, 'remove one of the two');
    }
    windows.add(window.value);
  }
}

function checkLimit(context: LintContext, limit: ObjectNode, steps: Steps): void {
  const requests = numberOf(limit, 'requests');
  const window = numberOf(limit, 'per_seconds');
  // With a concurrency either may be absent, but only both together.
  for (const [here, other, name] of [
    [requests, window, 'per_seconds'],
    [window, requests, 'requests'],
  ] as const) {
    if (here === undefined || other !== undefined || memberOf(limit, name) !== undefined) continue;
    if (memberOf(limit, 'concurrency') === undefined) continue;
    const message = `The key "${name}" is missing: a limit is so many requests in so many seconds.`;
    context.report('missing_field', { node: limit, steps }, message, `add "${name}"`);
  }
  const burst = numberOf(limit, 'burst');
  if (burst === undefined) return;
  if (requests === undefined || burst.value <= requests.value) return;
  const message = `"burst" is more than the ${String(requests.value)} "requests" of the limit.`;
  const place = { node: burst.node, steps: [...steps, 'burst'] };
  context.report('invalid_option', place, message, `write ${String(requests.value)} or less`);
}

function numberOf(
  object: ObjectNode,
  key: string,
): { readonly node: JsonNode; readonly value: number } | undefined {
  const node = memberOf(object, key)?.value;
  return node?.kind === 'number' ? { node, value: Number(node.source) } : undefined;
}
