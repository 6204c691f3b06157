import { readFile, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import type { CompiledDocument } from '../document/compiled-document.ts';
import { parseJsonText } from '../document/json-text/parse-json-text.ts';
import { nearName } from '../document/lint/near-name.ts';
import type { Scalar, Values } from '../document/values/values.ts';
import { AppError } from '../errors/app-error.ts';
import type { FileSource } from '../http/request-body.ts';
import { parseIso } from '../time/date-format.ts';
import type { CommandContext } from './command-context.ts';
import { userPath } from './npm-script.ts';
import { whyUnreadable } from './why-unreadable.ts';

const PROPERTY_PREFIX = 'PATCHCORD_PROPERTY_';
const FILE_TYPES: Readonly<Record<string, string>> = {
  '.m4a': 'audio/mp4',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.webm': 'audio/webm',
};

/** Reads a text file of the user's; throws `invalid_request` with the reason. */
export async function readUserFile(path: string, context: CommandContext): Promise<string> {
  try {
    return await readFile(userPath(path, context), 'utf8');
  } catch (err) {
    throw unreadable(path, err);
  }
}

/**
 * The values of `--set name=value`, by canonical name: durations as numbers, dates as epoch
 * milliseconds, the rest as text; `name=` empties it, as a user does. Throws `invalid_request` for names the document does not know.
 */
export function readValues(pairs: readonly string[], document: CompiledDocument): GivenValues {
  const values = new Map<string, Scalar>();
  const cleared = new Set<string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(equals, 0));
    if (equals < 1) {
      throw new AppError('invalid_request', `--set takes name=value, not "${pair}".`);
    }
    if (name === 'file') {
      throw new AppError('invalid_request', 'A file is given with --file PATH, not with --set.');
    }
    const ref = document.names.resolve(name);
    if (ref === undefined || (ref.kind !== 'parameter' && ref.kind !== 'local')) {
      const near = likely(name, document.names.all());
      throw new AppError('invalid_request', `"${name}" is no parameter of this document.${near}`);
    }
    const kind = ref.kind === 'parameter' ? ref.builtin.kind : 'text';
    const text = pair.slice(equals + 1);
    if (text === '') cleared.add(ref.name);
    else values.set(ref.name, toScalar(name, text, kind));
  }
  return { values: withOtherNumber(values), cleared };
}

export interface GivenValues {
  readonly values: Values;
  /** Names that were given with nothing behind the equals sign. */
  readonly cleared: ReadonlySet<string>;
}

export interface GivenProperties {
  /** Label → value. */
  readonly properties: Readonly<Record<string, string>>;
  /** An access token that the person has already. */
  readonly accessToken?: string;
}

/** Where a person gives an access token: beside the properties, as if it were one. */
const ACCESS_TOKEN = 'access_token';

/**
 * The values of a document's properties: the JSON file `label → value`, and for labels that it
 * lacks the environment's PATCHCORD_PROPERTY_<LABEL> (upper case, `_` for all but letters and
 * digits), then the default. Throws `invalid_request` for labels the document lacks and, all at
 * once, for required ones without a value. An OAuth2 document also takes `access_token`.
 */
export async function readPropertyValues(
  file: string | undefined,
  document: CompiledDocument,
  context: CommandContext,
): Promise<GivenProperties> {
  const given = file === undefined ? new Map<string, string>() : await readPairs(file, context);
  const values = new Map<string, string>();
  const lacking: string[] = [];
  for (const { label, required, default: standIn } of document.properties) {
    const variable = variableOf(label);
    const value = given.get(label) ?? context.env[variable] ?? standIn;
    if (value !== undefined) values.set(label, value);
    else if (required) lacking.push(`"${label}" (or ${variable})`);
  }
  const hasToken = document.signIn.kind === 'oauth2';
  const token = hasToken
    ? (given.get(ACCESS_TOKEN) ?? context.env[variableOf(ACCESS_TOKEN)])
    : undefined;
  const labels = [
    ...document.properties.map(({ label }) => label),
    ...(hasToken ? [ACCESS_TOKEN] : []),
  ];
  for (const label of given.keys()) {
    if (!labels.includes(label)) {
      const near = likely(label, labels);
      throw new AppError('invalid_request', `The document has no property "${label}".${near}`);
    }
  }
  if (lacking.length > 0) {
    const message = `The document needs values, in the file of --properties: ${lacking.join(', ')}.`;
    throw new AppError('invalid_request', message);
  }
  return {
    properties: Object.fromEntries(values),
    ...(token === undefined || token === '' ? {} : { accessToken: token }),
  };
}

function variableOf(label: string): string {
  return PROPERTY_PREFIX + label.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
}

/** The file to upload, streamed anew for each try. */
export async function openUserFile(path: string, context: CommandContext): Promise<FileSource> {
  const full = userPath(path, context);
  try {
    const { size } = await stat(full);
    const type = FILE_TYPES[extname(full).toLowerCase()] ?? 'application/octet-stream';
    return { size, type, name: basename(full), open: () => createReadStream(full) };
  } catch (err) {
    throw unreadable(path, err);
  }
}

function unreadable(path: string, cause: unknown): AppError {
  const message = `The file ${path} cannot be read: ${whyUnreadable(cause)}.`;
  return new AppError('invalid_request', message, { cause });
}

async function readPairs(file: string, context: CommandContext): Promise<Map<string, string>> {
  const text = await readUserFile(file, context);
  const [fault] = parseJsonText(text).findings.filter(({ severity }) => severity === 'error');
  if (fault !== undefined) {
    const { line, column, message } = fault;
    throw new AppError('invalid_request', `${file}:${line}:${column} ${message}`);
  }
  const parsed = parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    const example = '{ "API token": "…" }';
    throw new AppError(
      'invalid_request',
      `${file} must be a JSON object label → value: ${example}.`,
    );
  }
  const pairs = new Map<string, string>();
  for (const [label, value] of Object.entries(parsed)) {
    if (typeof value === 'object') {
      throw new AppError('invalid_request', `The value of "${label}" in ${file} is no text.`);
    }
    pairs.set(label, String(value));
  }
  return pairs;
}

function likely(name: string, known: readonly string[]): string {
  const near = nearName(name, known);
  return near === undefined ? '' : ` Write "${near}"?`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toScalar(name: string, text: string, kind: string): Scalar {
  if (kind === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (kind !== 'date') return text;
  const time = /^\d{9,15}$/.test(text) ? Number(text) : parseIso(text);
  if (time === undefined) {
    const message = `"${name}" takes epoch milliseconds or an ISO 8601 time, not "${text}".`;
    throw new AppError('invalid_request', message);
  }
  return time;
}

/** In a look-up the contact's number is the other side's, under either name. */
function withOtherNumber(values: Map<string, Scalar>): Values {
  const phone = values.get('phone') ?? values.get('party_number');
  const party = values.get('party_number') ?? values.get('phone');
  return {
    ...Object.fromEntries(values),
    ...(phone === undefined ? {} : { phone }),
    ...(party === undefined ? {} : { party_number: party }),
  };
}
