import { jsonPointer } from '../findings/finding.ts';
import { readProperties } from '../names/properties.ts';
import { namesInQueryKeys } from '../templates/query-keys.ts';
import { knownAt, namesIn, partsAt, resolveAt } from './lint-context.ts';
import type { LintContext, Place } from './lint-context.ts';

/** Checks placeholders in keys of requests: those that may be missing, and keys that become equal. */
export function checkKeys(context: LintContext): void {
  const required = requiredLabels(context);
  const filled = new Map<string, string>();
  for (const place of context.places) {
    if (context.isFull()) return;
    if (place.isKey && place.use === 'request') {
      checkOptional(context, place, required);
      checkEqual(context, place, filled);
    }
    if (place.use === 'path' || place.use === 'url') {
      const { value } = place.node;
      for (const { name, offset } of namesInQueryKeys(
        value,
        context.notation,
        knownAt(context, place),
      )) {
        reportOptional(context, place, { name, index: offset, required });
      }
    }
  }
}

/** Labels of the properties that always have a value once the form is saved. */
function requiredLabels({ json, names }: LintContext): ReadonlySet<string> {
  const fields = readProperties(json).filter(
    ({ required, default: standIn }) => required || standIn !== undefined,
  );
  return new Set(
    fields.map(({ label }) => label).filter((label) => names.resolve(label)?.kind === 'property'),
  );
}

function checkOptional(context: LintContext, place: Place, required: ReadonlySet<string>): void {
  for (const name of new Set(namesIn(context, place))) {
    const index = place.node.value.indexOf(context.placeholder(name));
    reportOptional(context, place, { name, index, required });
  }
}

function reportOptional(
  context: LintContext,
  place: Place,
  of: { readonly name: string; readonly index: number; readonly required: ReadonlySet<string> },
): void {
  const { name, index, required } = of;
  if (required.has(name)) return;
  const message = `Where ${context.placeholder(name)} has no value, the whole member is left out with its key.`;
  context.report('optional_key', { node: place.node, steps: place.steps, index }, message);
}

/** Two keys with the same names under different spellings become one, and only one could be sent. */
function checkEqual(context: LintContext, place: Place, filled: Map<string, string>): void {
  const { node, steps } = place;
  const parts = partsAt(context, place);
  if (parts.every((part) => part.kind === 'text')) return;
  const canonical = parts.map((part) => {
    if (part.kind === 'text') return part.text;
    const ref = resolveAt(context, place, part.name);
    const form = ref?.kind === 'parameter' ? ref.form : undefined;
    return [ref?.kind ?? '', ref?.name ?? part.name, form ?? ''];
  });
  const id = JSON.stringify([jsonPointer(steps.slice(0, -1)), canonical]);
  const before = filled.get(id);
  if (before === undefined) {
    filled.set(id, node.value);
    return;
  }
  if (before === node.value) return;
  const message = `The keys "${before}" and "${node.value}" are always the same, and an object can have only one of them.`;
  context.report('equal_keys', { node, steps }, message, 'remove one of the two');
}
