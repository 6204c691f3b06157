import type { CompiledMethodObject } from '../document/compiled-document.ts';
import { methodRow } from '../document/methods.ts';
import type { LostContent } from '../document/render/request.ts';
import type { Note } from '../document/values/values.ts';
import { contextOf, createJob } from './method-job.ts';
import type { MethodJob, RequestPlace, RunStart } from './method-job.ts';
import { renderPage } from './walk-pages.ts';
import type { FirstRequest } from './walk-pages.ts';

/** The next request of a method object that has something to do. */
export type NextRequest =
  | { readonly status: 'ready'; readonly job: MethodJob; readonly first: FirstRequest }
  /** None is left: `steps` that were passed over are in the notes. */
  | { readonly status: 'none'; readonly notes: readonly Note[] }
  /** A value is missing or cannot be sent. */
  | {
      readonly status: 'stopped';
      readonly reason: 'missing_value' | 'unsafe_value' | 'needs_auth';
      readonly name: string;
      readonly message: string;
    };

/**
 * Goes on to the next request of an object that runs, from `requestIndex` on. A step is passed over whose `when` does not
 * hold or whose path lacks a value; a property that is not filled in stops all, as does a body that
 * would say nothing for want of a key.
 */
export function nextRequest(start: RunStart, place: RequestPlace): NextRequest {
  const { requests, isStepwise } = place.object;
  const notes: Note[] = [];
  for (let index = place.requestIndex; index < requests.length; index += 1) {
    const compiled = requests[index];
    if (compiled === undefined) break;
    const here: RequestPlace = { ...place, requestIndex: index };
    const condition = compiled.when?.(contextOf(start, here));
    if (condition?.runs === false) {
      notes.push(passedOver(place.object, index, condition.message));
      continue;
    }
    const job = createJob(start, here, compiled);
    const first = renderPage(job);
    const lost = first.status === 'request' ? contentLost(start, first.lost) : undefined;
    if (lost !== undefined) return stopped(job, { status: 'missing_value', name: lost });
    if (first.status === 'request') {
      return { status: 'ready', job, first: { ...first, notes: [...notes, ...first.notes] } };
    }
    if (first.status === 'missing_value' && isStepwise && !isProperty(start, first.name)) {
      notes.push(passedOver(place.object, index, `${first.name} has no value.`));
      continue;
    }
    return stopped(job, first);
  }
  return { status: 'none', notes };
}

/**
 * The name for want of which a write would say nothing, or not what its method is for; `undefined`
 * where it says enough. The CRM accepts an empty body, and nobody would learn that nothing came of it.
 */
function contentLost({ call }: RunStart, lost: LostContent | undefined): string | undefined {
  if (lost === undefined || !methodRow(call.method).writes) return undefined;
  const contact = lost.names.find((name) => name === 'contact_type');
  if (lost.whole) return contact ?? lost.names[0];
  return call.method === 'AssignActivity' ? contact : undefined;
}

function passedOver({ requests }: CompiledMethodObject, index: number, why: string): Note {
  const which = `Request ${String(index + 1)} of ${String(requests.length)}`;
  return { code: 'step_skipped', message: `${which} was left out: ${why}` };
}

/** True for a field of the form: without it nothing of the connection can work. */
export function isProperty({ call }: Pick<RunStart, 'call'>, name: string): boolean {
  return call.document.properties.some(({ label }) => label === name);
}

function stopped(
  { call, scrubber }: MethodJob,
  stop: Exclude<ReturnType<typeof renderPage>, { readonly status: 'request' }>,
): NextRequest {
  const { name } = stop;
  if (stop.status === 'unsafe_value') {
    // An address that an answer gave is told by its host, which is no name of the document.
    const isName = call.document.names.resolve(name) !== undefined;
    const what = isName ? `The value of ${name} cannot be sent` : 'Nothing was sent';
    const message = scrubber.text(`${what}: ${stop.message}`);
    return { status: 'stopped', reason: 'unsafe_value', name, message };
  }
  const field = call.document.properties.find(({ label }) => label === name);
  if (field?.filledBySignIn === true) {
    const message = `'${name}' comes with the sign-in: sign in at the CRM again.`;
    return { status: 'stopped', reason: 'needs_auth', name, message };
  }
  const message = `${call.method} needs a value for ${name}.`;
  return { status: 'stopped', reason: 'missing_value', name, message };
}
