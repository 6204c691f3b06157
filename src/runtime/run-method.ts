import type { CompiledDocument, CompiledRequest } from '../document/compiled-document.ts';
import { methodRow } from '../document/methods.ts';
import { requestsOf } from '../document/method-requests.ts';
import { mayRepeat } from './classify.ts';
import { situation } from './judge-answer.ts';
import type { Credential } from './credential.ts';
import type { MethodCall, MethodProgress, MethodRun, MethodRunnerDeps } from './method-call.ts';
import { createJob } from './method-job.ts';
import type { ScrubbedRequest } from './scrub-exchange.ts';
import { renderFirst, sendPages } from './send-pages.ts';

/**
 * Why nothing is sent. `skipped`: its `when`, or that of each of its objects, does not hold.
 * `nothing_left`: of a method in `progress` no further request has anything to do, so it is done with
 * what it bound. `needs_auth`: a person must sign in; `sign_in_unavailable`: the sign-in server
 * is away, so everything waits.
 */
export type NotSentReason =
  | 'missing_value'
  | 'unsafe_value'
  | 'not_supported'
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
      /** Of a method of several requests: which one this is, from 1. */
      readonly part?: { readonly number: number; readonly of: number };
      /** Of a method of several objects or requests: where in it this one stands. */
      readonly place?: Pick<MethodProgress, 'object' | 'request'>;
      /** Its answer tells the id of the record that the method is about. */
      readonly makesRecord?: true;
      /** Sending it twice does no harm. */
      readonly idempotent: boolean;
      /** That is so by its idempotency key: the CRM wants the very same request again. */
      readonly keyed?: true;
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
  /** Renders the request; nothing is sent before `send`. */
  prepare(call: MethodCall): PreparedMethod;
}

/** Runs methods of documents against CRMs. Knows no database and keeps nothing between calls. */
export function createMethodRunner(deps: MethodRunnerDeps): MethodRunner {
  return {
    prepare: (call) => {
      const method = call.document.methods.get(call.method);
      if (method === undefined) {
        return notSent('absent', call.method, `The document has no method ${call.method}.`);
      }
      const [key] = method.unsupported;
      if (key !== undefined) {
        const keys = method.unsupported.join(', ');
        return notSent(
          'not_supported',
          key,
          `${call.method} uses what is not supported yet: ${keys}.`,
        );
      }
      if (signsIn(call.document) && call.credential === undefined) {
        return notSent(
          'needs_auth',
          'OAuth2',
          'Nobody has signed in at the CRM yet: sign in first.',
        );
      }
      const [compiled] = requestsOf(method);
      if (compiled === undefined) {
        return notSent('absent', call.method, `The document has no request for ${call.method}.`);
      }
      return prepareMethod(deps, call, compiled);
    },
  };
}

function prepareMethod(
  deps: MethodRunnerDeps,
  call: MethodCall,
  compiled: CompiledRequest,
): PreparedMethod {
  const job = createJob(deps, call, { compiled, credential: call.credential });
  const { scrubber } = job;
  const first = renderFirst(job);
  if (first.status === 'missing_value') {
    const field = call.document.properties.find(({ label }) => label === first.name);
    if (field?.filledBySignIn === true) {
      const message = `'${first.name}' comes with the sign-in: sign in at the CRM again.`;
      return notSent('needs_auth', first.name, message);
    }
    return notSent('missing_value', first.name, `${call.method} needs a value for ${first.name}.`);
  }
  if (first.status === 'unsafe_value') {
    const message = scrubber.text(`The value of ${first.name} cannot be sent: ${first.message}`);
    return notSent('unsafe_value', first.name, message);
  }
  return {
    status: 'ready',
    request: scrubber.request(first.request, call.file?.size),
    ...(compiled.bind.binds.includes(methodRow(call.method).idField) ? { makesRecord: true } : {}),
    idempotent: mayRepeat(situation(job, first.request)),
    signedIn: {
      locals: call.credential?.locals ?? {},
      properties: call.credential?.properties ?? {},
    },
    send: (signal) => sendPages(job, first, signal),
  };
}

function signsIn({ signIn }: CompiledDocument): boolean {
  return signIn.kind === 'oauth2' || signIn.kind === 'session';
}

function notSent(reason: NotSentReason, name: string, message: string): PreparedMethod {
  return { status: 'not_sent', reason, name, message };
}
