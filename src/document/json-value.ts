/** A number that a double would change, with its digits as written; made by `JSON.rawJSON`. */
export interface RawNumber {
  readonly rawJSON: string;
}

export type JsonObject = { readonly [key: string]: Json };

/** A JSON value in which no number has lost a digit. */
export type Json = null | boolean | number | string | RawNumber | readonly Json[] | JsonObject;

declare global {
  // ECMAScript proposal "JSON.parse source text access", in V8 since 11.4; TypeScript's libraries do
  // not have it yet.
  interface JSON {
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
  }
}

/** True for a number kept as its digits. */
export function isRawNumber(value: unknown): value is RawNumber {
  return JSON.isRawJSON(value);
}

/** True for a JSON object; an array, `null` and a `RawNumber` are none. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return (
    typeof value === 'object' && value !== null && !isJsonArray(value) && !JSON.isRawJSON(value)
  );
}

/** True for a JSON array. */
export function isJsonArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * The member of an object, read as own property only, so that `constructor` is no member.
 * Anything but an object has no members.
 */
export function jsonMember(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The member of an object if it is a text, else `undefined`. */
export function jsonText(value: Json | undefined, key: string): string | undefined {
  const member = jsonMember(value, key);
  return typeof member === 'string' ? member : undefined;
}

/** The members of an object in the order of the document; none for anything else. */
export function jsonMembers(value: Json | undefined): readonly (readonly [string, Json])[] {
  if (!isJsonObject(value)) return [];
  const order = orderOfKeys(value);
  return (
    order?.flatMap((key) => {
      const member = jsonMember(value, key);
      return member === undefined ? [] : [[key, member] as const];
    }) ?? Object.entries(value)
  );
}

const KEY_ORDER = Symbol('order of the keys in the document');

/** Keys that an object of the host language moves to its front, sorted as numbers. */
const NUMBER_KEY = /^(?:0|[1-9]\d*)$/;

/** An object of these members that keeps their order; of a repeated key the last value stands. */
export function jsonObject(members: readonly (readonly [string, Json])[]): JsonObject {
  const object: { [key: string]: Json } = Object.fromEntries(members);
  if (members.some(([key]) => key < ':' && NUMBER_KEY.test(key))) {
    const order = [...new Set(members.map(([key]) => key))];
    // Not enumerable: to everybody else it is an object like any other.
    Object.defineProperty(object, KEY_ORDER, { value: order });
  }
  return object;
}

function orderOfKeys(object: JsonObject): readonly string[] | undefined {
  const order: unknown = Reflect.get(object, KEY_ORDER);
  return Array.isArray(order) ? order.filter((key) => typeof key === 'string') : undefined;
}

/** Keys with which a program could be harmed that reads members without care; lint refuses them. */
export const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** RFC 8259, section 6: the whole of a JSON number and nothing beside it. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Reads a text as a JSON number without losing a digit: a `number` where a double writes the same
 * text again, else a `RawNumber`. `undefined` for what is no JSON number (`0042`, `+1`, ``).
 */
export function numberFromText(text: string): number | RawNumber | undefined {
  if (!JSON_NUMBER.test(text)) return undefined;
  const double = Number(text);
  return String(double) === text ? double : JSON.rawJSON(text);
}
