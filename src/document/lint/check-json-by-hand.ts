import { elementsOf, memberOf, toJson } from '../json-text/json-node.ts';
import type { JsonNode, StringNode } from '../json-text/json-node.ts';
import { escapeNames } from '../render/escapes.ts';
import type { TemplatePart } from '../templates/template.ts';
import { refusesQuotes } from './check-quotes.ts';
import { isType, textBodies } from './check-text-bodies.ts';
import { jsonFix, placeholderInJson } from './json-by-hand.ts';
import { partsAt } from './lint-context.ts';
import type { LintContext, Place, Steps } from './lint-context.ts';
import { variableMembers } from './variable-uses.ts';

/**
 * Tells of JSON that is put together as a text, with placeholders between its quotes: a name with a
 * quote in it, or a note with a line break, makes another JSON of it, or none.
 */
export function checkJsonByHand(context: LintContext): void {
  const others = new Set<JsonNode>(
    textBodies(context).flatMap(({ body, type, misfit }) =>
      // Values are escaped in JSON, and rules of their own tell of both.
      misfit !== undefined || isType(type, 'json') ? [body] : [],
    ),
  );
  for (const place of context.places) {
    if (context.isFull()) return;
    const isSent = place.use === 'request' || place.use === 'auth';
    if (!isSent || place.isKey || others.has(place.node)) continue;
    const found = placeholderInJson(partsAt(context, place));
    if (found === undefined || isWritten(context, place) || refusesQuotes(context, place)) continue;
    report(context, place, found, jsonFix(place.steps));
  }
  for (const { value } of variableMembers(context)) checkLines(context, value);
}

/** Lines that are JSON together. */
function checkLines(context: LintContext, node: JsonNode): void {
  const owners = new Map<TemplatePart, Place>();
  const parts = elementsOf(node).flatMap((line, index): readonly TemplatePart[] => {
    const place = context.placeOf.get(line);
    if (place === undefined) return [];
    const own = partsAt(context, place);
    for (const part of own) owners.set(part, place);
    return index === 0 ? own : [{ kind: 'text', text: '\n' }, ...own];
  });
  const found = placeholderInJson(parts);
  const owner = found === undefined ? undefined : owners.get(found);
  if (found !== undefined && owner !== undefined) {
    report(context, owner, found, jsonFix(owner.steps.slice(0, 2)));
  }
}

function report(
  context: LintContext,
  { node, steps }: { readonly node: StringNode; readonly steps: Steps },
  { name, offset }: { readonly name: string; readonly offset: number },
  fix: string,
): void {
  const message = `${context.placeholder(name)} stands in JSON that is written by hand: a value with a quote or a line break breaks it, and a missing one leaves its key behind.`;
  context.report('json_by_hand', { node, steps, index: offset }, message, fix);
}

/** True in a query or a body where `escape` has the values written for JSON. */
function isWritten(context: LintContext, { steps }: Place): boolean {
  const end = steps.findIndex((step) => step === 'request_parameters' || step === 'query');
  if (end === -1) return false;
  let node: JsonNode | undefined = context.root;
  let declared: JsonNode | undefined;
  for (const step of steps.slice(0, end + 1)) {
    declared = memberOf(node, 'escape')?.value ?? declared;
    node = typeof step === 'number' ? elementsOf(node)[step] : memberOf(node, step)?.value;
  }
  return declared !== undefined && escapeNames(toJson(declared)).includes('json');
}
