import type { BoundRecord } from '../document/bind/compile-binding.ts';
import type { CompiledMethod, CompiledMethodObject } from '../document/compiled-document.ts';
import { methodRow, objectsThatRun } from '../document/methods.ts';
import type { PhoneFormat } from '../document/names/parameters.ts';
import type { Note } from '../document/values/values.ts';
import { phoneFormatsFor } from '../document/render/phone-formats.ts';
import { joinObjects, joinSteps, mergeRecords } from './join-records.ts';
import { keepCaller } from './keep-caller.ts';
import type { Found } from './keep-caller.ts';
import type { MethodRun } from './method-call.ts';
import { contextOf, createJob } from './method-job.ts';
import type { MethodJob, RequestPlace, RunStart } from './method-job.ts';
import { nextRequest } from './next-request.ts';
import type { NextRequest } from './next-request.ts';
import type { Outcome } from './outcome.ts';
import { tellFound } from './outcome-words.ts';
import { createRunLog } from './run-log.ts';
import type { RunLog } from './run-log.ts';
import { hasAskedEnough, RECORDS_MAX, sendPages } from './send-pages.ts';
import { isOutOfTime, outOfTime } from './walk-pages.ts';
import { withLinks } from './with-links.ts';

/** One object of a method that reads, with one form of the number, before it runs. */
export interface ReadTask {
  readonly place: RequestPlace;
  /** Its first request, as it was prepared. */
  readonly begun: NextRequest;
}

/** Why an object does not run, in words. */
export interface LeftOut {
  readonly object: number;
  readonly message: string;
}

/**
 * What a method that reads may ask, in order: each object whose `when` holds, in `FindContact` once
 * for each form of the number that makes another request.
 */
export function readTasks(
  start: RunStart,
  method: CompiledMethod,
): { readonly tasks: readonly ReadTask[]; readonly leftOut: readonly LeftOut[] } {
  const { running, leftOut } = objectsToRun(start, method);
  const asked = new Set<string>();
  const tasks = formatsOf(start, method).flatMap((format) =>
    running.flatMap((place): readonly ReadTask[] => {
      const own: RequestPlace = {
        ...place,
        ...(format === undefined ? {} : { phoneFormat: format }),
      };
      const key = format === undefined ? undefined : requestsKey(start, own);
      if (key !== undefined && asked.has(key)) return [];
      if (key !== undefined) asked.add(key);
      return [{ place: own, begun: nextRequest(start, own) }];
    }),
  );
  return { tasks, leftOut };
}

/** The objects whose `when` holds: as many as the method runs. */
export function objectsToRun(
  start: RunStart,
  method: CompiledMethod,
): { readonly running: readonly RequestPlace[]; readonly leftOut: readonly LeftOut[] } {
  const running: RequestPlace[] = [];
  const leftOut: LeftOut[] = [];
  for (const [objectIndex, object] of method.objects.entries()) {
    const place: RequestPlace = { object, objectIndex, requestIndex: 0, bound: {} };
    const condition = object.when?.(contextForWhen(start, place));
    if (condition?.runs === false) {
      leftOut.push({ object: objectIndex, message: condition.message });
      continue;
    }
    running.push(place);
    if (objectsThatRun(method.name) === 'first') break;
  }
  return { running, leftOut };
}

/** A condition asks about the values of the call: the kind of record is that of the call too. */
function contextForWhen(start: RunStart, place: RequestPlace): ReturnType<typeof contextOf> {
  const { contactType: _, ...object } = place.object;
  return contextOf(start, { ...place, object });
}

function formatsOf(start: RunStart, method: CompiledMethod): readonly (PhoneFormat | undefined)[] {
  const [object] = method.objects;
  if (method.name !== 'FindContact' || object === undefined) return [undefined];
  const place: RequestPlace = { object, objectIndex: 0, requestIndex: 0, bound: {} };
  return phoneFormatsFor(start.call.document.source, contextOf(start, place));
}

/** What an object would send, so that no request is sent twice for two forms. */
function requestsKey(start: RunStart, place: RequestPlace): string {
  const rendered = place.object.requests.map((compiled) => {
    const { context } = createJob(start, place, compiled);
    // Each rendering has a boundary of its own.
    return compiled.render({ ...context, boundary: 'boundary' });
  });
  return JSON.stringify([place.objectIndex, rendered]);
}

/**
 * Runs a method that reads: `FindContact` until an object finds somebody, the others all objects,
 * whose records are joined. An outcome that is no answer ends it. Never rejects.
 */
export async function runReads(
  start: RunStart,
  tasks: readonly ReadTask[],
  signal: AbortSignal,
): Promise<MethodRun> {
  const { call, deps } = start;
  const { idField } = methodRow(call.method);
  const log = createRunLog(deps.clock.monotonic());
  const lists: (readonly BoundRecord[])[] = [];
  let credential = start.credential;
  let last: ObjectRun | undefined;
  for (const task of tasks) {
    if (hasAskedEnough(call, log)) break;
    const own = {
      ...start,
      credential,
      ...(last === undefined ? {} : { earlier: last.job.tokens }),
    };
    const begun = credential === start.credential ? task.begun : nextRequest(own, task.place);
    if (begun.status !== 'ready') {
      log.note(...notesOf(begun));
      continue;
    }
    if (last !== undefined && isOutOfTime(begun.job, log.started)) {
      last = { ...last, outcome: outOfTime(begun.job, begun.first.request) };
      break;
    }
    last = await runObject(own, begun, { log, signal });
    credential = last.job.credential;
    lists.push(last.records);
    if (last.outcome.action !== 'succeed') break;
    if (call.method === 'FindContact' && last.records.length > 0) break;
    if (lists.reduce((sum, list) => sum + list.length, 0) >= RECORDS_MAX) break;
  }
  if (last === undefined) throw new RangeError('a run needs a request that can be sent');
  return finish(last, joinObjects(lists, idField), log);
}

/** What came of one object of a method that reads. */
export interface ObjectRun extends Found {
  readonly job: MethodJob;
  readonly endedBy?: string;
  /** Of the bodies of its answers, unpacked. */
  readonly bytes: number;
}

/** Runs the requests of one object in order; what they bound is held until the last one. Never rejects. */
export async function runObject(
  start: RunStart,
  begun: Extract<NextRequest, { readonly status: 'ready' }>,
  { log, signal }: { readonly log: RunLog; readonly signal: AbortSignal },
): Promise<ObjectRun> {
  const { call, deps } = start;
  const { idField } = methodRow(call.method);
  const { object } = begun.job.place;
  let next: NextRequest = begun;
  let records: readonly BoundRecord[] = [];
  let done: ObjectRun = { job: begun.job, records, outcome: NOTHING_YET, bytes: 0 };
  while (next.status === 'ready') {
    const run = await sendPages(next.job, next.first, log, signal);
    records = joinSteps(records, run.records, idField);
    done = { ...run, records, bytes: done.bytes + run.bytes };
    if (run.outcome.action !== 'succeed') return done;
    const { place, credential, tokens } = run.job;
    const bound = mergeRecords(place.bound, records[0] ?? {});
    const following = { ...place, requestIndex: place.requestIndex + 1, bound };
    next = nextRequest({ ...start, credential, earlier: tokens }, following);
    if (next.status === 'ready' && isOutOfTime(next.job, log.started)) {
      return { ...done, outcome: outOfTime(next.job, next.first.request) };
    }
  }
  log.note(...notesOf(next));
  if (next.status === 'stopped') return { ...done, outcome: halted(done.outcome, next.message) };
  const whole = ofAllRequests(identified(done, object, idField));
  const kept =
    call.method === 'FindContact' ? keepCaller(whole, object, { deps, call, log }) : whole;
  return { ...whole, ...kept, records: withLinks(kept.records, whole.job) };
}

const NOTHING_YET: Outcome = {
  kind: 'not_found',
  effect: 'executed',
  action: 'succeed',
  breaker: false,
  message: 'The CRM found nothing.',
};

/** A record without the own id, where one request looks for it, is none. */
function identified(run: ObjectRun, object: CompiledMethodObject, idField: string): ObjectRun {
  const bindsId = object.requests.some(({ bind }) => bind.binds.includes(idField));
  if (!bindsId || object.requests.length === 1) return run;
  return { ...run, records: run.records.filter((record) => Object.hasOwn(record, idField)) };
}

/** A last page or step without records finds nobody, but those before it did; and the other way. */
function ofAllRequests(run: ObjectRun): ObjectRun {
  const { outcome, records, job } = run;
  const found = records.length > 0;
  if (outcome.kind === 'not_found' && found) {
    return { ...run, outcome: { ...outcome, kind: 'success' } };
  }
  const isLookUp = methodRow(job.call.method).kind === 'find';
  const looked = job.place.object.requests.length > 1;
  return outcome.kind === 'success' && !found && isLookUp && looked
    ? { ...run, outcome: NOTHING_YET }
    : run;
}

function notesOf(next: NextRequest): readonly Note[] {
  if (next.status === 'none') return [...next.notes];
  return next.status === 'stopped' ? [{ code: next.reason, message: next.message }] : [];
}

function halted(outcome: Outcome, message: string): Outcome {
  return { ...outcome, kind: 'refused', effect: 'not_executed', action: 'park', message };
}

function finish(last: ObjectRun, records: readonly BoundRecord[], log: RunLog): MethodRun {
  const { job, endedBy } = last;
  const { method } = job.call;
  const outcome =
    last.outcome.kind === 'not_found' && records.length > 0
      ? { ...last.outcome, kind: 'success' as const }
      : last.outcome;
  const told = tellFound(outcome, method, records.length);
  return {
    ...log.told(),
    outcome: { ...told, message: job.scrubber.text(told.message) },
    records,
    executedWithoutId: false,
    ...(endedBy === undefined ? {} : { endedBy }),
  };
}
