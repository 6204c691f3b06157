import { createPhoneNumbers } from '../../../contacts/phone-number.ts';
import { AppError } from '../../../errors/app-error.ts';
import { compileDocument } from '../../compile.ts';
import type { CompiledDocument } from '../../compiled-document.ts';
import type { JsonObject } from '../../json-value.ts';
import { requestSource } from '../../request-sources.ts';
import type { RenderContext } from '../../render/request.ts';
import type { AnyContext } from './any-context.ts';
import type { Census } from './census.ts';
import { faultsOf } from './judge.ts';
import { receive } from './receive.ts';

const phones = createPhoneNumbers();
const BOUNDARY = 'boundary0123456789';

/**
 * Renders every request of a document with each of the contexts and judges what would go out: the
 * faults, each with its request; none for a document with errors, which is only counted.
 */
export function judgeDocument(
  document: JsonObject,
  contexts: readonly AnyContext[],
  census: Census,
): readonly string[] {
  const compiled = compiledIfSound(document);
  census.document(document, compiled !== undefined);
  if (compiled === undefined) return [];
  return contexts.flatMap((given) => {
    const context: RenderContext = { ...given, phones, boundary: BOUNDARY };
    return judgeAll(compiled, document, context, census);
  });
}

function judgeAll(
  compiled: CompiledDocument,
  document: JsonObject,
  context: RenderContext,
  census: Census,
): readonly string[] {
  return [...compiled.methods].flatMap(([name, method]) =>
    method.objects.flatMap(({ requests }, object) =>
      requests.flatMap((each, request) => {
        const source = requestSource(document, name, { object, request }) ?? null;
        const { nextUrl: _, ...first } = context;
        const own = each.paging === undefined ? first : context;
        const result = each.render(own);
        census.rendered(result.status);
        if (result.status !== 'request') return [];
        const faults = faultsOf(result.request, { document, source, context: own });
        if (faults.length === 0) census.rendered(`body: ${receive(result.request).body.kind}`);
        return faults.map((fault) => `${name}: ${fault}: ${JSON.stringify(result.request)}`);
      }),
    ),
  );
}

function compiledIfSound(document: JsonObject): CompiledDocument | undefined {
  try {
    return compileDocument(JSON.stringify(document));
  } catch (err) {
    if (err instanceof AppError && err.code === 'document_invalid') return undefined;
    throw err;
  }
}
