import type * as z from 'zod';

import type { Connections } from '../../calls/call-connection.ts';
import { isListed } from '../../contacts/number-list.ts';
import type { LiveCaller } from '../../contract/live.ts';
import type { PhoneNumbers } from '../../document/values/values.ts';
import type { PipelineConnection } from '../connection-book.ts';
import type { LookupCounter } from '../count-lookups.ts';
import type { CallerIdentifier, IdentifiedCaller } from '../identify-callers.ts';
import { presentCallers } from '../routes/identify.ts';
import { liveContacts } from './live-contacts.ts';

export type ScreenCaller = z.input<typeof LiveCaller>;

export interface ScreenCallersDeps {
  readonly callers: Pick<CallerIdentifier, 'identifyOn' | 'keyOf'>;
  readonly phones: PhoneNumbers;
  readonly lookups: Pick<LookupCounter, 'count'>;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** Questions to each connection's CRM that are under way for screens; one for all calls of a process. */
export type UnderWay = Map<string, number>;

/** Who has a number, while that is found out: each connection says for itself. */
export interface ScreenCallers {
  readonly number: string | undefined;
  /** Resolves when each connection knows its caller, or asks its CRM. Never rejects. */
  readonly ready: Promise<void>;
  /** What is known now, in the order of the connections. */
  now(): readonly ScreenCaller[];
  /** From now on told of what connections say later; one listener, which never throws. */
  listen(listener: (caller: ScreenCaller) => void): void;
}

/** Begins to look for the caller, at once on all connections. */
export function lookForCaller(
  deps: ScreenCallersDeps,
  of: {
    readonly organizationId: string;
    readonly connections: Connections<PipelineConnection>;
    readonly number: string | undefined;
    readonly underWay: UnderWay;
  },
): ScreenCallers {
  const { number, connections, underWay } = of;
  const known = new Map<string, ScreenCaller>();
  let listener: (caller: ScreenCaller) => void = () => {};
  const say = (caller: ScreenCaller): void => {
    known.set(caller.connection_id, caller);
    listener(caller);
  };
  const askOn = (connection: PipelineConnection): Promise<void> => {
    const { id, opened } = connection;
    const base = {
      connection_id: id,
      connection_name: opened.name,
      contacts: [],
      contact_count: 0,
    };
    const why = whyNotAsked(deps, connection, number);
    if (why !== undefined || number === undefined) {
      known.set(id, { ...base, status: 'not_asked', message: why ?? WITHHELD });
      return Promise.resolve();
    }
    known.set(id, { ...base, status: 'asking', message: 'The CRM is being asked.' });
    const { promise: ready, resolve } = Promise.withResolvers<undefined>();
    const count = underWay.get(id) ?? 0;
    const hereOnly = count >= MOST_UNDER_WAY;
    const answered = (answer: IdentifiedCaller): void => {
      const isLeft = hereOnly && answer.status === 'not_found';
      say({ ...base, ...present(answer), ...(isLeft ? LEFT_TO_CALL : {}) });
    };
    const leave = (): void => {
      const left = (underWay.get(id) ?? 1) - 1;
      if (left === 0) underWay.delete(id);
      else underWay.set(id, left);
    };
    underWay.set(id, count + 1);
    deps.callers
      .identifyOn(connection, {
        ...{ number, hereOnly },
        asking: () => resolve(undefined),
        late: answered,
        // A screen that goes takes nothing back: the call asks the same.
        signal: new AbortController().signal,
      })
      .then((answer) => {
        const asked =
          answer.status === 'late' || answer.told.some(({ source }) => source === 'crm');
        if (asked) deps.lookups.count(of.organizationId, 1, 0);
        answered(answer);
      })
      .catch((err: unknown) => {
        deps.log.warn({ err, connection_id: id }, 'a caller could not be looked for');
        say({ ...base, status: 'failed', message: 'The caller could not be looked for.' });
      })
      .finally(() => {
        leave();
        resolve(undefined);
      });
    return ready;
  };
  const asking = connections.open.map(askOn);
  for (const id of connections.shut) {
    const message = 'The connection cannot be opened.';
    known.set(id, {
      connection_id: id,
      connection_name: id,
      status: 'failed',
      message,
      ...{ contacts: [], contact_count: 0 },
    });
  }
  return {
    number,
    ready: Promise.all(asking).then(() => undefined),
    now: () => [...known.values()],
    listen: (given) => {
      listener = given;
    },
  };
}

/** What waits longer than this many others is of no use to a screen, and each holds memory. */
const MOST_UNDER_WAY = 100;
const LEFT_TO_CALL = {
  status: 'not_asked',
  message: 'More phones ring at once than the CRM can be asked for: the call itself asks.',
} as const;

const WITHHELD = 'The caller withheld the number.';

/** What a CRM must not be told of, or cannot know. */
function whyNotAsked(
  { callers, phones }: ScreenCallersDeps,
  { country, opened }: PipelineConnection,
  number: string | undefined,
): string | undefined {
  if (number === undefined) return WITHHELD;
  const { kind } = callers.keyOf(number, country);
  if (kind === 'anonymous' || kind === 'none') return WITHHELD;
  return isListed(opened.options.excluded_numbers, number, { country, phones })
    ? "The number is on the connection's list of excluded numbers."
    : undefined;
}

function present(
  answer: IdentifiedCaller,
): Pick<ScreenCaller, 'status' | 'message' | 'contacts' | 'contact_count'> {
  const { status, message } = answer;
  const all = presentCallers(answer);
  return { status, message, contacts: liveContacts(all), contact_count: all.length };
}
