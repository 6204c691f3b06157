import { compileAnswerRules } from './bind/answer-rules.ts';
import type { AnswerRules } from './bind/answer-rules.ts';
import { compileBinding } from './bind/compile-binding.ts';
import type { CompiledBinding } from './bind/compile-binding.ts';
import { readsList } from './bind/list-binding.ts';
import type { CompiledMethod, CompiledMethodObject, CompiledRequest } from './compiled-document.ts';
import { compileLink } from './compile-link.ts';
import { compileWhen } from './compile-when.ts';
import type { WhenFrame } from './compile-when.ts';
import { isJsonArray, isJsonObject, jsonMember, jsonText } from './json-value.ts';
import type { Json } from './json-value.ts';
import { methodRow } from './methods.ts';
import type { MethodName, MethodRow } from './methods.ts';
import { stepsOf } from './method-steps.ts';
import { withMovingNames } from './names/names.ts';
import type { Names } from './names/names.ts';
import type { OriginPolicy } from './render/url/origins.ts';
import { readPagingRule } from './paging/paging-rule.ts';
import type { RenderAuth } from './render/auth.ts';
import type { ReaderTable } from './render/name-readers.ts';
import type { RenderContext } from './render/request.ts';
import { compileText } from './render/text.ts';
import type { CompiledUrl } from './render/url/url.ts';
import { compileRequestParts, renderRequest, settleRequest } from './request-parts.ts';
import { accountNames } from './sign-in/sign-in-names.ts';
import type { Notation } from './templates/template.ts';

/** What all methods of a document share. */
export interface MethodFrame {
  readonly document: Json;
  readonly names: Names;
  readonly notation: Notation;
  readonly readers: ReaderTable;
  readonly auth: RenderAuth;
  /** Labels of the properties that the sign-in fills. */
  readonly filled: ReadonlySet<string>;
  /** Adds the defaults of properties. */
  readonly complete: (context: RenderContext) => RenderContext;
}

/** A method whose URLs are known, before the origins of the whole document are. */
export interface MethodDraft {
  readonly urls: readonly CompiledUrl[];
  finish(origins: OriginPolicy): CompiledMethod;
}

/** Compiles a method, an object or a list of them; what it renders is decided here, once. */
export function compileMethod(name: MethodName, method: Json, frame: MethodFrame): MethodDraft {
  const objects = (isJsonArray(method) ? method : [method]).filter(isJsonObject);
  const drafts = objects.map((object) => compileObject(name, object, frame));
  return {
    urls: drafts.flatMap(({ urls }) => urls),
    finish: (origins) => ({
      name,
      objects: drafts.map((draft) => draft.finish(origins)),
    }),
  };
}

interface ObjectDraft {
  readonly urls: readonly CompiledUrl[];
  finish(origins: OriginPolicy): CompiledMethodObject;
}

function compileObject(name: MethodName, object: Json, frame: MethodFrame): ObjectDraft {
  const row = methodRow(name);
  const contactType = jsonText(object, 'contact_type');
  const owner = { object, contactType };
  const requests = stepsOf(object).map((step) => compileRequest(name, step, owner, frame));
  const when = compileWhen(jsonMember(object, 'when'), whenFrame(row, frame));
  const page = jsonText(object, 'contact_url');
  const text = (template: string) =>
    compileText(template, frame.notation, frame.readers.at('request'));
  const link = page === undefined ? undefined : compileLink(text(page), frame.complete);
  return {
    urls: requests.map(({ url }) => url),
    finish: (origins) => ({
      ...(when === undefined ? {} : { when }),
      ...(contactType === undefined ? {} : { contactType }),
      ...(link === undefined ? {} : { contactLink: link }),
      isStepwise: jsonMember(object, 'steps') !== undefined,
      requests: requests.map((request) => request.finish(origins)),
    }),
  };
}

function whenFrame(row: MethodRow, frame: MethodFrame): WhenFrame {
  const { names, complete, readers } = frame;
  return { names, complete, row, readerOf: readers.at('request') };
}

interface RequestDraft {
  readonly url: CompiledUrl;
  finish(origins: OriginPolicy): CompiledRequest;
}

function compileRequest(
  name: MethodName,
  request: Json,
  owner: { readonly object: Json; readonly contactType: string | undefined },
  frame: MethodFrame,
): RequestDraft {
  const row = methodRow(name);
  const paging = jsonMember(request, 'paging');
  const readerOf = frame.readers.at(paging === undefined ? 'request' : 'paging');
  const names = paging === undefined ? frame.names : withMovingNames(frame.names);
  const guardsBody = !row.writes;
  const own = { ...frame, names, readerOf, guardsBody, owner: owner.object };
  const parts = compileRequestParts(request, own);
  const map = {
    method: name,
    names: name === 'Account' ? accountNames(frame.names, frame.filled) : frame.names,
    notation: frame.notation,
    paging: paging !== undefined,
  };
  const extras = {
    headers: jsonMember(request, 'response_headers'),
    derive: jsonMember(request, 'derive'),
    contactType: owner.contactType,
    readerOf,
    complete: frame.complete,
  };
  const bind = compileBinding(jsonMember(request, 'response_map'), map, extras);
  const ruleNames = paging === undefined ? map.names : names;
  const rules = compileAnswerRules(request, { ...own, ...map, names: ruleNames, extras });
  const list = listUnder(bind, rules);
  // A page of what is written would be the same thing written once more.
  const read = paging === undefined || row.writes ? undefined : readPagingRule(paging);
  const rule =
    read !== undefined && bind.marksPages ? ({ ...read, markedByRecords: true } as const) : read;
  // The condition of a method that stands alone is that of the method.
  const when = request === owner.object ? undefined : jsonMember(request, 'when');
  const runs = compileWhen(when, whenFrame(row, frame));
  const seconds = jsonMember(request, 'timeout_seconds');
  const idempotencyHeader = jsonText(request, 'idempotency_header');
  return {
    url: parts.url,
    finish: (origins) => ({
      ...(runs === undefined ? {} : { when: runs }),
      bind: { ...bind, compares: [...bind.compares, ...rules.compares], list },
      rules,
      idempotent: jsonMember(request, 'idempotent') === true,
      ...(rule === undefined ? {} : { paging: rule }),
      ...(typeof seconds === 'number' ? { timeoutMs: seconds * 1000 } : {}),
      ...(idempotencyHeader === undefined ? {} : { idempotencyHeader }),
      render: (context) =>
        settleRequest(frame.complete(context), row, (scope) =>
          renderRequest(parts, origins, scope),
        ),
    }),
  };
}

/** A list is read part by part only where no condition wants to see it. */
function listUnder({ list }: CompiledBinding, rules: AnswerRules): CompiledBinding['list'] {
  if ('why' in list) return list;
  if (rules.bindsItself) return { why: 'A row of "errors" has a response map of its own.' };
  return readsList(rules.reads, list.path)
    ? { why: '"success" or a row of "errors" reads the list.' }
    : list;
}
