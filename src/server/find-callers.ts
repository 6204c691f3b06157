import type * as z from 'zod';

import type { Connections } from '../calls/call-connection.ts';
import { findContactClaim } from '../calls/made-contact-repository.ts';
import { contactKey, madeContact } from '../calls/made-contacts.ts';
import type { PipelineConnection } from './connection-book.ts';
import { permission } from '../connections/transitions.ts';
import type { Caller, CallerAnswer } from '../contract/callers.ts';
import type { BoundRecord } from '../document/bind/compile-binding.ts';
import { completeNames } from '../document/values/person-names.ts';
import type { PhoneNumbers, Values } from '../document/values/values.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { Credential } from '../runtime/credential.ts';
import type { Database } from '../store/database.ts';
import { askCrm } from './crm-methods.ts';
import { listOf, textOf } from './bound-record.ts';

type CallerRow = z.input<typeof Caller>;
type Verdict = z.input<typeof CallerAnswer>;

/** A phone is ringing while this is asked; an answer that comes later helps nobody. */
const MATCH_LIMIT_MS = 2_000;

export interface FindCallersDeps {
  readonly database: Pick<Database, 'read'>;
  readonly runner: SignedInRunner;
  readonly phones: PhoneNumbers;
  readonly now: () => number;
}

/**
 * Asks every connection at the same time who has the number. What one CRM does not say in time, or
 * refuses, is told beside what the others said.
 */
export async function findCallersOf(
  deps: FindCallersDeps,
  connections: Connections<PipelineConnection>,
  question: { readonly number: string; readonly signal: AbortSignal },
): Promise<{ callers: CallerRow[]; connections: Verdict[] }> {
  const asked = await Promise.all(
    connections.open.map((connection) => askOne(deps, connection, question)),
  );
  const shut = connections.shut.map((id) => nobody(id, 'failed', SHUT));
  const answers = [...asked, ...shut];
  return {
    callers: answers.flatMap(({ callers }) => callers),
    connections: answers.map(({ verdict }) => verdict),
  };
}

interface OneAnswer {
  readonly callers: readonly CallerRow[];
  readonly verdict: Verdict;
}

function nobody(connectionId: string, status: Verdict['status'], message: string): OneAnswer {
  return { callers: [], verdict: { connection_id: connectionId, status, message } };
}

async function askOne(
  deps: FindCallersDeps,
  connection: PipelineConnection,
  { number, signal }: { readonly number: string; readonly signal: AbortSignal },
): Promise<OneAnswer> {
  const { opened } = connection;
  const none = (status: Verdict['status'], message: string): OneAnswer =>
    nobody(connection.id, status, message);
  if (!connection.methods.has('FindContact')) {
    return none('not_asked', 'The document has no method FindContact.');
  }
  const health = { state: opened.state, until: opened.stateUntil };
  if (permission(health, deps.now()) === 'closed') {
    return none('not_asked', `The connection is ${opened.state}.`);
  }
  const asked = await askCrm(deps.runner, opened, {
    method: 'FindContact',
    values: { phone: number, party_number: number },
    deadlineMs: MATCH_LIMIT_MS,
    signal,
  });
  if (asked.status === 'not_sent') {
    return none(asked.reason === 'skipped' ? 'not_asked' : 'failed', asked.message);
  }
  const { outcome, records } = asked.run;
  if (outcome.kind !== 'success' && outcome.kind !== 'not_found') {
    return none('failed', outcome.message);
  }
  if (records.length === 0) {
    const made = await askMemory(deps, connection, number);
    if (made === undefined) return none('not_found', 'The CRM knows nobody with this number.');
    return {
      callers: [
        { ...toCaller(deps, connection, { record: made, ...asked.signedIn }), source: 'made' },
      ],
      verdict: { connection_id: connection.id, status: 'found', message: MADE },
    };
  }
  const count = records.length;
  return {
    callers: records.map((record) => toCaller(deps, connection, { record, ...asked.signedIn })),
    verdict:
      count === 1
        ? { connection_id: connection.id, status: 'found', message: 'One person has this number.' }
        : {
            connection_id: connection.id,
            status: 'ambiguous',
            message: `${count} people have this number.`,
          },
  };
}

const SHUT = 'The connection cannot be opened.';
const MADE = 'Patchcord made this contact; the search of the CRM does not show it yet.';

/** The contact that we made for an earlier call from this number. */
async function askMemory(
  deps: FindCallersDeps,
  connection: PipelineConnection,
  number: string,
): Promise<BoundRecord | undefined> {
  const key = contactKey(number, connection.country);
  if (key === undefined) return undefined;
  const of = { connectionId: connection.id, number: key };
  return madeContact(await findContactClaim(deps.database.read, of), deps.now());
}

/** A record, and what the sign-in bound: some addresses come with it. */
interface Found extends Pick<Credential, 'locals' | 'properties'> {
  readonly record: BoundRecord;
}

function toCaller(deps: FindCallersDeps, connection: PipelineConnection, found: Found): CallerRow {
  const { record } = found;
  const full = textOf(record, 'contact_name');
  const first = textOf(record, 'firstname');
  const last = textOf(record, 'lastname');
  const names = completeNames({
    ...(full === undefined ? {} : { full }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  });
  return {
    connection_id: connection.id,
    source: 'crm',
    contact_id: textOf(record, 'contact_id') ?? null,
    contact_type: textOf(record, 'contact_type') ?? null,
    name: names.full ?? null,
    company: textOf(record, 'company_name') ?? null,
    phones: [...listOf(record, 'phone'), ...listOf(record, 'mobile')],
    emails: listOf(record, 'email'),
    url: contactPage(deps, connection, found),
  };
}

function contactPage(
  { phones }: FindCallersDeps,
  { opened }: PipelineConnection,
  { record, locals, properties }: Found,
): string | null {
  // The method that found somebody may know a page of its own.
  const own = textOf(record, 'contact_url');
  if (own !== undefined) return own;
  const bound: Values = Object.fromEntries(
    Object.keys(record).map((name) => [name, textOf(record, name)]),
  );
  const link = opened.document.link('contact_url', {
    values: { ...locals, ...bound },
    properties: { ...opened.properties, ...properties },
    country: opened.country,
    timezone: opened.timezone,
    phones,
    boundary: '',
  });
  return link ?? null;
}
