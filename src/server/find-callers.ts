import type * as z from 'zod';

import type { PipelineConnection } from './connection-book.ts';
import { permission } from '../connections/transitions.ts';
import type { Caller, CallerAnswer } from '../contract/callers.ts';
import type { BoundRecord } from '../document/bind/compile-binding.ts';
import { completeNames } from '../document/values/person-names.ts';
import type { PhoneNumbers, Values } from '../document/values/values.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { Credential } from '../runtime/credential.ts';
import { askCrm } from './crm-methods.ts';
import { listOf, textOf } from './bound-record.ts';

type CallerRow = z.input<typeof Caller>;
type Verdict = z.input<typeof CallerAnswer>;

/** A phone is ringing while this is asked; an answer that comes later helps nobody. */
const MATCH_LIMIT_MS = 2_000;

export interface FindCallersDeps {
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
  connections: readonly PipelineConnection[],
  question: { readonly number: string; readonly signal: AbortSignal },
): Promise<{ callers: CallerRow[]; connections: Verdict[] }> {
  const answers = await Promise.all(
    connections.map((connection) => askOne(deps, connection, question)),
  );
  return {
    callers: answers.flatMap(({ callers }) => callers),
    connections: answers.map(({ verdict }) => verdict),
  };
}

interface OneAnswer {
  readonly callers: readonly CallerRow[];
  readonly verdict: Verdict;
}

async function askOne(
  deps: FindCallersDeps,
  connection: PipelineConnection,
  { number, signal }: { readonly number: string; readonly signal: AbortSignal },
): Promise<OneAnswer> {
  const { opened } = connection;
  const nobody = (status: Verdict['status'], message: string): OneAnswer => ({
    callers: [],
    verdict: { connection_id: connection.id, status, message },
  });
  if (!connection.methods.has('FindContact')) {
    return nobody('not_asked', 'The document has no method FindContact.');
  }
  const health = { state: opened.state, until: opened.stateUntil };
  if (permission(health, deps.now()) === 'closed') {
    return nobody('not_asked', `The connection is ${opened.state}.`);
  }
  const asked = await askCrm(deps.runner, opened, {
    method: 'FindContact',
    values: { phone: number, party_number: number },
    deadlineMs: MATCH_LIMIT_MS,
    signal,
  });
  if (asked.status === 'not_sent') return nobody('failed', asked.message);
  const { outcome, records } = asked.run;
  if (outcome.kind !== 'success' && outcome.kind !== 'not_found') {
    return nobody('failed', outcome.message);
  }
  if (records.length === 0) return nobody('not_found', 'The CRM knows nobody with this number.');
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
    contact_id: textOf(record, 'contact_id') ?? null,
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
