import { elementsOf, memberOf } from '../json-text/json-node.ts';
import type { ObjectNode, StringNode } from '../json-text/json-node.ts';
import { MOVING_NAMES, CREDENTIAL_NAMES } from '../names/names.ts';
import { BUILTIN_NAMES, PARAMETER_ALIASES } from '../names/parameters.ts';
import { declaredIn } from './lint-context.ts';
import type { LintContext, Steps } from './lint-context.ts';
import { nearName } from './near-name.ts';

/** In characters; nobody reads longer labels, and a placeholder must have an end. */
const LONGEST_LABEL = 60;

interface Declared {
  readonly name: string;
  readonly node: StringNode;
  readonly steps: Steps;
}

/** Checks the names that a document declares: labels, parameters, variables, and each against all. */
export function checkNames(context: LintContext): void {
  const properties = declaredProperties(context.root);
  const parameters = declaredKeys(context.root, 'parameters');
  const variables = declaredKeys(context.root, 'variables');
  for (const each of [...properties, ...parameters, ...variables]) {
    checkLabel(context, each);
  }
  checkRepeats(context, properties);
  checkShadows(context, properties, parameters);
  checkParameters(context, parameters);
  checkVariableNames(context, variables, [...properties, ...parameters]);
}

function declaredProperties(root: ObjectNode): readonly Declared[] {
  return elementsOf(memberOf(root, 'properties')?.value).flatMap((element, index) => {
    const steps = ['properties', index];
    const label = memberOf(element, 'label')?.value;
    if (element.kind === 'string') {
      return [{ name: element.value, node: element, steps }];
    }
    return label?.kind === 'string'
      ? [{ name: label.value, node: label, steps: [...steps, 'label'] }]
      : [];
  });
}

function declaredKeys(root: ObjectNode, section: string): readonly Declared[] {
  return declaredIn(memberOf(root, section)?.value).map(({ key }) => ({
    name: key.value,
    node: key,
    steps: [section, key.value],
  }));
}

function checkLabel(context: LintContext, { name, node, steps }: Declared): void {
  const sign = /[${}]/.exec(name);
  if (sign !== null) {
    const message = `The name "${name}" has a ${sign[0]} in it, which begins or ends placeholders.`;
    context.report(
      'invalid_label',
      { node, steps },
      message,
      `write "${name.replace(/[${}]/g, '').trim()}"`,
    );
  } else if (name.trim() === '') {
    context.report(
      'invalid_label',
      { node, steps },
      'A name is empty.',
      'write what people shall see',
    );
  } else if (name !== name.trim()) {
    const message = `The name "${name}" has a blank at an end, which nobody sees and every placeholder would need.`;
    context.report('invalid_label', { node, steps }, message, `write "${name.trim()}"`);
  } else if (Array.from(name).length > LONGEST_LABEL) {
    const message = `A name has ${String(Array.from(name).length)} characters; ${String(LONGEST_LABEL)} are the most.`;
    context.report(
      'invalid_label',
      { node, steps },
      message,
      'shorten it; longer words belong into "help"',
    );
  }
}

function checkRepeats(context: LintContext, properties: readonly Declared[]): void {
  const seen = new Set<string>();
  for (const { name, node, steps } of properties) {
    if (seen.has(name)) {
      const message = `Two properties have the label "${name}".`;
      context.report(
        'duplicate_name',
        { node, steps },
        message,
        'remove one, or give it another label',
      );
    }
    seen.add(name);
  }
}

function checkShadows(
  context: LintContext,
  properties: readonly Declared[],
  parameters: readonly Declared[],
): void {
  for (const property of properties) {
    const declared = parameters.find((each) => each.name === property.name);
    if (declared === undefined && !BUILTIN_NAMES.has(property.name)) {
      continue;
    }
    const { node, steps } = later(property, declared);
    const message = `The property "${property.name}" has the name of a parameter; ${context.placeholder(property.name)} means the property.`;
    const fix = `give the property another label if the parameter is meant, such as "${property.name} setting"`;
    context.report('property_shadows_parameter', { node, steps }, message, fix);
  }
}

function checkParameters(context: LintContext, parameters: readonly Declared[]): void {
  for (const { name, node, steps } of parameters) {
    const present = PARAMETER_ALIASES.get(name);
    if (present !== undefined) {
      const message = `"${name}" is an old name of "${present}".`;
      context.report('old_parameter_name', { node, steps }, message, `write "${present}"`);
      continue;
    }
    if (BUILTIN_NAMES.has(name)) {
      continue;
    }
    const reserved = [...MOVING_NAMES, ...CREDENTIAL_NAMES].find((each) => each === name);
    if (reserved !== undefined) {
      const message = `"${name}" needs no declaration, and a value of your own cannot have this name.`;
      context.report('misplaced_name', { node, steps }, message, 'remove it here');
      continue;
    }
    const near = nearName(name, BUILTIN_NAMES);
    if (near !== undefined) {
      const message = `"${name}" is almost "${near}", a parameter of Patchcord: a misspelling, or too near to be told apart.`;
      context.report(
        'misspelt_parameter',
        { node, steps },
        message,
        `write "${near}", or a name that differs more`,
      );
    }
  }
}

function checkVariableNames(
  context: LintContext,
  variables: readonly Declared[],
  others: readonly Declared[],
): void {
  for (const variable of variables) {
    const other = others.find((each) => each.name === variable.name);
    if (other === undefined && !BUILTIN_NAMES.has(variable.name)) {
      continue;
    }
    const { node, steps } = later(variable, other);
    const what = other?.steps[0] === 'properties' ? 'property' : 'parameter';
    const message = `The variable "${variable.name}" has the name of a ${what}, so nobody could tell which is meant.`;
    context.report(
      'duplicate_name',
      { node, steps },
      message,
      `give the variable another name, such as "${variable.name}_text"`,
    );
  }
}

/** Of two declarations the one that stands further down. */
function later(one: Declared, other: Declared | undefined): Declared {
  return other !== undefined && other.node.offset > one.node.offset ? other : one;
}
