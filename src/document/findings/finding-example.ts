import { isJsonArray, isJsonObject } from '../json-value.ts';
import type { Json, JsonObject } from '../json-value.ts';

/** What a reader may have written, and how it is written well; lint says one thing of the first alone. */
export interface FindingExample {
  /** Members with which a small, faultless document is completed, or the text of a whole file. */
  readonly bad: JsonObject | string;
  /** As near to it as possible, without an error or a warning. */
  readonly good: JsonObject | string;
  /** The JSON Pointer of the finding. */
  readonly path: string;
  /** The words of the bad one at which the finding stands: the first of them in the file. */
  readonly at: string;
  /** Said in place of examples that are too long to be shown. */
  readonly inWords?: { readonly bad: string; readonly good: string };
}

/** What members complete: every example is linted in it. */
const SOUND: JsonObject = {
  id: 'example',
  name: 'Example',
  class: 'crm',
  properties: ['API key', 'Client ID', 'Client Secret'],
  parameters: {
    phone: 'string',
    mobile: 'string',
    contact_id: 'string',
    contact_name: 'string',
    activity_id: 'string',
    activity_type: 'string',
    call_duration: 'number',
    call_cause: 'string',
    party_number: 'string',
    prefix: 'string',
    subject: 'string',
    user_id: 'string',
    user_number: 'string',
  },
  resource_url: 'https://api.example.com',
  API: { CreateActivity: { request_method: 'POST', request_path: '/calls' } },
};

/** The whole document in which an example stands. */
export function documentOfExample(part: JsonObject | string): string {
  if (typeof part === 'string') return part;
  return `{\n${membersText({ ...SOUND, ...part })}\n}\n`;
}

/** An example as a reader sees it: its own members, without the document around them. */
export function exampleText(part: JsonObject | string): string {
  return typeof part === 'string' ? part.trimEnd() : membersText(part).replaceAll(/^ {2}/gm, '');
}

/** A line that is not longer is not broken. */
const MOST_COLUMNS = 80;
/** Keys of the document, methods and their keys have lines of their own, as people write them. */
const OWN_LINES = 3;

function membersText(members: JsonObject): string {
  return Object.entries(members)
    .map(([key, value]) => `  ${JSON.stringify(key)}: ${valueText(value, 1, key.length + 6)}`)
    .join(',\n');
}

function valueText(value: Json, depth: number, column: number): string {
  const line = inLine(value);
  const isMethod = depth < OWN_LINES && /"request_method"|"steps"/.test(line);
  if (!isMethod && column + line.length < MOST_COLUMNS) return line;
  const indent = '  '.repeat(depth + 1);
  const rows = elementsOf(value).map(([key, each]) => {
    const head = key === undefined ? '' : `${JSON.stringify(key)}: `;
    return `${indent}${head}${valueText(each, depth + 1, indent.length + head.length)}`;
  });
  const [open, close] = isJsonArray(value) ? ['[', ']'] : ['{', '}'];
  return rows.length === 0 ? line : `${open}\n${rows.join(',\n')}\n${'  '.repeat(depth)}${close}`;
}

function inLine(value: Json): string {
  const parts = elementsOf(value).map(
    ([key, each]) => `${key === undefined ? '' : `${JSON.stringify(key)}: `}${inLine(each)}`,
  );
  if (isJsonArray(value)) return `[${parts.join(', ')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

function elementsOf(value: Json): readonly (readonly [string | undefined, Json])[] {
  if (isJsonArray(value)) return value.map((each) => [undefined, each] as const);
  return isJsonObject(value) ? Object.entries(value) : [];
}
