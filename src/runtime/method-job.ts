import type { BindContext } from '../document/bind/compile-binding.ts';
import type { CompiledRequest } from '../document/compiled-document.ts';
import { isRawNumber } from '../document/json-value.ts';
import { completeProperties } from '../document/names/properties.ts';
import type { RenderContext } from '../document/render/request.ts';
import type { Scalar } from '../document/values/values.ts';
import { secretsIn } from './credential.ts';
import type { Credential } from './credential.ts';
import type { MethodCall, MethodRunnerDeps } from './method-call.ts';
import { createExchangeScrubber } from './scrub-exchange.ts';
import type { ExchangeScrubber } from './scrub-exchange.ts';

/** One request of a method about to run, with one credential. */
export interface MethodJob {
  readonly deps: MethodRunnerDeps;
  readonly call: MethodCall;
  readonly compiled: CompiledRequest;
  readonly credential: Credential | undefined;
  readonly context: RenderContext;
  /** Where its requests may go. */
  readonly origins: readonly string[];
  /** What names that are known stand for in the answer. */
  readonly compared: BindContext;
  readonly scrubber: ExchangeScrubber;
  /** Tokens that this run has used: the CRM may still repeat an older one. */
  readonly tokens: readonly string[];
}

/**
 * Puts together what running a method needs: values and properties of the call with those of the
 * sign-in, and the origins that these properties pin. `earlier`: tokens used before in this run.
 */
export function createJob(
  deps: MethodRunnerDeps,
  call: MethodCall,
  of: {
    readonly compiled: CompiledRequest;
    readonly credential?: Credential | undefined;
    readonly earlier?: readonly string[];
  },
): MethodJob {
  const { connection, document } = call;
  const { compiled, credential, earlier = [] } = of;
  const filled = credential?.properties ?? {};
  const properties = { ...connection.properties, ...filled };
  // What a sign-in fills may choose the address; `hosts` says among which.
  const origins =
    Object.keys(filled).length === 0 ? connection.origins : document.originsOf(properties);
  const { accessToken, sessionToken } = credential ?? {};
  const context: RenderContext = {
    values: { ...credential?.locals, ...call.values },
    properties,
    country: connection.country,
    timezone: connection.timezone,
    phones: deps.phones,
    boundary: deps.randomId().replaceAll(/[^A-Za-z0-9]/g, ''),
    origins,
    ...(call.file === undefined ? {} : { file: call.file }),
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
  const tokens = [...earlier, ...(credential === undefined ? [] : secretsIn(credential))];
  return {
    deps,
    call,
    compiled,
    credential,
    context,
    origins,
    compared: comparedIn(call, compiled, context),
    scrubber: createExchangeScrubber(document.properties, properties, [
      ...tokens,
      ...(call.hidden ?? []),
    ]),
    tokens,
  };
}

/**
 * A name that is known is compared as it would be sent to this CRM: in the declared type, with
 * defaults, a number in the form that is asked for.
 */
function comparedIn(
  call: MethodCall,
  compiled: CompiledRequest,
  context: RenderContext,
): BindContext {
  const values: Record<string, Scalar> = Object.create(null);
  for (const name of compiled.bind.compares) {
    const sent = call.document.variable(name, context);
    const value = isRawNumber(sent) ? sent.rawJSON : sent;
    if (typeof value !== 'object' && value !== undefined) values[name] = value;
  }
  const properties = completeProperties(call.document.properties)(context.properties);
  return { values, properties };
}
