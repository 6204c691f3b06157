import { memberOf } from '../json-text/json-node.ts';
import { methodRow } from '../methods.ts';
import { placesOf } from './check-answers.ts';
import { jsonFix, placeholderInJson } from './json-by-hand.ts';
import { partsAt, resolveAt } from './lint-context.ts';
import type { LintContext, MethodNode, Place } from './lint-context.ts';

/**
 * Tells of values between quotes in queries and searches without `escape`: a name such as O'Brien
 * would be refused there, since it could end the text of the query.
 */
export function checkQuotes(context: LintContext): void {
  for (const method of context.methods) {
    const escapes = hasEscape(context, method);
    for (const place of placesOf(context, method)) {
      if (!place.isKey && isGuarded(method, place, escapes)) {
        checkPlace(context, place, escapes);
      }
    }
  }
}

/** True for a text in which a value that could end a quoted text is refused, not sent. */
export function refusesQuotes(context: LintContext, place: Place): boolean {
  const method = context.methods.find(({ steps }) =>
    steps.every((step, index) => place.steps[index] === step),
  );
  return method !== undefined && isGuarded(method, place, hasEscape(context, method));
}

function hasEscape(context: LintContext, method: MethodNode): boolean {
  return [context.root, method.node].some((node) => memberOf(node, 'escape') !== undefined);
}

/** Paths always, for nothing is escaped there; queries and the bodies of methods that only read, where no `escape` is declared. */
function isGuarded(method: MethodNode, place: Place, escapes: boolean): boolean {
  if (place.use === 'path' || place.use === 'url') {
    return true;
  }
  const section = place.steps[method.steps.length];
  const verb = memberOf(method.node, 'request_method')?.value;
  const isQuery = section === 'query' || (verb?.kind === 'string' && verb.value === 'GET');
  const isReading = method.name !== undefined && !methodRow(method.name).writes;
  const isSent =
    place.use === 'request' && (section === 'query' || section === 'request_parameters');
  const isText = place.steps.at(-1) === 'request_parameters' && !isWritten(method);
  return isSent && !escapes && (isQuery || isReading || isText);
}

/** True where a body that is a text has a media type whose values are escaped, or plain text. */
function isWritten({ node }: MethodNode): boolean {
  const type = memberOf(node, 'request_content_type')?.value;
  return (
    type?.kind !== 'string' ||
    /^\s*(?:text\/plain|text\/html|\S+[/+](?:json|xml))\b/i.test(type.value)
  );
}

function checkPlace(context: LintContext, place: Place, escapes: boolean): void {
  const { node, steps } = place;
  let isOpen = { single: false, double: false };
  let isEscaped = false;
  for (const part of partsAt(context, place)) {
    if (part.kind === 'text') {
      isEscaped ||= escapes && part.text.includes('?');
      isOpen = {
        single: isOpen.single !== isOdd(part.text, "'"),
        double: isOpen.double !== isOdd(part.text, '"'),
      };
    } else if (
      !isEscaped &&
      (isOpen.single || isOpen.double) &&
      holdsText(context, place, part.name)
    ) {
      const written = context.placeholder(part.name);
      const message = `${written} stands between quotes: a value with a quote in it, such as O'Brien, is refused here.`;
      const fix =
        place.use !== 'request'
          ? 'move the query into "request_parameters", and add "escape" with its language'
          : placeholderInJson(partsAt(context, place)) === undefined
            ? 'add "escape" with the language of the query, such as "escape": "odata"'
            : jsonFix(steps);
      context.report('quoted_value', { node, steps, index: part.offset }, message, fix);
    }
  }
}

/** Texts that no person writes: keys, codes and extensions. */
const MACHINE_MADE = [
  'call_key',
  'activity_type',
  'call_result',
  'call_cause',
  'update_reason',
  'user_number',
  'file_type',
  'timezone',
  'country',
];

/** Ids, numbers and dates hold no quotes. */
function holdsText(context: LintContext, place: Place, name: string): boolean {
  const ref = resolveAt(context, place, name);
  switch (ref?.kind) {
    case 'parameter':
      return ref.builtin.kind === 'text' && !MACHINE_MADE.includes(ref.name);
    case 'property':
      return ref.type === 'text';
    case 'local':
    case 'variable':
      return true;
    default:
      return false;
  }
}

function isOdd(text: string, quote: string): boolean {
  const unescaped = text.replace(/\\./gs, '');
  return (unescaped.split(quote).length - 1) % 2 === 1;
}
