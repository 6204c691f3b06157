import { memberOf } from '../json-text/json-node.ts';
import type { JsonNode, StringNode } from '../json-text/json-node.ts';
import { compileHostRule, isHostPattern } from '../render/url/host.ts';
import { parseTemplate } from '../templates/template.ts';
import { loginOf } from './check-requests.ts';
import { knownAt } from './lint-context.ts';
import type { LintContext, Place, Steps } from './lint-context.ts';

/** Scheme, user information and host of a written address; RFC 3986, section 3. */
const ADDRESS = /^(https?):\/\/(?:([^/?#@]*)@)?([^/?#]*)/i;
/** A scheme of another kind, such as javascript: or ftp:. */
const OTHER_SCHEME = /^\s*([a-z][a-z0-9+.-]*):/i;
/** Names that never leave the machine; no certificate exists for them. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Checks the addresses of a document, its `hosts`, and each method's path. */
export function checkAddresses(context: LintContext): void {
  const hosts = checkHosts(context);
  for (const place of context.places) {
    if (place.use === 'url' || place.use === 'path') {
      checkDots(context, place);
    }
    if (place.use === 'url' || place.use === 'link') {
      checkAddress(context, place, hosts);
    } else if (place.use === 'path') {
      checkPath(context, place);
    }
  }
  for (const { node, steps, spelling } of context.methods) {
    checkPathAndUrl(context, { node, steps, spelling });
    checkHasAddress(context, { node, steps, spelling });
  }
  for (const { node, steps } of loginOf(context)) {
    const login = { node, steps, spelling: 'auth' };
    checkPathAndUrl(context, login);
    checkHasAddress(context, login);
    if (
      memberOf(node, 'request_path') === undefined &&
      memberOf(node, 'request_url') === undefined
    ) {
      const message =
        'The login has no address: "auth" has neither "request_path" nor "request_url".';
      context.report('missing_field', { node, steps }, message, 'add "request_path": "/login"');
    }
  }
}

interface RequestNode {
  readonly node: JsonNode;
  readonly steps: Steps;
  readonly spelling: string;
}

function checkPathAndUrl(context: LintContext, { node, steps, spelling }: RequestNode): void {
  const path = memberOf(node, 'request_path');
  if (path === undefined || memberOf(node, 'request_url') === undefined) return;
  const at = { node: path.key, steps: [...steps, 'request_path'] };
  const message = `"${spelling}" has both "request_path" and "request_url"; only "request_url" counts.`;
  context.report('path_and_url', at, message, 'remove one of them');
}

function checkHasAddress(context: LintContext, { node, steps, spelling }: RequestNode): void {
  const own = memberOf(node, 'request_url') ?? memberOf(node, 'steps');
  if (own !== undefined || memberOf(context.root, 'resource_url') !== undefined) {
    return;
  }
  const message = `"${spelling}" has no address: the document has no "resource_url", and the method no "request_url".`;
  context.report(
    'missing_field',
    { node, steps },
    message,
    'add "resource_url": "https://…" to the document',
  );
}

function checkHosts(context: LintContext): readonly string[] | undefined {
  const node = memberOf(context.root, 'hosts')?.value;
  if (node?.kind !== 'array') {
    return undefined;
  }
  const texts = node.elements.filter((each): each is StringNode => each.kind === 'string');
  texts.forEach((element, index) => {
    const steps = ['hosts', index];
    if (/^\w+:\/\//.test(element.value) || element.value.includes('/')) {
      const message = `"${element.value}" is an address; "hosts" wants the host name only.`;
      const host = element.value.replace(/^\w+:\/\//, '').replace(/\/.*$/, '');
      context.report('invalid_host', { node: element, steps }, message, `write "${host}"`);
    } else if (element.value.startsWith('*') && !isHostPattern(element.value)) {
      const message = `"${element.value}" reaches too far: * stands for labels at the left, before at least two labels.`;
      context.report(
        'invalid_host',
        { node: element, steps },
        message,
        'write for example "*.example.com"',
      );
    } else if (!isHostPattern(element.value)) {
      context.report(
        'invalid_host',
        { node: element, steps },
        `"${element.value}" is no host name.`,
        'write for example "api.example.com"',
      );
    }
  });
  // A misspelt one may well be meant for any address: those are compared when it is mended.
  return texts.every(({ value }) => isHostPattern(value))
    ? texts.map(({ value }) => value.toLowerCase())
    : undefined;
}

function checkAddress(
  context: LintContext,
  place: Place,
  hosts: readonly string[] | undefined,
): void {
  const { node, steps } = place;
  const at = { node, steps };
  const text = node.value;
  const parts = parseTemplate(text, context.notation, knownAt(context, place));
  if (parts[0]?.kind === 'name') {
    return;
  }
  const found = ADDRESS.exec(text);
  if (found === null) {
    reportNoAddress(context, place);
    return;
  }
  const [, scheme = '', login, host = ''] = found;
  if (host === '') {
    context.report(
      'invalid_url',
      at,
      `"${text}" has no host.`,
      'write for example https://api.example.com',
    );
  }
  if (login !== undefined) {
    const message = 'User name or password stand in the address, where they are logged and shown.';
    context.report(
      'credentials_in_url',
      at,
      message,
      'remove them, and write "auth": { "type": "Basic", … }',
    );
  }
  if (scheme.toLowerCase() === 'http' && !LOOPBACK.test(host)) {
    const message =
      'The address begins with http://: everything sent to it can be read on the way.';
    context.report('plain_http', at, message, `write "https${text.slice(4)}"`);
  }
  const bare = host.toLowerCase();
  const hasPlaceholder = parts.some(
    (part) => part.kind === 'name' && part.offset < found[0].length,
  );
  if (
    place.use === 'url' &&
    hosts !== undefined &&
    !hasPlaceholder &&
    !hosts.some((each) => covers(each, bare))
  ) {
    context.report(
      'host_not_declared',
      at,
      `The host ${bare} is not in "hosts".`,
      `add "${bare}" to "hosts"`,
    );
  }
}

function reportNoAddress(context: LintContext, { node, steps, use }: Place): void {
  const at = { node, steps };
  const text = node.value;
  const scheme = OTHER_SCHEME.exec(text)?.[1]?.toLowerCase();
  if (use === 'link' && scheme !== undefined) {
    const message = `A link that begins with ${scheme}: is refused: only web pages may be opened.`;
    context.report('unsafe_link', at, message, 'write an address that begins with https://');
    return;
  }
  const fix = text.startsWith('/')
    ? undefined
    : `write "https://${text.replace(/^[a-z]*:?\/*/i, '')}"`;
  context.report(
    'invalid_url',
    at,
    `"${text}" is no address: it must begin with https:// or with a placeholder.`,
    fix,
  );
}

/** True when a host in lower case, with its port or without, is one that `hosts` allows. */
function covers(pattern: string, host: string): boolean {
  return compileHostRule(pattern).matches(host.replace(/:\d+$/, ''));
}

function checkPath(context: LintContext, { node, steps }: Place): void {
  const at = { node, steps };
  const path = node.value;
  if (/^https?:\/\//i.test(path)) {
    const message = 'A whole address stands in "request_path", which is put after "resource_url".';
    context.report('invalid_url', at, message, 'write it as "request_url"');
  }
  // With blanks or quotes it is a query in its own language, where even %ac is no code.
  const index = /[ '"]/.test(path) ? path.indexOf('%') : path.search(/%(?![0-9A-Fa-f]{2})/);
  if (index !== -1) {
    const message = `The % here may be read as the beginning of a code such as %20, so the CRM could get another text.`;
    const fix =
      'move the query into "request_parameters", where it is encoded for you; in a path % itself is written %25';
    context.report('percent_in_path', { ...at, index }, message, fix);
  }
}

/** A path with `.` or `..` is shortened on its way, so another one would be called than is written. */
function checkDots(context: LintContext, place: Place): void {
  const { node, steps } = place;
  const parts = parseTemplate(node.value, context.notation, knownAt(context, place));
  const written = parts.map((part) => (part.kind === 'text' ? part.text : 'x')).join('');
  const [path = ''] = written.split(/[?#]/, 1);
  const segment = path.split(/[/\\]/).find((each) => /^(?:\.|%2e){1,2}$/i.test(each));
  if (segment !== undefined) {
    const message = `The path has the piece "${segment}", which leads to another path than the one that is written.`;
    context.report('dot_segment', { node, steps }, message, 'write the path that is meant');
  }
}
