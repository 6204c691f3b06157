import { createHash } from 'node:crypto';

import type { OpenConnection } from '../../connections/open-connection.ts';
import { jsonMember, jsonMembers } from '../../document/json-value.ts';
import type { Json } from '../../document/json-value.ts';
import { readDate } from '../../document/render/typed-value.ts';
import { requestSources } from '../../document/request-sources.ts';
import type { SyncMethod } from '../index/sync-store.ts';
import type { ReadMoment } from './marks.ts';
import type { SyncRules } from './plan-pass.ts';

/** Companies first: contacts may name one by its id alone. */
export const SYNC_METHODS: readonly SyncMethod[] = ['Organizations', 'Contacts'];

/** What keeps the answer of a list apart from its meaning: not part of what is sent. */
const ANSWER_KEYS: ReadonlySet<string> = new Set([
  'response_map',
  'response_headers',
  'derive',
  'error_map',
]);

/** How the contacts of a connection are synced, by its document and its options. */
export function syncRulesOf(connection: OpenConnection): SyncRules {
  const { document, options } = connection;
  const isOn = options.contact_sync;
  const methods = SYNC_METHODS.filter((method) => isOn && document.methods.has(method));
  return {
    methods: methods.map((method) => ({ method, takesSince: takesSince(document.source, method) })),
    basis: basisOf(connection),
    intervalMs: options.contact_sync_minutes * 60_000,
    fullEveryMs: options.contact_full_sync_hours * 60 * 60_000,
  };
}

/** Whether the document has a list of contacts or companies at all. */
export function hasLists({ document }: Pick<OpenConnection, 'document'>): boolean {
  return SYNC_METHODS.some((method) => document.methods.has(method));
}

/** Reads a moment as this document and connection write `since`. */
export function momentReader({ document, timezone }: OpenConnection): ReadMoment {
  const since = document.names.resolve('since', 'request');
  if (since?.kind !== 'parameter') return () => undefined;
  const { timezone: zone = 'UTC' } = since.type;
  // A template in a zone can only mean that of the connection.
  const own = /[${]/.test(zone) ? timezone : zone;
  return (text) => readDate(text, since.type, own);
}

/** For each object of a method, whether its answers say when a record changed. */
export function objectsOf(
  { document }: Pick<OpenConnection, 'document'>,
  method: SyncMethod,
): readonly { readonly tells: boolean }[] {
  const objects = document.methods.get(method)?.objects ?? [];
  return objects.map(({ requests }) => ({
    tells: requests.some(({ bind }) => bind.binds.includes('since')),
  }));
}

/** True when a request of the method, or a variable that it may use, names `since`. */
function takesSince(document: Json, method: SyncMethod): boolean {
  const variables = jsonMembers(jsonMember(document, 'variables'));
  const names = new Set(['since']);
  for (let known = 0; known < names.size;) {
    known = names.size;
    for (const [name, value] of variables) if (mentions(value, names)) names.add(name);
  }
  return requestSources(document, method).some(({ source }) =>
    jsonMembers(source).some(([key, part]) => !ANSWER_KEYS.has(key) && mentions(part, names)),
  );
}

/** Words of texts, keys included; what only looks like a name costs a full pass less, and no contact. */
function mentions(part: Json, names: ReadonlySet<string>): boolean {
  return (JSON.stringify(part).match(/[A-Za-z_]\w*/g) ?? []).some((word) => names.has(word));
}

/**
 * Digest of all that decides what a list holds and how it is kept: another document, another account,
 * another country or other fields make what is known of the list worthless.
 */
function basisOf({ document, properties, origins, country, options }: OpenConnection): string {
  const open = document.properties
    .filter(({ secret, filledBySignIn }) => !secret && !filledBySignIn)
    .map(({ label }) => [label, properties[label] ?? null]);
  const fields = [...options.contact_fields].toSorted();
  return createHash('sha256')
    .update(JSON.stringify([document.digest, open, origins, country, fields]))
    .digest('base64url')
    .slice(0, 22);
}
