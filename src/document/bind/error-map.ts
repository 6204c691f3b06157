import type { Json } from '../json-value.ts';
import type { BindContext } from './compile-binding.ts';
import { newScope, recordOf, recordPlaces } from './found-scope.ts';
import { comparedNames, leavesOf, readResponseMap } from './response-map.ts';
import type { MapOptions } from './response-map.ts';
import { compileReader, newWalk } from './walk-answer.ts';

/** What a refusal says of itself, where the document knows the place. */
export interface ErrorWords {
  readonly message?: string;
  readonly code?: string;
  /** Seconds or a date, as in the header `Retry-After` (RFC 9110, section 10.2.3). */
  readonly retryAfter?: string;
}

export interface CompiledErrorMap {
  /** Parameters with which the answer is compared, as written in the map. */
  readonly compares: readonly string[];
  /** Never throws; no word where a literal differs or nothing is found. */
  read(answer: Json | undefined, context: BindContext): ErrorWords;
}

const NO_WORDS: ErrorWords = {};

/** Compiles an `error_map`: where the words of a refusal stand. Without one nothing is found. */
export function compileErrorMap(
  map: Json | undefined,
  options: Omit<MapOptions, 'paging' | 'errors'>,
): CompiledErrorMap {
  if (map === undefined) return { compares: [], read: () => NO_WORDS };
  const root = readResponseMap(map, { ...options, paging: false, errors: true });
  const places = recordPlaces(leavesOf(root));
  const read = compileReader(root, { idField: '', bindsId: false });
  return {
    compares: comparedNames(root),
    read: (answer, context) => {
      const scope = newScope();
      if (answer === undefined || !read(answer, scope, newWalk(context))) return NO_WORDS;
      const found = recordOf(scope, places);
      return {
        ...word('message', found['error_message']),
        ...word('code', found['error_code']),
        ...word('retryAfter', found['retry_after']),
      };
    },
  };
}

function word<Name extends keyof ErrorWords>(
  name: Name,
  found: string | readonly string[] | undefined,
): { readonly [Key in Name]?: string } {
  const words: { [Key in Name]?: string } = {};
  const text = typeof found === 'string' ? found.trim() : '';
  if (text !== '') words[name] = text;
  return words;
}
