import type { CompiledDocument } from '../../document/compiled-document.ts';
import {
  isJsonArray,
  isJsonObject,
  jsonMember,
  jsonMembers,
  jsonText,
} from '../../document/json-value.ts';
import type { Json } from '../../document/json-value.ts';
import { isCommentKey } from '../../document/comment-key.ts';
import { methodNamed } from '../../document/methods.ts';
import type { MethodName } from '../../document/methods.ts';
import { scalarText } from '../../document/values/plain-number.ts';
import type { Scalar, Values } from '../../document/values/values.ts';
import { parseIso } from '../../time/date-format.ts';

/** An element of `tests`, read. */
export interface DocumentTest {
  readonly name: string;
  readonly method: MethodName;
  readonly properties: Readonly<Record<string, string>>;
  /** By canonical name, as calls have them. */
  readonly values: Values;
  readonly accessToken: string;
  readonly sessionToken: string;
  readonly file: string | undefined;
  readonly cleared: readonly string[];
  readonly country: string;
  readonly timezone: string;
  readonly exchanges: readonly ExpectedExchange[];
  readonly outcome: string;
  /** Absent: records are not compared. */
  readonly records: readonly Json[] | undefined;
}

export interface ExpectedExchange {
  readonly request: Json | undefined;
  readonly answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Json | undefined;
  };
}

/** The tests of a document, which has none that lint finds fault with. */
export function readTests(document: CompiledDocument): readonly DocumentTest[] {
  const tests = jsonMember(document.source, 'tests');
  return isJsonArray(tests) ? tests.flatMap((test) => readTest(test, document)) : [];
}

function readTest(test: Json, document: CompiledDocument): readonly DocumentTest[] {
  const method = methodNamed(jsonText(test, 'method') ?? '');
  if (method === undefined) return [];
  const given = textsOf(jsonMember(test, 'values'));
  const exchanges = jsonMember(test, 'exchanges');
  const records = jsonMember(test, 'records');
  const cleared = jsonMember(test, 'cleared');
  return [
    {
      name: jsonText(test, 'name') ?? '',
      method,
      properties: { ...standIns(document), ...textsOf(jsonMember(test, 'properties')) },
      values: readValues(jsonMember(test, 'values'), document),
      accessToken: given['access_token'] ?? 'access-token',
      sessionToken: given['session_token'] ?? 'session-token',
      file: jsonText(test, 'file'),
      cleared: isJsonArray(cleared) ? cleared.filter((each) => typeof each === 'string') : [],
      country: jsonText(test, 'country') ?? 'US',
      timezone: jsonText(test, 'timezone') ?? 'UTC',
      exchanges: isJsonArray(exchanges) ? exchanges.map(readExchange) : [],
      outcome: jsonText(test, 'outcome') ?? 'success',
      records: isJsonArray(records) ? records.map(withoutComments) : undefined,
    },
  ];
}

function standIns({ properties }: CompiledDocument): Readonly<Record<string, string>> {
  return Object.fromEntries(
    properties.flatMap(({ label, default: standIn }) =>
      standIn === undefined ? [] : [[label, standIn] as const],
    ),
  );
}

/** Dates may be written as text; inside they are epoch milliseconds. */
function readValues(values: Json | undefined, { names }: CompiledDocument): Values {
  const read = new Map<string, Scalar>();
  for (const [name, value] of jsonMembers(values)) {
    const ref = names.resolve(name);
    const text = scalarText(value);
    if ((ref?.kind !== 'parameter' && ref?.kind !== 'local') || text === undefined) continue;
    const scalar = typeof value === 'number' || typeof value === 'boolean' ? value : text;
    const isDate = ref.kind === 'parameter' && ref.builtin.kind === 'date';
    const instant = isDate && typeof scalar === 'string' ? parseIso(scalar, 'UTC') : undefined;
    read.set(ref.name, instant ?? scalar);
  }
  // What the search is about is the number that calls, under either name.
  const number = read.get('phone') ?? read.get('party_number');
  if (number !== undefined) {
    for (const name of ['phone', 'party_number']) if (!read.has(name)) read.set(name, number);
  }
  return Object.fromEntries(read);
}

function readExchange(exchange: Json): ExpectedExchange {
  const answer = jsonMember(exchange, 'answer');
  const status = jsonMember(answer, 'status');
  const headers = jsonMembers(jsonMember(answer, 'headers')).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value] as const] : [],
  );
  return {
    request: jsonMember(exchange, 'request'),
    answer: {
      status: typeof status === 'number' ? status : 200,
      headers: Object.fromEntries(headers),
      body: jsonMember(answer, 'body'),
    },
  };
}

function textsOf(object: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    jsonMembers(object).flatMap(([key, value]) => {
      const text = scalarText(value);
      return text === undefined || isCommentKey(key) ? [] : [[key, text] as const];
    }),
  );
}

function withoutComments(record: Json): Json {
  if (!isJsonObject(record)) return record;
  return Object.fromEntries(jsonMembers(record).filter(([key]) => !isCommentKey(key)));
}
