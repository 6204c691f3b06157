import type { SignedInRunner } from '../../connections/sign-in/signed-in-runner.ts';
import { whoSignsIn } from '../../connections/sign-in/signs-in.ts';
import { permission } from '../../connections/transitions.ts';
import type { BoundRecord } from '../../document/bind/compile-binding.ts';
import { AppError } from '../../errors/app-error.ts';
import { isRefusal } from '../../runtime/is-refusal.ts';
import type { MethodRun } from '../../runtime/method-call.ts';
import type { NotSentReason } from '../../runtime/run-method.ts';
import type { Database } from '../../store/database.ts';
import { asSentence } from '../../text/as-sentence.ts';
import { textOf } from '../bound-record.ts';
import type { PipelineConnection } from '../connection-book.ts';
import { askCrm, outcomeDetails, whereToSignIn } from '../crm-methods.ts';
import { remedyFor } from '../state-reason.ts';

export type ContactMethod = 'CreateContact' | 'UpdateContact' | 'DeleteContact';

export interface ContactChange {
  readonly method: ContactMethod;
  readonly values: Readonly<Record<string, string>>;
  readonly cleared?: ReadonlySet<string>;
  /** Under it the CRM recognises a repeat, where its document says how. */
  readonly idempotencyKey?: string | undefined;
  readonly signal: AbortSignal;
}

export type ContactChanged =
  | {
      readonly status: 'done';
      readonly record: BoundRecord;
      /** The CRM made nothing: it named a record that was there. */
      readonly wasThere: boolean;
      readonly requests: number;
    }
  /** The CRM has the contact no more. */
  | { readonly status: 'gone'; readonly message: string; readonly requests: number }
  /** Nothing came of it, for certain. */
  | { readonly status: 'refused'; readonly problem: AppError; readonly requests: number }
  /** It may have been done, or was done in part; `record` is what was told. */
  | {
      readonly status: 'unknown';
      readonly problem: AppError;
      readonly record: BoundRecord;
      readonly wasThere: boolean;
      readonly requests: number;
    };

/**
 * Lets a CRM make, change or delete a contact now, and says what came of it. A request that has begun
 * is carried to its end, whoever has gone meanwhile.
 */
export async function changeContact(
  deps: { readonly runner: SignedInRunner; readonly database: Pick<Database, 'now'> },
  connection: PipelineConnection,
  change: ContactChange,
): Promise<ContactChanged> {
  const { method, values, cleared, idempotencyKey, signal } = change;
  const { opened } = connection;
  if (!connection.methods.has(method)) {
    const message = `The document has no method ${method}: this cannot be done here, only in the CRM.`;
    return refused(new AppError('conflict', message), 0);
  }
  const health = { state: opened.state, until: opened.stateUntil };
  if (permission(health, deps.database.now()) === 'closed') {
    const remedy = remedyFor(opened.state, whoSignsIn(opened.document.signIn));
    const message = `The connection is ${opened.state}: nothing is sent until it works again.${remedy}`;
    return refused(new AppError('conflict', message), 0);
  }
  const asked = await askCrm(deps.runner, opened, {
    ...{ method, values, signal },
    ...(cleared === undefined ? {} : { cleared }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
  if (asked.status === 'not_sent') {
    const advice = asked.reason === 'needs_auth' ? whereToSignIn(opened) : '';
    return refused(new AppError(CODES[asked.reason], `${asSentence(asked.message)}${advice}`), 0);
  }
  return judge(method, asked.run);
}

const CODES = {
  missing_value: 'invalid_request',
  unsafe_value: 'invalid_request',
  needs_auth: 'conflict',
  sign_in_unavailable: 'upstream_failed',
  absent: 'conflict',
  skipped: 'conflict',
  nothing_left: 'conflict',
} as const satisfies Record<NotSentReason, string>;

/** Outcomes that say something of the CRM and nothing of what was sent: it may be sent again. */
const LATER: ReadonlySet<MethodRun['outcome']['kind']> = new Set([
  ...(['throttled', 'unauthorized', 'sign_in_unavailable', 'unavailable'] as const),
  ...(['unreachable', 'certificate', 'blocked'] as const),
]);

function judge(method: ContactMethod, run: MethodRun): ContactChanged {
  const { outcome, exchanges } = run;
  const requests = exchanges.length;
  const record = run.records[0] ?? {};
  const words = asSentence(outcome.message);
  const isNew = method === 'CreateContact';
  const id = textOf(record, 'contact_id');
  const wasThere = isNew && namesAnother(run);
  if (outcome.effect === 'executed') {
    if (!isNew || id !== undefined) return { status: 'done', record, wasThere, requests };
    const message = `The CRM made the contact and did not tell its id: look for it there, and do not send this again. ${words}`;
    return { status: 'unknown', problem: unknown(message), record, wasThere, requests };
  }
  if (outcome.effect === 'unknown') {
    const message = `${words} Whether the CRM did it is not known: look there before you send it again.`;
    return { status: 'unknown', problem: unknown(message), record, wasThere, requests };
  }
  // A later request of the method failed: what the earlier ones did stands.
  if (isNew && id !== undefined) {
    const message = wasThere
      ? `The CRM has this contact already (${id}), and not all of what should follow was done: ${words} Mend it there.`
      : `The CRM made the contact ${id}, but not all of it was done: ${words} Mend it there; sending this again makes a second one.`;
    return { status: 'unknown', problem: unknown(message), record, wasThere, requests };
  }
  if (!isNew && outcome.kind === 'gone') return { status: 'gone', message: words, requests };
  const code = LATER.has(outcome.kind) ? 'upstream_failed' : 'refused_by_crm';
  return refused(new AppError(code, words, { details: outcomeDetails(outcome) }), requests);
}

/** A document may accept that a CRM refuses a duplicate: the answer then tells of the record that is there. */
function namesAnother({ asked }: MethodRun): boolean {
  return asked.some(
    ({ exchanges, bound }) =>
      bound.some((record) => textOf(record, 'contact_id') !== undefined) && isRefusal(exchanges),
  );
}

function refused(problem: AppError, requests: number): ContactChanged {
  return { status: 'refused', problem, requests };
}

function unknown(message: string): AppError {
  return new AppError('unknown_outcome', message);
}
