import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { AppError } from '../errors/app-error.ts';
import { compileLink, unlessStopped } from './compile-link.ts';
import type { PageLink } from './compile-link.ts';
import { compileMethod } from './compile-method.ts';
import type { MethodDraft, MethodFrame } from './compile-method.ts';
import type { CompiledDocument, CompiledMethod } from './compiled-document.ts';
import { isJsonArray, isJsonObject, jsonMember, jsonMembers, jsonText } from './json-value.ts';
import type { Json } from './json-value.ts';
import { toJson } from './json-text/json-node.ts';
import { parseJsonText } from './json-text/parse-json-text.ts';
import { lintDocument } from './lint/lint-document.ts';
import { methodNamed } from './methods.ts';
import type { MethodName } from './methods.ts';
import { collectNames, declaredMembers, withTokens } from './names/names.ts';
import { createOriginPolicy } from './render/url/origins.ts';
import { completeProperties, readProperties } from './names/properties.ts';
import { compileAuth } from './render/auth.ts';
import { compileHostRule } from './render/url/host.ts';
import type { HostRule } from './render/url/host.ts';
import { createReaders } from './render/name-readers.ts';
import type { ReadVariable } from './render/raw-value.ts';
import type { RenderContext } from './render/request.ts';
import { createScope, uncounted } from './render/scope.ts';
import { compileText } from './render/text.ts';
import type { CompiledText } from './render/text.ts';
import { compileSignIn } from './sign-in/compile-sign-in.ts';
import { bindRecord } from './sign-in/sign-in-answer.ts';
import type { AnswerFrame } from './sign-in/sign-in-answer.ts';
import { filledLabels } from './sign-in/sign-in-names.ts';
import { notationOf } from './templates/template.ts';
import { compileVariable } from './variables/compile-variable.ts';
import type { CompiledVariable } from './variables/compile-variable.ts';

/**
 * Compiles the text of an integration document. Throws `document_invalid` with all `findings` in
 * its details when the document has errors; warnings do not matter.
 */
export function compileDocument(text: string): CompiledDocument {
  refuseErrors(text);
  return compileChecked(text, sha256Hex(text));
}

/**
 * Compiles documents as `compileDocument` does, and looks for errors once in each text: it remembers
 * the digests of those that had none (`digestOf`: SHA-256 of the text in UTF-8, lower-case hex). Only this process's own lint counts, for another version of
 * Patchcord may have stored the document.
 */
export function createCompiler(
  digestOf: (text: string) => string = sha256Hex,
): (text: string) => CompiledDocument {
  const checked = new Set<string>();
  return (text) => {
    const digest = digestOf(text);
    if (!checked.has(digest)) {
      refuseErrors(text);
      if (checked.size >= MAX_CHECKED) checked.clear();
      checked.add(digest);
    }
    return compileChecked(text, digest);
  };
}

/** Digests of texts without errors that are remembered: a megabyte. */
const MAX_CHECKED = 10_000;

function refuseErrors(text: string): void {
  const findings = lintDocument(text);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const count = errors.length === 1 ? 'an error' : `${String(errors.length)} errors`;
  const first = errors[0]?.message ?? '';
  throw new AppError('document_invalid', `The document has ${count}. ${first}`, {
    details: { findings },
  });
}

function sha256Hex(text: string): string {
  return bytesToHex(sha256(new TextEncoder().encode(text)));
}

function compileChecked(text: string, digest: string): CompiledDocument {
  const { root } = parseJsonText(text);
  if (root === undefined) throw new TypeError('A text without errors could not be read as JSON.');
  return compileTree(toJson(root), digest);
}

function compileTree(source: Json, digest: string): CompiledDocument {
  const names = collectNames(source);
  const notation = notationOf(jsonMember(source, 'var_char'));
  const variables = new Map<string, CompiledVariable>();
  const readers = createReaders({
    names,
    notation,
    variable: createVariableReader(variables),
    usesOf: (name) => variables.get(name)?.uses ?? [],
  });
  const readerOf = readers.at('request');
  const inAuth = readers.at('auth');
  const inVariables = { names: withTokens(names), notation, readerOf: inAuth };
  for (const [name, definition] of declaredMembers(source, 'variables')) {
    variables.set(name, compileVariable(definition, inVariables));
  }
  const auth = compileAuth(source, (text) => compileText(text, notation, inAuth));
  const properties = readProperties(source);
  const completed = completeProperties(properties);
  const complete = (context: RenderContext): RenderContext => ({
    ...context,
    properties: completed(context.properties),
  });
  const filled = filledLabels(properties);
  const frame: MethodFrame = { document: source, names, notation, readers, auth, filled, complete };
  const drafts = compileMethods(source, frame);
  const hosts = readHosts(source);
  // What methods call is known now; the sign-in is asked for its own addresses below.
  const addresses = [...drafts.values()].flatMap(({ urls: called }) => called);
  const urls = new Set(properties.filter(({ type }) => type === 'url').map(({ label }) => label));
  const answers: AnswerFrame = { names, notation, filled, rules: { urls, addresses, hosts } };
  const signIn = compileSignIn({
    document: source,
    names,
    notation,
    readerOf,
    answers,
    compile: (text) => compileText(text, notation, inAuth),
    complete,
  });
  addresses.push(...signIn.urls);
  const origins = createOriginPolicy(addresses, hosts);
  const methods = new Map<MethodName, CompiledMethod>();
  for (const [name, draft] of drafts) methods.set(name, draft.finish(origins));
  const version = jsonText(source, 'version');
  return {
    id: jsonText(source, 'id') ?? '',
    name: jsonText(source, 'name') ?? '',
    ...(version === undefined ? {} : { version }),
    digest,
    source,
    names,
    notation,
    properties,
    methods,
    hosts,
    signIn: signIn.finish(origins),
    originsOf: (given) => origins.of(completed(given)),
    bindAccount: (record, context) => bindRecord(record, answers, complete(context)),
    link: compileLinks(source, complete, (text) => compileText(text, notation, readerOf)),
    variable: (name, context) =>
      unlessStopped(() => readerOf(name)?.typed(createScope(complete(context)))),
  };
}

function createVariableReader(variables: ReadonlyMap<string, CompiledVariable>): ReadVariable {
  return (name, scope) => {
    if (scope.variables.has(name)) return scope.variables.get(name);
    // A default may lead back to the variable that reads it.
    if (scope.active.has(`variable ${name}`)) return undefined;
    scope.active.add(`variable ${name}`);
    const value = uncounted(scope, () => variables.get(name)?.evaluate(scope));
    scope.active.delete(`variable ${name}`);
    scope.variables.set(name, value);
    return value;
  };
}

function compileMethods(source: Json, frame: MethodFrame): ReadonlyMap<MethodName, MethodDraft> {
  const drafts = new Map<MethodName, MethodDraft>();
  const api = jsonMember(source, 'API') ?? jsonMember(source, 'api');
  for (const [key, method] of jsonMembers(api)) {
    const name = methodNamed(key);
    if (name === undefined) continue;
    const isMethod = isJsonArray(method) ? method.some(isJsonObject) : isJsonObject(method);
    if (isMethod) drafts.set(name, compileMethod(name, method, frame));
  }
  return drafts;
}

function readHosts(source: Json): readonly HostRule[] {
  const declared = jsonMember(source, 'hosts');
  return isJsonArray(declared)
    ? declared.flatMap((host) => (typeof host === 'string' ? [compileHostRule(host)] : []))
    : [];
}

function compileLinks(
  source: Json,
  complete: (context: RenderContext) => RenderContext,
  compile: (text: string) => CompiledText,
): CompiledDocument['link'] {
  const links = new Map<string, PageLink>();
  for (const page of ['contact_url', 'activity_url']) {
    const template = jsonText(source, page);
    if (template !== undefined) links.set(page, compileLink(compile(template), complete));
  }
  return (page, context) => links.get(page)?.(context);
}
