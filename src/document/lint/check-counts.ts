import { isCommentKey } from '../comment-key.ts';
import { elementsOf, memberOf, membersOf } from '../json-text/json-node.ts';
import type { Member, ObjectNode } from '../json-text/json-node.ts';
import type { Report } from './lint-context.ts';

/** More than the methods that exist, with room for those of other products. */
const MAX_METHODS = 200;
/** Ten times what the largest known documents have. */
const MAX_COUNTS = {
  properties: 1_000,
  parameters: 1_000,
  variables: 1_000,
  request_headers: 200,
  hosts: 200,
  errors: 100,
  // Each is looked at and written for every request.
  limits: 10,
} as const;
/** Rows of `errors` of all methods together. */
const MAX_ERROR_ROWS = 1_000;
/** Of one method object: each is a request to the CRM for one thing that happens. */
const MAX_STEPS = 20;
/** Of one property; nobody chooses from a longer list. */
const MAX_CHOICES = 1_000;

/** Reports sections with more members than anybody needs; false when the rest is not to be checked. */
export function checkCounts(root: ObjectNode, report: Report): boolean {
  const section = memberOf(root, 'API') ?? memberOf(root, 'api');
  let fits = section === undefined || checkMethodCount(section, report);
  for (const [name, most] of Object.entries(MAX_COUNTS)) {
    const member = memberOf(root, name);
    const count = member === undefined ? 0 : countOf(member);
    if (member !== undefined && count > most) {
      const message = `"${name}" has ${String(count)} members; ${String(most)} are the most.`;
      report('too_many', { node: member.key, steps: [name] }, message, 'remove what is not used');
      fits = false;
    }
  }
  if (section !== undefined) {
    fits = checkRowCount(section, report) && checkStepCounts(section, report) && fits;
  }
  return checkChoiceCounts(root, report) && fits;
}

function checkMethodCount(section: Member, report: Report): boolean {
  const { key, value } = section;
  const count = membersOf(value)
    .filter((member) => !isCommentKey(member.key.value))
    .reduce((sum, member) => sum + Math.max(1, elementsOf(member.value).length), 0);
  if (count <= MAX_METHODS) return true;
  const message = `"${key.value}" has ${String(count)} methods; ${String(MAX_METHODS)} are the most.`;
  const at = { node: key, steps: [key.value] };
  report('too_many_methods', at, message, 'remove those that never run');
  return false;
}

function checkRowCount({ key, value }: Member, report: Report): boolean {
  let count = 0;
  for (const { value: method } of membersOf(value)) {
    for (const each of [method, ...elementsOf(method)]) {
      const requests = [each, ...elementsOf(memberOf(each, 'steps')?.value)];
      for (const request of requests)
        count += elementsOf(memberOf(request, 'errors')?.value).length;
    }
  }
  if (count <= MAX_ERROR_ROWS) return true;
  const message = `The methods have ${String(count)} rows of "errors"; ${String(MAX_ERROR_ROWS)} are the most.`;
  const fix = 'move rows that several methods share to "errors" of the document';
  report('too_many', { node: key, steps: [key.value] }, message, fix);
  return false;
}

function checkStepCounts({ key, value }: Member, report: Report): boolean {
  let fits = true;
  for (const { key: name, value: method } of membersOf(value)) {
    const objects = method.kind === 'array' ? method.elements : [method];
    for (const [index, object] of objects.entries()) {
      const member = memberOf(object, 'steps');
      if (member === undefined || countOf(member) <= MAX_STEPS) continue;
      const message = `"${name.value}" has ${String(countOf(member))} steps; ${String(MAX_STEPS)} are the most.`;
      const place = method.kind === 'array' ? [index] : [];
      const at = { node: member.key, steps: [key.value, name.value, ...place, 'steps'] };
      report('too_many', at, message, 'ask the CRM for a request that does more at once');
      fits = false;
    }
  }
  return fits;
}

function checkChoiceCounts(root: ObjectNode, report: Report): boolean {
  let fits = true;
  for (const [index, element] of elementsOf(memberOf(root, 'properties')?.value).entries()) {
    const member = memberOf(element, 'choices');
    if (member === undefined || countOf(member) <= MAX_CHOICES) continue;
    const message = `A property has ${String(countOf(member))} choices; ${String(MAX_CHOICES)} are the most.`;
    const at = { node: member.key, steps: ['properties', index, 'choices'] };
    report('too_many', at, message, 'make it a property of type text');
    fits = false;
  }
  return fits;
}

function countOf({ value }: Member): number {
  return value.kind === 'object'
    ? value.members.filter(({ key }) => !isCommentKey(key.value)).length
    : elementsOf(value).length;
}
