import { pickCaller } from '../../src/document/bind/pick-caller.ts';
import type { BoundRecord } from '../../src/document/bind/compile-binding.ts';
import type { CompiledDocument, CompiledRequest } from '../../src/document/compiled-document.ts';
import type { AnswerView } from '../../src/document/expression/answer-reader.ts';
import { isJsonArray, jsonMember, jsonMembers, jsonText } from '../../src/document/json-value.ts';
import type { Json } from '../../src/document/json-value.ts';
import { requestsOf } from '../../src/document/method-requests.ts';
import { methodNamed } from '../../src/document/methods.ts';
import type { RenderContext } from '../../src/document/render/request.ts';
import { compileCase, contextOf, phones } from './prepare.ts';
import { sameJson } from './same-json.ts';
import { parseLossless } from './suite.ts';
import type { Verdict } from './suite.ts';

/** Runs a case of the suite `bind`: what a method makes of an answer. */
export function runBind(json: Json): Verdict {
  const expected = jsonMember(json, 'expect') ?? null;
  const compiled = compileCase(json);
  const got = typeof compiled === 'string' ? compiled : bindCase(compiled, json);
  const normal = normalised(expected);
  if (typeof got !== 'string' && sameJson(normal, got)) return undefined;
  return {
    expected: JSON.stringify(normal),
    got: typeof got === 'string' ? got : JSON.stringify(got),
  };
}

function bindCase(compiled: CompiledDocument, json: Json): Json {
  const name = methodNamed(jsonText(json, 'method') ?? '');
  const method = name === undefined ? undefined : compiled.methods.get(name);
  if (method === undefined) return 'the document has no such method';
  const response = jsonMember(json, 'response') ?? null;
  const status = Number(jsonMember(response, 'status') ?? 200);
  const context = contextOf(json);
  const headers = headersOf(response);
  const answer: AnswerView = { status, headers, body: answerOf(response) };
  const [request] = requestsOf(method);
  if (request === undefined) return 'the method has no request';
  const row = request.rules.rowFor(answer, context);
  if (row?.then !== 'accept') {
    if (status === 404 && method.name === 'FindContact') return { not_found: true };
    if (status >= 400) return refused(request, answer, context);
    if (request.rules.succeeds(answer, context)?.holds === false) return { refused: true };
  }
  const rendered = request.render(context);
  const url = rendered.status === 'request' ? rendered.request.url : '';
  const exchange = { answer, url, context };
  const result = (row?.bind ?? request.bind).read(answer.body, { ...context, exchange });
  if (result.status === 'refused') return { refused: true };
  if (result.status === 'executed_without_id') return { executed_without_id: true };
  const kept =
    method.name === 'FindContact'
      ? keepCaller(request, result.records, context.values['party_number'])
      : result.records;
  if (method.name === 'FindContact' && kept.length === 0) return { not_found: true };
  return { records: kept.map((record) => Object.fromEntries(Object.entries(record))) };
}

/** A refusal with the words that the document finds in it. */
function refused(request: CompiledRequest, { body }: AnswerView, context: RenderContext): Json {
  const { message } = request.rules.words(body, context);
  return { refused: true, ...(message === undefined ? {} : { error_message: message }) };
}

function keepCaller(
  request: CompiledRequest,
  records: readonly BoundRecord[],
  number: unknown,
): readonly BoundRecord[] {
  if (typeof number !== 'string') return records;
  return pickCaller(records, number, 'GB', phones, request.bind.bindsNumber);
}

/** The headers of a `response` of a case, names in lower case. */
function headersOf(response: Json): Readonly<Record<string, string>> {
  return Object.fromEntries(
    jsonMembers(jsonMember(response, 'headers')).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? value : '',
    ]),
  );
}

/** The body of a `response` of a case: JSON, or a text that may be JSON; empty is none. */
export function answerOf(response: Json): Json | undefined {
  const body = jsonMember(response, 'body');
  if (body !== undefined) return body === '' ? undefined : body;
  const text = jsonText(response, 'text') ?? '';
  try {
    return parseLossless(text);
  } catch {
    return undefined;
  }
}

/** A single text where a list is wanted is a list of one. */
function normalised(expected: Json): Json {
  const records = jsonMember(expected, 'records');
  if (!isJsonArray(records)) return expected;
  return {
    records: records.map((record) =>
      Object.fromEntries(
        jsonMembers(record).map(([name, value]) => [
          name,
          ['phone', 'mobile', 'email'].includes(name) && !isJsonArray(value) ? [value] : value,
        ]),
      ),
    ),
  };
}
