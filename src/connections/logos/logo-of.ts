import { jsonText } from '../../document/json-value.ts';
import { toJson } from '../../document/json-text/json-node.ts';
import { parseJsonText } from '../../document/json-text/parse-json-text.ts';

/** The address of the picture that a document names; `undefined` where it names none. */
export function logoOf(document: string): string | undefined {
  const { root } = parseJsonText(document);
  return root === undefined ? undefined : jsonText(toJson(root), 'logo');
}
