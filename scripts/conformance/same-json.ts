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
  return decimal(JSON.stringify(a)) === decimal(JSON.stringify(b));
}

/** One spelling for equal numbers, by digits: doubles would make unequal ones equal. */
function decimal(text: string): string {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  const shift = Number(exponent) - fraction.length + (digits.length - kept.length);
  return kept === '' ? '0' : `${sign}${kept}e${String(shift)}`;
}
