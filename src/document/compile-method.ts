import { compileAnswerRules } from './bind/answer-rules.ts';
import { compileBinding } from './bind/compile-binding.ts';
import type { CompiledMethod, CompiledMethodObject, CompiledRequest } from './compiled-document.ts';
import { isJsonArray, isJsonObject, jsonMember } from './json-value.ts';
import type { Json } from './json-value.ts';
import { methodRow } from './methods.ts';
import type { MethodName } from './methods.ts';
import { withMovingNames } from './names/names.ts';
import type { Names } from './names/names.ts';
import type { OriginPolicy } from './render/url/origins.ts';
import { readPagingRule } from './paging/paging-rule.ts';
import type { RenderAuth } from './render/auth.ts';
import type { ReaderTable } from './render/name-readers.ts';
import type { RenderContext } from './render/request.ts';
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
  finish(origins: OriginPolicy, unsupported: readonly string[]): CompiledMethod;
}

/** Compiles a method, an object or a list of them; what it renders is decided here, once. */
export function compileMethod(name: MethodName, method: Json, frame: MethodFrame): MethodDraft {
  const objects = (isJsonArray(method) ? method : [method]).filter(isJsonObject);
  const drafts = objects.map((object) => compileObject(name, object, frame));
  return {
    urls: drafts.flatMap(({ urls }) => urls),
    finish: (origins, unsupported) => ({
      name,
      unsupported,
      objects: drafts.map((draft) => draft.finish(origins)),
    }),
  };
}

interface ObjectDraft {
  readonly urls: readonly CompiledUrl[];
  finish(origins: OriginPolicy): CompiledMethodObject;
}

function compileObject(name: MethodName, object: Json, frame: MethodFrame): ObjectDraft {
  const requests = [compileRequest(name, object, frame)];
  return {
    urls: requests.map(({ url }) => url),
    finish: (origins) => ({ requests: requests.map((request) => request.finish(origins)) }),
  };
}

interface RequestDraft {
  readonly url: CompiledUrl;
  finish(origins: OriginPolicy): CompiledRequest;
}

function compileRequest(name: MethodName, object: Json, frame: MethodFrame): RequestDraft {
  const row = methodRow(name);
  const paging = jsonMember(object, 'paging');
  const readerOf = frame.readers.at(paging === undefined ? 'request' : 'paging');
  const names = paging === undefined ? frame.names : withMovingNames(frame.names);
  const parts = compileRequestParts(object, {
    ...frame,
    names,
    readerOf,
    guardsBody: !row.writes,
  });
  const map = {
    method: name,
    names: name === 'Account' ? accountNames(frame.names, frame.filled) : frame.names,
    notation: frame.notation,
    paging: paging !== undefined,
  };
  const bind = compileBinding(jsonMember(object, 'response_map'), map);
  const ruleNames = paging === undefined ? map.names : names;
  const rules = compileAnswerRules(object, { ...frame, ...map, names: ruleNames, readerOf });
  const rule = paging === undefined ? undefined : readPagingRule(paging);
  return {
    url: parts.url,
    finish: (origins) => ({
      bind: { ...bind, compares: [...bind.compares, ...rules.compares] },
      rules,
      idempotent: jsonMember(object, 'idempotent') === true,
      ...(rule === undefined ? {} : { paging: rule }),
      render: (context) =>
        settleRequest(frame.complete(context), row, (scope) =>
          renderRequest(parts, origins, scope),
        ),
    }),
  };
}
