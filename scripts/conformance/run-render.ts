import type {
  RenderedBody,
  RenderedRequest,
  RenderResult,
} from '../../src/document/render/request.ts';
import { isJsonArray, jsonMember, jsonMembers, jsonText } from '../../src/document/json-value.ts';
import type { Json } from '../../src/document/json-value.ts';
import { methodNamed } from '../../src/document/methods.ts';
import { compileCase, contextOf, fileBytes } from './prepare.ts';
import { readMultipart } from './read-multipart.ts';
import type { Part } from './read-multipart.ts';
import { textOf } from '../../src/document/render/typed-value.ts';
import { sameJson } from './same-json.ts';
import { parseLossless } from './suite.ts';
import type { Verdict } from './suite.ts';

/** Runs a case of the suites `render`, `missing-values` and `escaping`. */
export function runRender(json: Json): Verdict {
  const expected = jsonMember(json, 'expect') ?? null;
  const compiled = compileCase(json);
  if (typeof compiled === 'string') return verdict(expected, compiled);
  const name = methodNamed(jsonText(json, 'method') ?? '');
  const method = name === undefined ? undefined : compiled.methods.get(name);
  if (method === undefined) return verdict(expected, 'the document has no such method');
  const context = contextOf(json);
  const object = method.objects.find(({ when }) => when?.(context).runs !== false);
  const [request] = object?.requests ?? [];
  if (request === undefined) {
    return sameJson(expected, { skipped: 'when' }) ? undefined : verdict(expected, 'skipped');
  }
  const result = request.render(context);
  const wanted = jsonMember(expected, 'request');
  if (result.status !== 'request' || wanted === undefined) {
    return sameStop(result, expected) ? undefined : verdict(expected, JSON.stringify(result));
  }
  return checkRequest(wanted, result.request, fileBytes(json));
}

/** Compares the members that are given of a request; `file` are the bytes of the recording. */
export function checkRequest(wanted: Json, request: RenderedRequest, file: Buffer): Verdict {
  const bytes = request.body === undefined ? undefined : bodyBytes(request.body, file);
  const faults = jsonMembers(wanted).filter(([key, value]) => !holds(key, value, request, bytes));
  if (faults.length === 0) return undefined;
  const shown = { ...request, body: bytes?.toString('utf8') };
  return verdict(Object.fromEntries(faults), JSON.stringify(shown));
}

function sameStop(result: RenderResult, expected: Json): boolean {
  if (result.status === 'missing_value') {
    const name = jsonText(expected, 'name');
    return (
      jsonText(expected, 'not_sent') === 'missing_value' &&
      (name === undefined || name === result.name)
    );
  }
  return result.status === 'unsafe_value' && jsonText(expected, 'refused') === 'unsafe_value';
}

function holds(
  key: string,
  value: Json,
  request: RenderedRequest,
  body: Buffer | undefined,
): boolean {
  const text = body?.toString('utf8') ?? '';
  switch (key) {
    case 'method':
      return request.method === value;
    case 'url':
      return request.url === value;
    case 'headers':
      return jsonMembers(value).every(([name, wanted]) => hasHeader(request, name, wanted));
    case 'json':
      return body !== undefined && isJson(text, value);
    case 'form':
      return sameJson(grouped(formPairs(text)), grouped(value));
    case 'text':
      return body !== undefined && text === value;
    case 'none':
      return value === true && body === undefined;
    case 'parts':
      return sameParts(
        readMultipart(body ?? Buffer.alloc(0), request.body?.contentType ?? ''),
        value,
      );
    default:
      return false;
  }
}

function hasHeader(request: RenderedRequest, name: string, wanted: Json): boolean {
  const lower = name.toLowerCase();
  const own = request.headers.find(([key]) => key.toLowerCase() === lower)?.[1];
  const value = own ?? (lower === 'content-type' ? request.body?.contentType : undefined);
  if (wanted === null) return value === undefined;
  return value !== undefined && withoutCaseOfWord(value) === withoutCaseOfWord(textOf(wanted));
}

function withoutCaseOfWord(value: string): string {
  return value.replace(/^(?:bearer|basic) /i, (word) => word.toLowerCase());
}

function isJson(text: string, wanted: Json): boolean {
  try {
    return sameJson(parseLossless(text), wanted);
  } catch {
    return false;
  }
}

function formPairs(text: string): Json {
  return text === ''
    ? []
    : text.split('&').map((pair) => {
        const at = pair.indexOf('=');
        return [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
      });
}

function decode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

/** Order counts among equal keys only. */
function grouped(pairs: Json): Json {
  const groups = new Map<string, Json[]>();
  for (const pair of isJsonArray(pairs) ? pairs : []) {
    const [key, value] = isJsonArray(pair) ? pair : [];
    const name = textOf(key ?? null);
    groups.set(name, [...(groups.get(name) ?? []), value ?? null]);
  }
  return Object.fromEntries(groups);
}

function sameParts(parts: readonly Part[], wanted: Json): boolean {
  if (!isJsonArray(wanted) || wanted.length !== parts.length) return false;
  const left = [...parts];
  return wanted.every((each) => {
    const at = left.findIndex((part) => isPart(part, each));
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
}

function isPart(part: Part, wanted: Json): boolean {
  return jsonMembers(wanted).every(([key, value]) => {
    const text = part.content.toString('utf8');
    switch (key) {
      case 'name':
        return part.name === value;
      case 'type':
        return part.type === value;
      case 'filename':
        return part.filename === value;
      case 'file':
        return (part.filename !== undefined) === value;
      case 'content':
        return text === value;
      case 'value':
        return part.type === 'application/json' ? isJson(text, value) : text === value;
      default:
        return false;
    }
  });
}

function bodyBytes(body: RenderedBody, file: Buffer): Buffer {
  return Buffer.concat(
    body.chunks.map((chunk) => {
      if (typeof chunk === 'string') return Buffer.from(chunk);
      return chunk.file === 'bytes' ? file : Buffer.from(file.toString('base64'));
    }),
  );
}

function verdict(expected: Json, got: string): Verdict {
  return { expected: JSON.stringify(expected), got };
}
