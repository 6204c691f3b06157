import { memberOf, membersOf, stringOf } from '../json-text/json-node.ts';
import type { JsonNode, ObjectNode, StringNode } from '../json-text/json-node.ts';
import { loginOf, requestsOf } from './check-requests.ts';
import { checkXml } from './check-xml.ts';
import { partsAt } from './lint-context.ts';
import type { LintContext, Steps } from './lint-context.ts';

/** A request whose body is written as one text. */
export interface TextBody {
  readonly body: StringNode;
  readonly steps: Steps;
  /** As written, placeholders and all. */
  readonly type: string | undefined;
  /** What needs names and values instead, in words; such a text is never sent. */
  readonly misfit: string | undefined;
}

/** The requests of the document, also its login, whose body is one text. */
export function textBodies(context: LintContext): readonly TextBody[] {
  const requests = [...context.methods.flatMap(requestsOf), ...loginOf(context)];
  return requests.flatMap(({ node, steps }) => {
    const body = memberOf(node, 'request_parameters')?.value;
    if (body?.kind !== 'string') return [];
    const type = contentType(context, node);
    const verb = stringOf(memberOf(node, 'request_method')?.value);
    const misfit = verb === 'GET' ? 'the query of a GET' : isForm(type) ? 'a form' : undefined;
    return [{ body, steps: [...steps, 'request_parameters'], type, misfit }];
  });
}

/** Checks that bodies which are a text can be sent as one, and what their media type makes of it. */
export function checkTextBodies(context: LintContext): void {
  for (const { body, steps, type, misfit } of textBodies(context)) {
    const at = { node: body, steps };
    if (misfit !== undefined) {
      const message = `A text stands where ${misfit} needs names and values.`;
      context.report('text_as_query', at, message, 'write an object: { "name": "value" }');
      continue;
    }
    const place = context.placeOf.get(body);
    const parts = place === undefined ? [] : partsAt(context, place);
    const [only] = parts.length === 1 ? parts : [];
    if (type === undefined && !(only?.kind === 'name' && isFile(context, only.name))) {
      const message = 'This body is a text and says no media type: it goes out as text/plain.';
      const fix = 'add "request_content_type" with what the CRM wants';
      context.report('text_without_type', at, message, fix);
    }
    const isMixed = parts.length > 1 && parts.some((part) => part.kind === 'name');
    if (isMixed && isType(type, 'json')) {
      const message =
        'This is JSON written as a text: what has no value leaves a hole in it, and nothing is dropped.';
      context.report(
        'json_as_text',
        at,
        message,
        'write it as an object or a list, without quotes',
      );
    }
    if (isType(type, 'xml') && parts.some((part) => part.kind === 'text')) {
      checkXml(context, at, parts);
    }
  }
}

/** True for `…/json` or `…/xml` and their suffixes (RFC 6839, RFC 7303). */
export function isType(type: string | undefined, language: 'json' | 'xml'): boolean {
  return TYPES[language].test(type ?? '');
}

const TYPES = { json: /[/+]json\s*(?:;|$)/i, xml: /[/+]xml\s*(?:;|$)/i } as const;

/** The content type as written, of the request or of a header. */
function contentType(context: LintContext, node: ObjectNode): string | undefined {
  const own = stringOf(memberOf(node, 'request_content_type')?.value);
  const bare = stringOf(memberOf(node, 'auth')?.value) === 'none';
  const layers = [node, ...(bare ? [] : [context.root])];
  return own ?? layers.map(typeHeader).find((found) => found !== undefined);
}

function typeHeader(owner: JsonNode): string | undefined {
  const headers = membersOf(memberOf(owner, 'request_headers')?.value);
  const found = headers.find(({ key }) => key.value.toLowerCase() === 'content-type');
  return stringOf(found?.value);
}

function isForm(type: string | undefined): boolean {
  return /^\s*(?:application\/x-www-form-urlencoded|multipart\/)/i.test(type ?? '');
}

function isFile(context: LintContext, name: string): boolean {
  const ref = context.names.resolve(name);
  return ref?.kind === 'parameter' && ref.name === 'file';
}

/** Where the recording can stand: in the body of a request, but of no form. */
export function checkFilePlaces(context: LintContext): void {
  const bodies = context.methods.flatMap(requestsOf).flatMap(({ node, steps }) => {
    const isGet = stringOf(memberOf(node, 'request_method')?.value) === 'GET';
    const isPlainForm = /^\s*application\/x-www-form-urlencoded/i.test(
      contentType(context, node) ?? '',
    );
    return isGet || isPlainForm ? [] : [[...steps, 'request_parameters']];
  });
  for (const place of context.places) {
    const { node, steps, use, isKey } = place;
    if (!SENT.includes(use) || !node.value.includes('file')) continue;
    let index = 0;
    for (const part of partsAt(context, place)) {
      if (part.kind === 'name' && isFile(context, part.name)) {
        if (!isKey && bodies.some((body) => isBelow(steps, body))) break;
        const message = `The recording cannot stand here: it goes out in a body of JSON or multipart, or as the whole body.`;
        const fix = 'move it into "request_parameters" of a POST or PUT';
        context.report('misplaced_file', { node, steps, index }, message, fix);
        break;
      }
      index += part.kind === 'text' ? part.text.length : part.length;
    }
  }
}

const SENT: readonly string[] = ['request', 'path', 'url', 'link', 'auth'];

function isBelow(steps: Steps, prefix: Steps): boolean {
  return prefix.every((step, index) => steps[index] === step);
}
