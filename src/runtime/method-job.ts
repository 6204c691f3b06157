import type { BindContext, BoundRecord } from '../document/bind/compile-binding.ts';
import type { CompiledMethodObject, CompiledRequest } from '../document/compiled-document.ts';
import { isRawNumber } from '../document/json-value.ts';
import type { PhoneFormat } from '../document/names/parameters.ts';
import { completeProperties } from '../document/names/properties.ts';
import type { PagerState } from '../document/paging/pager.ts';
import type { RenderContext } from '../document/render/request.ts';
import type { ExpressionBudget } from '../document/render/scope.ts';
import type { Scalar, Values } from '../document/values/values.ts';
import { secretsIn } from './credential.ts';
import type { Credential } from './credential.ts';
import type { MethodCall, MethodRunnerDeps } from './method-call.ts';
import type { createScrubberKeeper } from './keep-scrubbers.ts';
import type { ExchangeScrubber } from './scrub-exchange.ts';

/** Which request of a method is about to run, and what is known by then. */
export interface RequestPlace {
  readonly object: CompiledMethodObject;
  /** Places in the document, from 0. */
  readonly objectIndex: number;
  readonly requestIndex: number;
  /** What earlier requests of the method bound; it is nearer than the values of the call. */
  readonly bound: BoundRecord;
  readonly phoneFormat?: PhoneFormat;
  /** The page that is asked for, where it is not the first one. */
  readonly page?: PagerState;
}

/** One request of a method about to run, with one credential. */
export interface MethodJob {
  readonly deps: MethodRunnerDeps;
  readonly scrubberOf: RunStart['scrubberOf'];
  readonly call: MethodCall;
  readonly place: RequestPlace;
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

/** What all requests of a run start from. */
export interface RunStart {
  readonly deps: MethodRunnerDeps;
  /** Of the runner. */
  readonly scrubberOf: ReturnType<typeof createScrubberKeeper>;
  readonly call: MethodCall;
  readonly credential: Credential | undefined;
  /** Tokens used before in this run. */
  readonly earlier?: readonly string[];
  /** Of everything that is rendered before the first request leaves. */
  readonly expressions?: ExpressionBudget;
}

/** Puts together what one request of a method needs. */
export function createJob(
  start: RunStart,
  place: RequestPlace,
  compiled: CompiledRequest,
): MethodJob {
  const { deps, call, credential, earlier = [] } = start;
  const context = contextOf(start, place);
  const tokens = [...earlier, ...(credential === undefined ? [] : secretsIn(credential))];
  return {
    deps,
    scrubberOf: start.scrubberOf,
    call,
    place,
    compiled,
    credential,
    context,
    origins: context.origins ?? [],
    compared: comparedIn(call, compiled, context),
    scrubber: start.scrubberOf({
      fields: call.document.properties,
      properties: call.connection.properties,
      filled: credential?.properties ?? {},
      more: [...tokens, ...(call.hidden ?? [])],
    }),
    tokens,
  };
}

/**
 * What a request is rendered with: values and properties of the call with those of the sign-in, what
 * earlier requests bound, and the origins that these properties pin.
 */
export function contextOf(
  { deps, call, credential, expressions }: RunStart,
  place: RequestPlace,
): RenderContext {
  const { connection, document } = call;
  const filled = credential?.properties ?? {};
  const properties = { ...connection.properties, ...filled };
  // What a sign-in fills may choose the address; `hosts` says among which.
  const origins =
    Object.keys(filled).length === 0 ? connection.origins : document.originsOf(properties);
  const { accessToken, sessionToken } = credential ?? {};
  const { phoneFormat } = place;
  return {
    values: { ...credential?.locals, ...call.values, ...valuesAt(call, place) },
    properties,
    country: connection.country,
    timezone: connection.timezone,
    phones: deps.phones,
    boundary: deps.randomId().replaceAll(/[^A-Za-z0-9]/g, ''),
    origins,
    ...(connection.mayReach === undefined ? {} : { mayReach: connection.mayReach }),
    ...(call.file === undefined ? {} : { file: call.file }),
    ...(call.cleared === undefined ? {} : { cleared: call.cleared }),
    ...(phoneFormat === undefined ? {} : { phoneFormat }),
    ...(expressions === undefined ? {} : { expressions }),
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    ...(credential === undefined ? {} : { signedIn: credential.locals }),
  };
}

/** The values that belong to this object of the method and to its earlier requests. */
function valuesAt(
  { sinceByObject }: MethodCall,
  { object, objectIndex, bound }: RequestPlace,
): Values {
  const values: Record<string, Scalar | null | undefined> = Object.create(null);
  if (sinceByObject !== undefined) values['since'] = sinceByObject[objectIndex];
  if (object.contactType !== undefined) values['contact_type'] = object.contactType;
  for (const [name, value] of Object.entries(bound)) {
    values[name] = typeof value === 'string' ? value : value[0];
  }
  return values;
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
