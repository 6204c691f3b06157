import { isJsonArray, jsonMember } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { PHONE_FORMATS } from '../names/parameters.ts';
import type { PhoneFormat } from '../names/parameters.ts';
import { readValue } from '../values/values.ts';
import { numberForm } from './phone-value.ts';
import type { RenderContext } from './request.ts';
import { createScope } from './scope.ts';

/** The forms that `phone_formats` of a document lists, each once, in its order. */
export function phoneFormatsOf(document: Json): readonly PhoneFormat[] {
  const listed = jsonMember(document, 'phone_formats');
  if (!isJsonArray(listed)) return [];
  const known = listed.flatMap(
    (name) => PHONE_FORMATS.find((candidate) => candidate === name) ?? [],
  );
  return [...new Set(known)];
}

/**
 * The forms in which `FindContact` asks for the number of the other side, one request each: those
 * of `phone_formats` that the number has, of equal ones the first. A number that does not parse, and
 * a document without `phone_formats`, give one `undefined`: the number as it is.
 */
export function phoneFormatsFor(
  document: Json,
  context: RenderContext,
): readonly [PhoneFormat | undefined, ...PhoneFormat[]] {
  const { values, phones, country } = context;
  const number = readValue(values, 'party_number') ?? readValue(values, 'phone');
  if (number === undefined || phones.parse(String(number), country) === undefined) {
    return [undefined];
  }
  const scope = createScope(context);
  const byText = new Map<string, PhoneFormat>();
  for (const format of phoneFormatsOf(document)) {
    const text = numberForm(String(number), format, scope);
    if (text !== undefined && !byText.has(text)) byText.set(text, format);
  }
  const [first, ...others] = byText.values();
  return [first, ...others];
}
