import type { CompiledDocument, CompiledRequest } from '../../src/document/compiled-document.ts';
import { isJsonArray, jsonMember, jsonMembers, jsonText } from '../../src/document/json-value.ts';
import type { Json } from '../../src/document/json-value.ts';
import { firstRequest } from '../../src/document/method-requests.ts';
import { methodNamed } from '../../src/document/methods.ts';
import { createPager } from '../../src/document/paging/pager.ts';
import type { PageRead, Pager } from '../../src/document/paging/pager.ts';
import { compileCase, contextOf } from './prepare.ts';
import { answerOf } from './run-bind.ts';
import { checkRequest } from './run-render.ts';
import { sameJson } from './same-json.ts';
import type { Verdict } from './suite.ts';

/** More requests than any case has pages, so that an endless run fails. */
const MOST_PAGES = 20;

/** Runs a case of the suite `paging`: the requests in turn, the records in all, and the end. */
export function runPaging(json: Json): Verdict {
  const expected = jsonMember(json, 'expect') ?? null;
  const compiled = compileCase(json);
  const got = typeof compiled === 'string' ? compiled : runPages(compiled, json);
  if (typeof got !== 'string' && sameJson(expected, got)) return undefined;
  const shown = typeof got === 'string' ? got : JSON.stringify(got);
  return { expected: JSON.stringify(expected), got: shown };
}

function runPages(compiled: CompiledDocument, json: Json): Json {
  const name = methodNamed(jsonText(json, 'method') ?? '');
  const method = name === undefined ? undefined : firstRequest(compiled, name);
  if (method?.paging === undefined) return 'the document has no such method with paging';
  const origins = compiled.originsOf(contextOf(json).properties);
  const pager = createPager(method.paging, (url) => origins.includes(new URL(url).origin));
  const pages = jsonMember(json, 'pages');
  return walk(pager, method, isJsonArray(pages) ? pages : [], json);
}

function walk(pager: Pager, method: CompiledRequest, pages: readonly Json[], json: Json): Json {
  let moving = pager.first();
  let nextUrl: string | undefined;
  let records = 0;
  for (let at = 0; at < MOST_PAGES; at += 1) {
    const page = pages[at];
    if (page === undefined) return `page ${String(at + 1)} was asked for, which does not exist`;
    const context = contextOf(json);
    const result = method.render({
      ...context,
      moving,
      ...(nextUrl === undefined ? {} : { nextUrl }),
    });
    if (result.status !== 'request') return `page ${String(at + 1)}: ${JSON.stringify(result)}`;
    const wanted = jsonMember(page, 'expect_request') ?? {};
    const faults = checkRequest(wanted, result.request, Buffer.alloc(0));
    if (faults !== undefined) return `page ${String(at + 1)}: ${faults.got}`;
    const read = readPage(
      method,
      jsonMember(page, 'response') ?? null,
      result.request.url,
      context,
    );
    if (typeof read === 'string') return read;
    records += read.kept;
    const step = pager.next(read.page);
    if (step.status === 'end') return { records, ended_by: step.endedBy };
    moving = step.moving;
    nextUrl = step.nextUrl;
  }
  return 'the paging does not end';
}

function readPage(
  method: CompiledRequest,
  response: Json,
  url: string,
  context: ReturnType<typeof contextOf>,
): { readonly page: PageRead; readonly kept: number } | string {
  const bound = method.bind.read(answerOf(response), context);
  if (bound.status !== 'bound') return `the answer was ${bound.status}`;
  const headers = Object.fromEntries(
    jsonMembers(jsonMember(response, 'headers')).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : '',
    ]),
  );
  const page = { records: bound.received, moving: bound.moving, headers, url };
  return { page, kept: bound.records.length };
}
