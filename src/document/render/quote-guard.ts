import type { Escape } from './escapes.ts';
import { unsafeValue } from './render-stop.ts';
import type { Placeholder, WriteValue } from './text.ts';

/** What can end a quoted text of a query language, or hide its end. */
const BREAKS_QUOTES = /["'\\\u0000-\u001f\u007f-\u009f]/;

/** Refuses a value that could leave the quotes which the template's own text puts around it. */
export function refuseInQuotes(text: string, placeholder: Placeholder): void {
  if (!placeholder.quoted || !BREAKS_QUOTES.test(text)) return;
  throw unsafeValue(
    placeholder.reader.name,
    `"${placeholder.reader.name}" holds a quote, a backslash or a control character and stands between quotes; name the query language in "escape"`,
  );
}

/**
 * Writes values into mixed text: escaped for the query language that `escape` names; without one,
 * a value between quotes is refused where `guarded` (a query, or the body of a look-up).
 */
export function writeEscaped(escape: Escape | undefined, guarded: boolean): WriteValue {
  if (escape !== undefined) return escape;
  return (text, placeholder) => {
    if (guarded) refuseInQuotes(text, placeholder);
    return text;
  };
}
