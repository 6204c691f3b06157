import type { CompiledDocument, CompiledMethod, CompiledRequest } from './compiled-document.ts';
import type { MethodName } from './methods.ts';

/** All requests that a method may send, in the order of the document; none of an absent method. */
export function requestsOf(method: CompiledMethod | undefined): readonly CompiledRequest[] {
  return method?.objects.flatMap(({ requests }) => requests) ?? [];
}

/** The first request of a method, which most methods have alone; `undefined` of an absent one. */
export function firstRequest(
  document: CompiledDocument,
  name: MethodName,
): CompiledRequest | undefined {
  return document.methods.get(name)?.objects[0]?.requests[0];
}
