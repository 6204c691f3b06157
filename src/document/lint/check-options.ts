import { elementsOf, memberOf, toJson } from '../json-text/json-node.ts';
import type { JsonNode } from '../json-text/json-node.ts';
import { ConnectionOptions } from '../options/options-schema.ts';
import { misfitWords } from '../../text/misfit-words.ts';
import type { LintContext, Steps } from './lint-context.ts';
import { nearName } from './near-name.ts';

const NAMES = Object.keys(ConnectionOptions.shape);

/** Checks the defaults of a connection's options by the very schema that the API checks options with. */
export function checkOptions(context: LintContext): void {
  const written = memberOf(context.root, 'options')?.value;
  if (written?.kind !== 'object') return;
  for (const { key } of written.members) {
    if (!NAMES.includes(key.value)) unknown(context, key, key.value);
  }
  const parsed = ConnectionOptions.safeParse(toJson(written), { error: misfitWords });
  for (const issue of parsed.error?.issues ?? []) {
    // Unknown options are told above, at their key.
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) continue;
    const found = follow(written, issue.path);
    const steps = ['options', ...found.steps];
    const name = issue.path.map(String).join('.');
    const message = `The option "${name}" ${issue.message}.`;
    context.report('invalid_option', { node: found.node, steps }, message);
  }
}

function unknown(context: LintContext, node: JsonNode, name: string): void {
  const near = nearName(name, NAMES);
  const fix = near === undefined ? 'remove it' : `write "${near}"`;
  const place = { node, steps: ['options', name] };
  context.report('invalid_option', place, `"${name}" is no option of a connection.`, fix);
}

/** The node at a path, or the last one on the way that is there. */
function follow(
  from: JsonNode,
  path: readonly PropertyKey[],
): { readonly node: JsonNode; readonly steps: Steps } {
  let node = from;
  const steps: (string | number)[] = [];
  for (const part of path) {
    const next =
      typeof part === 'number' ? elementsOf(node)[part] : memberOf(node, String(part))?.value;
    if (next === undefined) break;
    node = next;
    steps.push(typeof part === 'number' ? part : String(part));
  }
  return { node, steps };
}
