import { isJsonArray, isJsonObject, jsonMember, jsonMembers } from './json-value.ts';
import type { Json } from './json-value.ts';
import { methodNamed } from './methods.ts';
import type { MethodName } from './methods.ts';
import { stepsOf } from './method-steps.ts';

/** A request of a method as its author wrote it, with what a step takes over from its method. */
export interface RequestSource {
  /** Places in the document, from 0. */
  readonly object: number;
  readonly request: number;
  readonly source: Json;
}

/** The requests of a method of a document in its order; none where the document lacks it. */
export function requestSources(document: Json, name: MethodName): readonly RequestSource[] {
  const api = jsonMember(document, 'API') ?? jsonMember(document, 'api');
  const found = jsonMembers(api).findLast(([key]) => methodNamed(key) === name)?.[1];
  const objects = (isJsonArray(found) ? found : [found]).filter(isJsonObject);
  return objects.flatMap((source, object) =>
    stepsOf(source).map((step, request) => ({ object, request, source: step })),
  );
}

/** One request of a method, by its places. */
export function requestSource(
  document: Json,
  name: MethodName,
  place: Pick<RequestSource, 'object' | 'request'>,
): Json | undefined {
  return requestSources(document, name).find(
    ({ object, request }) => object === place.object && request === place.request,
  )?.source;
}
