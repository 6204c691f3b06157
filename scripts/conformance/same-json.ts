import { isJsonArray, isJsonObject, isRawNumber } from '../../src/document/json-value.ts';
import type { Json } from '../../src/document/json-value.ts';

/** True for equal trees: members in any order, numbers by value and never equal to texts. */
export function sameJson(a: Json, b: Json): boolean {
  if (isNumber(a) && isNumber(b)) return sameNumber(a, b);
  if (isJsonArray(a)) {
    return (
      isJsonArray(b) &&
      a.length === b.length &&
      a.every((each, at) => sameJson(each, b[at] ?? null))
    );
  }
  if (isJsonObject(a)) {
    const keys = Object.keys(a);
    return (
      isJsonObject(b) &&
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key] ?? null, b[key] ?? null))
    );
  }
  return a === b;
}

function isNumber(value: Json): value is Extract<Json, number | { rawJSON: string }> {
  return typeof value === 'number' || isRawNumber(value);
}

function sameNumber(a: Json, b: Json): boolean {
  // Two doubles may hide a difference that the digits show.
  return JSON.stringify(a) === JSON.stringify(b);
}
