import { isJsonArray, isJsonObject, jsonMember, jsonMembers, jsonObject } from './json-value.ts';
import type { Json } from './json-value.ts';

/** What `steps` take over from their method where they do not say it themselves. */
const INHERITED = [
  'escape',
  'auth',
  'success',
  'error_map',
  'timeout_seconds',
  'idempotent',
  'idempotency_header',
];

/**
 * The request objects of a method object in order: itself, or its `steps` with what they take over
 * from it: rows of `errors` stand behind their own, headers under theirs.
 */
export function stepsOf(object: Json): readonly Json[] {
  const steps = jsonMember(object, 'steps');
  if (!isJsonArray(steps)) return [object];
  return steps.filter(isJsonObject).map((step) => withMethod(step, object));
}

function withMethod(step: Json, method: Json): Json {
  // Pages belong to a method that is one request.
  const own = new Map(jsonMembers(step).filter(([key]) => key !== 'paging'));
  for (const key of INHERITED) {
    const inherited = jsonMember(method, key);
    if (inherited !== undefined && !own.has(key)) own.set(key, inherited);
  }
  const rows = [step, method].flatMap((owner) => {
    const listed = jsonMember(owner, 'errors');
    return isJsonArray(listed) ? listed : [];
  });
  if (rows.length > 0) own.set('errors', rows);
  const headers = joinHeaders(jsonMember(method, 'request_headers'), own.get('request_headers'));
  if (headers !== undefined) own.set('request_headers', headers);
  return jsonObject([...own]);
}

/** The headers of both; a step's own beats its method's, without case. */
function joinHeaders(method: Json | undefined, step: Json | undefined): Json | undefined {
  if (method === undefined || step === undefined) return step ?? method;
  const own = new Set(jsonMembers(step).map(([name]) => name.toLowerCase()));
  const kept = jsonMembers(method).filter(([name]) => !own.has(name.toLowerCase()));
  return jsonObject([...kept, ...jsonMembers(step)]);
}
