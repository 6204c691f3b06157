import { elementsOf, memberOf, stringOf } from '../json-text/json-node.ts';
import { typeNamed } from '../names/parameter-type.ts';
import { BUILTIN_NAMES } from '../names/parameters.ts';
import { placesOf } from './check-answers.ts';
import { declaredIn, namesIn } from './lint-context.ts';
import type { LintContext } from './lint-context.ts';

type Uses = ReadonlyMap<string, readonly string[]>;

/** Checks words that mean something in one place alone: `cleared`, `phone_formats`, the type `object`. */
export function checkKeptWords(context: LintContext, uses: Uses): void {
  checkCleared(context);
  checkPhoneFormats(context, uses);
  checkObjects(context);
}

const EMPTIES: ReadonlySet<string> = new Set(['UpdateContact', 'UpdateActivity']);

function checkCleared(context: LintContext): void {
  for (const { node, steps, name, spelling } of context.methods) {
    const member = memberOf(node, 'cleared');
    if (member === undefined || name === undefined || EMPTIES.has(name)) continue;
    const message = `"cleared" has no meaning for "${spelling}": only "UpdateContact" and "UpdateActivity" empty a value.`;
    context.report(
      'key_without_effect',
      { node: member.key, steps: [...steps, 'cleared'] },
      message,
      'remove it',
    );
  }
}

function checkPhoneFormats(context: LintContext, uses: Uses): void {
  const member = memberOf(context.root, 'phone_formats');
  if (member === undefined) return;
  checkRepeats(context);
  const find = context.methods.filter(({ name }) => name === 'FindContact');
  const names = find.flatMap((method) =>
    placesOf(context, method)
      .filter(({ use }) => use !== 'response' && use !== 'error')
      .flatMap((place) => namesIn(context, place)),
  );
  if (usesBarePhone(context, names, uses)) return;
  const written = context.placeholder('phone');
  const message = `"phone_formats" changes nothing: the request of "FindContact" has no ${written} without a form.`;
  const fix = `write "${written}" where the number goes, or remove "phone_formats"`;
  context.report(
    'key_without_effect',
    { node: member.key, steps: ['phone_formats'] },
    message,
    fix,
  );
}

function checkRepeats(context: LintContext): void {
  const seen = new Set<string>();
  const formats = elementsOf(memberOf(context.root, 'phone_formats')?.value);
  for (const [index, node] of formats.entries()) {
    if (node.kind !== 'string') continue;
    if (seen.has(node.value)) {
      const message = `"${node.value}" stands twice in "phone_formats"; it is asked for once.`;
      const at = { node, steps: ['phone_formats', index] };
      context.report('key_without_effect', at, message, 'remove one of the two');
    }
    seen.add(node.value);
  }
}

function usesBarePhone(context: LintContext, names: readonly string[], uses: Uses): boolean {
  const seen = new Set(names);
  const open = [...seen];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const ref = context.names.resolve(name);
    if (ref?.kind === 'parameter' && ref.name === 'phone' && ref.form === undefined) return true;
    for (const used of uses.get(name) ?? []) {
      if (!seen.has(used)) open.push(used);
      seen.add(used);
    }
  }
  return false;
}

function checkObjects(context: LintContext): void {
  for (const { key, value } of declaredIn(memberOf(context.root, 'parameters')?.value)) {
    const type = value.kind === 'string' ? value : memberOf(value, 'type')?.value;
    const isObject = typeNamed(stringOf(type) ?? '') === 'object';
    if (type === undefined || !isObject || !BUILTIN_NAMES.has(key.value)) continue;
    const message = `"${key.value}" is a value of Patchcord, never a piece of an answer: it cannot be of the type "object".`;
    const steps = ['parameters', key.value, ...(value === type ? [] : ['type'])];
    context.report('invalid_option', { node: type, steps }, message, 'write "string"');
  }
}
