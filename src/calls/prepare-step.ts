import type { CallConnection } from './call-connection.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { LoadedLane } from './load-lane.ts';
import { whyKnownHere } from './known-caller.ts';
import type { CallContacts } from './known-caller.ts';
import type { FoundContacts } from './remember.ts';
import { whyMadeAlready } from './why-made-already.ts';
import { whyNeedless } from './why-needless.ts';
import { settleLost } from './settle.ts';
import type { StepChange } from './settle.ts';
import { idempotencyKey } from './idempotency-key.ts';
import type { Step, StepMethod, StepPart } from './step.ts';
import { placeUnderWay, tellsOfRecord } from './step-progress.ts';
import { stepValues } from './step-values.ts';
import { mayTell, settleWithoutRecording } from './step-recording.ts';
import type { RecordingSource } from './step-recording.ts';
import type {
  PreparedStep,
  StepCall,
  StepFile,
  StepRecord,
  StepRun,
  StepRunner,
} from './step-runner.ts';
import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';
import { asSentence } from '../text/as-sentence.ts';

export interface PrepareDeps {
  readonly database: Database;
  readonly runner: StepRunner;
  readonly recordings: RecordingSource;
  readonly policy: DeliveryPolicy;
  readonly random: () => number;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  /** Absent: each caller is asked for. */
  readonly contacts?: CallContacts;
}

export type Preparation =
  | {
      readonly status: 'ready';
      readonly method: StepMethod | 'FindActivity';
      readonly idempotent: boolean;
      readonly part?: StepPart;
      /** Where the request goes: scheme, host and port. */
      readonly origin?: string;
      /** What of the step is kept while this request is under way. */
      readonly underWay?: Pick<StepChange, 'progress' | 'sentValues'>;
      send(signal: AbortSignal): Promise<StepRun>;
    }
  /** Nothing is sent; the step's new state is known already. */
  | {
      readonly status: 'settled';
      readonly change: StepChange;
      /** What the requests of a step that is done have bound. */
      readonly bound?: StepRecord;
      /** Of a look-up that needed no request. */
      readonly found?: FoundContacts;
    };

interface Work {
  readonly loaded: LoadedLane;
  readonly step: Step;
  readonly connection: CallConnection;
  readonly signal: AbortSignal;
}

/** Builds the request of a step from the newest facts. */
export async function prepareRun(deps: PrepareDeps, work: Work): Promise<Preparation> {
  const { step } = work;
  const needless = whyNeedless(work);
  if (needless !== undefined) return { status: 'settled', change: needless };
  const known = await whyKnownHere(deps, work);
  if (known !== undefined) return { status: 'settled', ...known };
  const made = await whyMadeAlready(deps.database, work);
  if (made !== undefined) return { status: 'settled', ...made };
  if (step.recordingKey === undefined) return toPreparation(await runStep(deps, work), step);
  const callId = work.loaded.lane.call_id;
  const opened = await deps.recordings.open({ callId, key: step.recordingKey });
  const uploads = step.method === 'UploadFile';
  if (opened.status === 'ready') {
    return toPreparation(await runStep(deps, work, uploads ? opened.file : undefined), step);
  }
  const told = work.loaded.facts.recordings.find(({ key }) => key === step.recordingKey);
  if (!uploads && mayTell(opened, told)) return toPreparation(await runStep(deps, work), step);
  return { status: 'settled', change: settleWithoutRecording(opened) };
}

/** Builds the question by which an unknown outcome is settled, or settles it where none can be asked. */
export async function prepareAsk(deps: PrepareDeps, work: Work): Promise<Preparation> {
  const { step, connection } = work;
  const asks = askMethod(step, connection);
  if (step.unknownAt !== undefined && asks !== undefined) {
    const call = { connection, method: asks, ...(await stepValues(deps, work, asks)) };
    const prepared = await prepareSafely(deps, call, work.signal);
    if (prepared.status === 'ready') {
      const { send, origin } = prepared;
      const to = origin === undefined ? {} : { origin };
      return { status: 'ready', method: asks, idempotent: true, ...to, send };
    }
    if (isSignIn(prepared.reason)) return toPreparation(prepared, step);
    const message = `The CRM cannot be asked: ${prepared.message}`;
    return { status: 'settled', change: { state: 'parked', reason: 'unknown_outcome', message } };
  }
  // The process died while a request was under way, so the ladder has not begun yet.
  const last = await deps.database.read
    .selectFrom('attempt')
    .select('idempotent')
    .where('step_id', '=', step.id)
    .where('purpose', '=', 'run')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const change = settleLost({
    step,
    idempotent: last?.idempotent === 1 && !isKeyForgotten(deps, step),
    canAsk: asks !== undefined,
    onUnknown: connection.options.on_unknown,
    policy: deps.policy,
    now: deps.database.now(),
    random: deps.random(),
  });
  return { status: 'settled', change };
}

/**
 * The look-up that finds what the request under way may have made; `undefined` where the document has
 * none, or where that request makes no record.
 */
export function askMethod(
  step: { readonly method: string } & Pick<Step, 'progress'>,
  connection: CallConnection,
): 'FindActivity' | 'FindContact' | undefined {
  if (!tellsOfRecord(step)) return undefined;
  const method =
    step.method === 'CreateActivity'
      ? 'FindActivity'
      : step.method === 'CreateContact'
        ? 'FindContact'
        : undefined;
  return method !== undefined && connection.methods.has(method) ? method : undefined;
}

async function runStep(deps: PrepareDeps, work: Work, file?: StepFile): Promise<PreparedOrFault> {
  const { connection, step, loaded } = work;
  const since = loaded.memory.createdAt ?? step.progress?.since;
  const { values, hidden } = await stepValues(deps, work, step.method, file);
  const call = {
    connection,
    method: step.method,
    // What is repeated under its key must be the very same request.
    values: step.sentValues ?? values,
    ...(losesOwner(step, loaded) ? { cleared: OWNER_VALUES } : {}),
    ...(hidden === undefined ? {} : { hidden }),
    ...(since === undefined ? {} : { recordAgeMs: deps.database.now() - since }),
    ...(file === undefined ? {} : { file }),
    ...(step.progress === undefined ? {} : { progress: step.progress }),
    idempotencyKey: idempotencyKey(loaded.lane, step),
  };
  const prepared = await prepareSafely(deps, call, work.signal);
  if (prepared.status !== 'ready') return prepared;
  const progress = placeUnderWay(step, prepared);
  // A phone system's own address is sealed wherever it is kept.
  const isKept = prepared.keyed === true && hidden === undefined;
  const underWay = {
    ...(progress === undefined ? {} : { progress }),
    ...(isKept ? { sentValues: call.values } : {}),
  };
  const idempotent =
    prepared.idempotent && !(prepared.keyed === true && isKeyForgotten(deps, step));
  return { ...prepared, idempotent, underWay };
}

const OWNER_VALUES: ReadonlySet<string> = new Set([
  'user_id',
  'user_name',
  'user_email',
  'user_phone',
]);

/** True for the change that takes the call from its owner, because nobody with a link has it now. */
function losesOwner({ method, reasons }: Step, { owner }: LoadedLane): boolean {
  return method === 'UpdateActivity' && reasons.includes('owner') && owner.kind === 'none';
}

/** The CRM may have forgotten a key that is so old: its repetition would be a second record. */
function isKeyForgotten({ database, policy }: PrepareDeps, { firstAt }: Step): boolean {
  return firstAt !== undefined && database.now() - firstAt > policy.keyKeptMs;
}

type PreparedOrFault =
  | (PreparedStep & { readonly underWay?: Pick<StepChange, 'progress' | 'sentValues'> })
  | { readonly status: 'not_sent'; readonly reason: 'internal_fault'; readonly message: string };

/** A fault of ours must stand in the ledger, not make the lane fail again with each of its leases. */
async function prepareSafely(
  deps: PrepareDeps,
  call: StepCall,
  signal: AbortSignal,
): Promise<PreparedOrFault> {
  try {
    return await deps.runner.prepare(call, signal);
  } catch (err) {
    // The claim or the database is lost, or the process ends: nothing was sent, and the lane is
    // taken up again.
    if (signal.aborted || isOfDatabase(err)) throw err;
    deps.log.warn({ err, connection_id: call.connection.id }, 'a request could not be built');
    return { status: 'not_sent', reason: 'internal_fault', message: 'The request was not built' };
  }
}

/** A database that is away says nothing about a step, and nobody has to look at it. */
function isOfDatabase(err: unknown): boolean {
  return err instanceof AppError && DATABASE_CODES.has(err.code);
}

const DATABASE_CODES: ReadonlySet<string> = new Set([
  'database_unavailable',
  'database_failed',
  'storage_full',
  'overloaded',
]);

function toPreparation(prepared: PreparedOrFault, step: Step): Preparation {
  if (prepared.status === 'ready') return { ...prepared, method: step.method };
  const { reason, message } = prepared;
  if (reason === 'nothing_left') {
    const bound = step.progress?.bound;
    const said = [step.message, message].flatMap((text) => text ?? []).map(asSentence);
    const change = {
      state: 'done',
      message: said.join(' '),
      progress: null,
      sentValues: null,
    } as const;
    return { status: 'settled', change, ...(bound === undefined ? {} : { bound }) };
  }
  if (reason === 'skipped') {
    return { status: 'settled', change: { state: 'skipped', reason: 'rule_of_document', message } };
  }
  if (reason === 'absent') {
    return { status: 'settled', change: { state: 'skipped', reason: 'absent_method', message } };
  }
  // Not this step waits, but the connection: its lanes go on by themselves afterwards.
  if (isSignIn(reason)) {
    const connection = learned(prepared);
    return { status: 'settled', change: { state: step.state, message, connection } };
  }
  // A caller who cannot be looked up must not keep the call out of the CRM.
  const state = step.method === 'FindContact' ? 'skipped' : 'parked';
  return { status: 'settled', change: { state, reason, message: withAdvice(prepared) } };
}

/** Whoever reports calls can tell what is missing here; a person at the ledger cannot type it in. */
function withAdvice(prepared: Extract<PreparedOrFault, { status: 'not_sent' }>): string {
  const { reason, message } = prepared;
  const lacksType = reason === 'missing_value' && prepared.name === 'contact_type';
  return lacksType ? `${asSentence(message)} ${TELL_TYPE}` : message;
}

const TELL_TYPE =
  'Nobody has told of which kind the contact is: report a call event with contact_id and contact_type, and the step is tried again.';

function isSignIn(reason: string): reason is 'needs_auth' | 'sign_in_unavailable' {
  return reason === 'needs_auth' || reason === 'sign_in_unavailable';
}

function learned(
  prepared: Extract<PreparedOrFault, { status: 'not_sent' }>,
): NonNullable<StepChange['connection']> {
  if (prepared.reason !== 'sign_in_unavailable') return { kind: 'unauthorized' };
  const { retryAfterMs } = prepared;
  return {
    kind: 'sign_in_unavailable',
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
