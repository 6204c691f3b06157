import type { BindContext } from '../document/bind/compile-binding.ts';
import type { CompiledMethod } from '../document/compiled-document.ts';
import type { RenderContext } from '../document/render/request.ts';
import { isRawNumber } from '../document/json-value.ts';
import { completeProperties } from '../document/names/properties.ts';
import type { Scalar } from '../document/values/values.ts';
import { mayRepeat } from './classify.ts';
import type { MethodCall, MethodRun, MethodRunnerDeps } from './method-call.ts';
import { createExchangeScrubber } from './scrub-exchange.ts';
import type { ScrubbedRequest } from './scrub-exchange.ts';
import { renderFirst, sendPages } from './send-pages.ts';

/** Why nothing is sent. `needs_auth`: a sign-in is needed, and there is none. */
export type NotSentReason =
  'missing_value' | 'unsafe_value' | 'not_supported' | 'needs_auth' | 'absent';

export type PreparedMethod =
  | {
      readonly status: 'ready';
      /** The first request, for people. */
      readonly request: ScrubbedRequest;
      /** Sending it twice does no harm. */
      readonly idempotent: boolean;
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
      if (call.document.authentication === 'oauth2') {
        const message = 'A sign-in at the CRM is needed; OAuth2 sign-in is not supported yet.';
        return notSent('needs_auth', 'OAuth2', message);
      }
      return prepareMethod(deps, call, method);
    },
  };
}

function prepareMethod(
  deps: MethodRunnerDeps,
  call: MethodCall,
  method: CompiledMethod,
): PreparedMethod {
  const { connection } = call;
  const context: RenderContext = {
    values: call.values,
    properties: connection.properties,
    country: connection.country,
    timezone: connection.timezone,
    phones: deps.phones,
    boundary: deps.randomId().replaceAll(/[^A-Za-z0-9]/g, ''),
    origins: connection.origins,
    ...(call.file === undefined ? {} : { file: call.file }),
  };
  const scrubber = createExchangeScrubber(call.document.properties, connection.properties);
  const compared = comparedIn(call, method, context);
  const job = { deps, call, method, context, compared, scrubber };
  const first = renderFirst(method, context);
  if (first.status === 'missing_value') {
    return notSent('missing_value', first.name, `${call.method} needs a value for ${first.name}.`);
  }
  if (first.status === 'unsafe_value') {
    const message = scrubber.text(`The value of ${first.name} cannot be sent: ${first.message}`);
    return notSent('unsafe_value', first.name, message);
  }
  return {
    status: 'ready',
    request: scrubber.request(first.request, call.file?.size),
    idempotent: mayRepeat({ method: call.method, httpMethod: first.request.method }),
    send: (signal) => sendPages(job, first, signal),
  };
}

/**
 * A name that is known is compared as it would be sent to this CRM: in the declared type, with
 * defaults, a number in the form that is asked for.
 */
function comparedIn(call: MethodCall, method: CompiledMethod, context: RenderContext): BindContext {
  const values: Record<string, Scalar> = Object.create(null);
  for (const name of method.bind.compares) {
    const sent = call.document.variable(name, context);
    const value = isRawNumber(sent) ? sent.rawJSON : sent;
    if (typeof value !== 'object' && value !== undefined) values[name] = value;
  }
  const properties = completeProperties(call.document.properties)(context.properties);
  return { values, properties };
}

function notSent(reason: NotSentReason, name: string, message: string): PreparedMethod {
  return { status: 'not_sent', reason, name, message };
}
