import type { CompiledDocument } from '../document/compiled-document.ts';

/** Compiled documents are some hundred kilobytes each at most. */
const MAX_DOCUMENTS = 200;

/** Compiles a text once, as long as it is among the 200 used last. */
export function createDocumentCache(
  compile: (text: string) => CompiledDocument,
): (version: { readonly digest: string; readonly document: string }) => CompiledDocument {
  const known = new Map<string, CompiledDocument>();
  return ({ digest, document }) => {
    const compiled = known.get(digest) ?? compile(document);
    known.delete(digest);
    known.set(digest, compiled);
    const [oldest] = known.keys();
    if (known.size > MAX_DOCUMENTS && oldest !== undefined) known.delete(oldest);
    return compiled;
  };
}
