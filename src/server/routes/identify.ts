import type * as z from 'zod';

import type { ConnectionBook } from '../../calls/call-connection.ts';
import { readSync } from '../../contacts/sync/sync-actions.ts';
import type { SyncActionDeps } from '../../contacts/sync/sync-actions.ts';
import { identifyCaller } from '../../contract/identify.ts';
import type { Caller, CallerAnswer } from '../../contract/identify.ts';
import { shownNumber } from '../../contacts/number-keys/number-key.ts';
import { AppError } from '../../errors/app-error.ts';
import type { PipelineConnection } from '../connection-book.ts';
import type { LookupCounter } from '../count-lookups.ts';
import type { CallerIdentifier, IdentifiedCaller } from '../identify-callers.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { onlyConnection } from './only-connection.ts';
import { presentContact } from './present-contact.ts';

export interface IdentifyRouteDeps {
  readonly connections: ConnectionBook<PipelineConnection>;
  readonly callers: CallerIdentifier;
  readonly lookups: LookupCounter;
  /** Absent: this server keeps no contacts. */
  readonly contactSync: SyncActionDeps | undefined;
}

/** Who is calling? */
export function identifyRoutes(deps: IdentifyRouteDeps): readonly Route[] {
  return [
    route(identifyCaller, async ({ query }, context) => {
      const { organizationId } = context.scope();
      const all = await deps.connections.ofOrganization(organizationId);
      const connections = onlyConnection(all, query.connection_id);
      const key = deps.callers.keyOf(query.number, connections.open[0]?.country ?? '');
      const { kind } = key;
      if (kind === 'none') {
        throw new AppError(
          'invalid_request',
          'The query at /number must be a phone number, for example +442079460018.',
        );
      }
      if (kind === 'anonymous') {
        const withheld = connections.open.map(({ id }) => presentWithheld(id));
        return { body: { number: null, kind, callers: [], connections: withheld } };
      }
      const explain = query.explain === 'true';
      const { number } = query;
      // To make a signal takes longer than to find somebody in the index.
      const signal = (): AbortSignal => context.signal;
      const answers = await deps.callers.identify(connections, { number, afresh: explain, signal });
      deps.lookups.count(organizationId, answers.filter(hasAsked).length);
      const told = explain
        ? await Promise.all(answers.map((answer) => explained(deps, connections.open, answer)))
        : answers.map(presentAnswer);
      return {
        body: {
          number: shownNumber(key),
          kind,
          callers: answers.flatMap(presentCallers),
          connections: told,
        },
      };
    }),
  ];
}

function hasAsked({ told, status }: IdentifiedCaller): boolean {
  return status === 'late' || told.some(({ source }) => source === 'crm');
}

/** What was asked, and where the index had nobody, how much it has: it may be empty, old or half read. */
async function explained(
  { contactSync }: IdentifyRouteDeps,
  open: readonly PipelineConnection[],
  answer: IdentifiedCaller,
): Promise<z.input<typeof CallerAnswer>> {
  const steps = answer.told.map(({ source, asked, answered, matched, message, ms }) => ({
    ...{ source, asked, answered, matched, message },
    duration_ms: Math.round(ms * 1_000) / 1_000,
  }));
  const presented = { ...presentAnswer(answer), steps };
  const connection = open.find(({ id }) => id === answer.connectionId);
  const isSilent = answer.told.some(({ source, matched }) => source === 'index' && matched === 0);
  if (!isSilent || contactSync === undefined || connection === undefined) return presented;
  const { people, companies, message } = await readSync(contactSync, connection.opened);
  const copy = `The copy has ${String(people)} people and ${String(companies)} companies of this connection. ${message}`;
  return { ...presented, copy };
}

function presentWithheld(id: string): z.input<typeof CallerAnswer> {
  return { connection_id: id, status: 'not_asked', message: 'The caller withheld the number.' };
}

/** The contacts that one connection found, in the form of the API. */
export function presentCallers(answer: IdentifiedCaller): z.input<typeof Caller>[] {
  return answer.matches.map((match) => ({
    ...presentContact(answer.connectionId, match, match.page),
    chosen: answer.chosen?.record === match.record,
    matched: match.matched ?? null,
  }));
}

function presentAnswer({
  connectionId,
  status,
  message,
}: IdentifiedCaller): z.input<typeof CallerAnswer> {
  return { connection_id: connectionId, status, message };
}
