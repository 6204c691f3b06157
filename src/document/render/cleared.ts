import { jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';

/** How `UpdateContact` and `UpdateActivity` write a value that was emptied. */
export type ClearedForm = (typeof CLEARED_FORMS)[number];

const CLEARED_FORMS = ['null', 'text', 'false', 'omit'] as const;

/** The form that a method object asks for; without one `null`. */
export function clearedForm(method: Json): ClearedForm {
  const written = jsonText(method, 'cleared');
  return CLEARED_FORMS.find((form) => form === written) ?? 'null';
}

/** What stands in a body in place of an emptied value; `undefined` for nothing. */
export function clearedValue(form: ClearedForm): Json | undefined {
  switch (form) {
    case 'null':
      return null;
    case 'text':
      return '';
    case 'false':
      return false;
    case 'omit':
      return undefined;
  }
}
