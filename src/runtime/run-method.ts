import type { CompiledDocument, CompiledMethod } from '../document/compiled-document.ts';
import { methodRow } from '../document/methods.ts';
import { EXPRESSIONS_MAX_CHARACTERS } from '../document/render/scope.ts';
import type { Note } from '../document/values/values.ts';
import { mayRepeat } from './classify.ts';
import type { Credential } from './credential.ts';
import { handOver } from './hand-over.ts';
import { isKeyed } from './idempotency.ts';
import { situation } from './judge-answer.ts';
import { createScrubberKeeper } from './keep-scrubbers.ts';
import type { MethodCall, MethodProgress, MethodRun, MethodRunnerDeps } from './method-call.ts';
import type { RunStart } from './method-job.ts';
import { isProperty, nextRequest } from './next-request.ts';
import type { NextRequest } from './next-request.ts';
import type { ListRunner } from './list-pages.ts';
import { objectsToRun, readTasks, runReads } from './run-reads.ts';
import type { LeftOut } from './run-reads.ts';
import { runWrite } from './run-write.ts';
import { listNotSent, walkList } from './walk-list.ts';
import type { ScrubbedRequest } from './scrub-exchange.ts';

/**
 * Why nothing is sent. `skipped`: its `when`, or that of each of its objects, does not hold.
 * `nothing_left`: of a method in `progress` no further request has anything to do, so it is done with
 * what it bound. `needs_auth`: a person must sign in; `sign_in_unavailable`: the sign-in server
 * is away, so everything waits.
 */
export type NotSentReason =
  | 'missing_value'
  | 'unsafe_value'
  | 'needs_auth'
  | 'sign_in_unavailable'
  | 'absent'
  | 'skipped'
  | 'nothing_left';

export type PreparedMethod =
  | {
      readonly status: 'ready';
      /** The first request, for people. */
      readonly request: ScrubbedRequest;
      /** Of a method that writes by several requests: which one this is, from 1. */
      readonly part?: { readonly number: number; readonly of: number };
      /** Of a method that writes: places of the object and the request in the document, from 0. */
      readonly place: Pick<MethodProgress, 'object' | 'request'>;
      /** Sending it twice does no harm. */
      readonly idempotent: boolean;
      /** That is so by an idempotency key: what is repeated must be the same. */
      readonly keyed?: true;
      /** Its answer tells the id of the record that the method is about. */
      readonly makesRecord?: true;
      /** What the sign-in bound: links to pages of the CRM may need it. */
      readonly signedIn: Pick<Credential, 'locals' | 'properties'>;
      /** Never rejects: whatever happens is an outcome. */
      send(signal: AbortSignal): Promise<MethodRun>;
    }
  | {
      readonly status: 'not_sent';
      /** `absent`: the document has no such method. */
      readonly reason: NotSentReason;
      /** The value, or the key of the document. */
      readonly name?: string;
      readonly message: string;
      /** `sign_in_unavailable`: as the sign-in server asked. */
      readonly retryAfterMs?: number;
    };

export interface MethodRunner {
  /**
   * Renders the next request; nothing is sent before `send`. A method that writes sends one request,
   * one that reads all of them.
   */
  prepare(call: MethodCall): PreparedMethod;
}

/** Runs methods of documents against CRMs. Knows no database, and keeps no call after its end. */
export function createMethodRunner(deps: MethodRunnerDeps): MethodRunner & ListRunner {
  const scrubberOf = createScrubberKeeper();
  const startOf = (call: MethodCall): Started => {
    const method = call.document.methods.get(call.method);
    if (method === undefined) {
      return notSent('absent', call.method, `The document has no method ${call.method}.`);
    }
    const { credential } = call;
    if (signsIn(call.document) && credential === undefined) {
      return notSent('needs_auth', 'OAuth2', 'Nobody has signed in at the CRM yet: sign in first.');
    }
    return { status: 'started', method, start: { deps, scrubberOf, call, credential } };
  };
  return {
    prepare: (call) => {
      const asked = startOf(call);
      if (asked.status === 'not_sent') return asked;
      const { method } = asked;
      const start = { ...asked.start, expressions: { left: EXPRESSIONS_MAX_CHARACTERS } };
      return methodRow(call.method).writes
        ? prepareWrite(start, method)
        : prepareReads(start, method);
    },
    list: ({ from, ...own }, signal) => {
      const call: MethodCall = { ...own, admitsFirst: true };
      const asked = startOf(call);
      return handOver(async (give, ends) => {
        if (asked.status === 'not_sent') await give(listNotSent(asked));
        else await walkList(asked.start, asked.method, from, { give, signal: ends });
      }, signal);
    },
  };
}

type NotSent = Extract<PreparedMethod, { readonly status: 'not_sent' }>;
type Started =
  | { readonly status: 'started'; readonly method: CompiledMethod; readonly start: RunStart }
  | NotSent;

function prepareReads(start: RunStart, method: CompiledMethod): PreparedMethod {
  const { tasks, leftOut } = readTasks(start, method);
  const ready = tasks.find(({ begun }) => begun.status === 'ready')?.begun;
  const stopped = tasks.flatMap(({ begun }) => (begun.status === 'stopped' ? [begun] : []));
  // One object that lacks a value is passed over for the next; a property concerns them all.
  const halt =
    stopped.find(({ name }) => isProperty(start, name)) ??
    (ready === undefined || method.objects.length === 1 ? stopped[0] : undefined);
  if (halt !== undefined) return notSent(halt.reason, halt.name, halt.message);
  if (ready?.status !== 'ready') {
    const passed = tasks.flatMap(({ place, begun }) =>
      begun.status === 'none'
        ? begun.notes.map(({ message }) => ({ object: place.objectIndex, message }))
        : [],
    );
    return notSent('skipped', 'when', whyNone(method, [...leftOut, ...passed]));
  }
  return toReady(start, ready, (signal) => runReads(sending(start), tasks, signal));
}

function prepareWrite(start: RunStart, method: CompiledMethod): PreparedMethod {
  const { progress } = start.call;
  if (progress !== undefined) return goOn(start, method, progress);
  const { running, leftOut } = objectsToRun(start, method);
  const [place] = running;
  if (place === undefined) return notSent('skipped', 'when', whyNone(method, leftOut));
  const next = nextRequest(start, place);
  return next.status === 'none'
    ? notSent('skipped', 'steps', inWords(next.notes))
    : toWrite(start, next);
}

/** The next request of a method that an earlier run began. */
function goOn(start: RunStart, method: CompiledMethod, progress: MethodProgress): PreparedMethod {
  const { object: objectIndex, request: requestIndex, bound } = progress;
  const object = method.objects[objectIndex];
  if (object === undefined) return notSent('nothing_left', 'steps', NO_FURTHER);
  const next = nextRequest(start, { object, objectIndex, requestIndex, bound });
  return next.status === 'none'
    ? notSent('nothing_left', 'steps', inWords(next.notes))
    : toWrite(start, next);
}

const NO_FURTHER = 'The document has no further request for this.';

function inWords(notes: readonly Note[]): string {
  return notes.length === 0 ? NO_FURTHER : notes.map(({ message }) => message).join(' ');
}

function toWrite(
  start: RunStart,
  next: Exclude<NextRequest, { readonly status: 'none' }>,
): PreparedMethod {
  return next.status === 'stopped'
    ? notSent(next.reason, next.name, next.message)
    : toReady(start, next, (signal) => runWrite(sending(start), next, signal));
}

/** While requests are under way others are served: what is rendered then has a budget of its own. */
function sending(start: RunStart): RunStart {
  const { expressions: _, ...others } = start;
  return others;
}

function whyNone({ name, objects }: CompiledMethod, leftOut: readonly LeftOut[]): string {
  if (objects.length === 1) return `${name}: ${leftOut.map(({ message }) => message).join(' ')}`;
  const why = leftOut.map(({ object, message }) => `${String(object + 1)}. ${message}`);
  return `None of the ${String(objects.length)} requests of ${name} is for this: ${why.join(' ')}`;
}

function toReady(
  { call }: RunStart,
  { job, first }: Extract<NextRequest, { readonly status: 'ready' }>,
  send: (signal: AbortSignal) => Promise<MethodRun>,
): PreparedMethod {
  const { place, compiled, scrubber } = job;
  const { writes, idField } = methodRow(call.method);
  const of = place.object.requests.length;
  return {
    status: 'ready',
    request: scrubber.request(first.request, call.file?.size),
    ...(writes && of > 1 ? { part: { number: place.requestIndex + 1, of } } : {}),
    place: { object: place.objectIndex, request: place.requestIndex },
    idempotent: mayRepeat(situation(job, first.request)),
    ...(isKeyed(job) ? { keyed: true as const } : {}),
    ...(compiled.bind.binds.includes(idField) ? { makesRecord: true as const } : {}),
    signedIn: {
      locals: call.credential?.locals ?? {},
      properties: call.credential?.properties ?? {},
    },
    send,
  };
}

function signsIn({ signIn }: CompiledDocument): boolean {
  return signIn.kind === 'oauth2' || signIn.kind === 'session';
}

function notSent(reason: NotSentReason, name: string, message: string): NotSent {
  return { status: 'not_sent', reason, name, message };
}
