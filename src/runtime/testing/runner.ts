import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import { compileDocument } from '../../document/compile.ts';
import type { MethodName } from '../../document/methods.ts';
import type { Values } from '../../document/values/values.ts';
import { parseAllowRules } from '../../http/allow-rules.ts';
import { createEgress } from '../../http/egress.ts';
import type { EgressLimits } from '../../http/limits.ts';
import { systemClock } from '../../time/clock.ts';
import type { ListCall, ListEvent } from '../list-pages.ts';
import { createMethodRunner } from '../run-method.ts';
import type { FileSource } from '../../http/request-body.ts';
import type { MethodCall, MethodRun } from '../method-call.ts';
import type { PreparedMethod } from '../run-method.ts';
import type { FakeCrm } from './fake-crm.ts';
import type { StreamLimits } from '../stream-answer.ts';
import { fakeCrmDocument, fakeCrmProperties } from './fake-crm-document.ts';

export interface Asking extends Pick<MethodCall, 'credential' | 'renew'> {
  readonly values?: Values;
  readonly file?: FileSource;
  readonly deadlineMs?: number;
  readonly recordAgeMs?: number;
}

export type ListAsking = Omit<Partial<ListCall>, 'method' | 'document' | 'connection'>;

export interface TestRunner {
  prepare(method: MethodName, asking?: Asking): PreparedMethod;
  /** Prepares and sends; throws where nothing can be sent. */
  run(method: MethodName, asking?: Asking, signal?: AbortSignal): Promise<MethodRun>;
  list(
    method: ListCall['method'],
    asking?: ListAsking,
    signal?: AbortSignal,
  ): AsyncIterable<ListEvent>;
  close(): Promise<void>;
}

/** A runner with one connection to a fake CRM, over real sockets. */
export function testRunner(
  crm: FakeCrm,
  options: {
    readonly document?: string;
    readonly properties?: Readonly<Record<string, string>>;
    readonly limits?: Partial<EgressLimits>;
    /** Pinned; default: those that the document gives. */
    readonly origins?: readonly string[];
    readonly streamLimits?: StreamLimits;
  } = {},
): TestRunner {
  const rules = parseAllowRules(crm.host);
  if (!rules.ok) throw new Error('the fake CRM has no address');
  const egress = createEgress({
    allow: rules.rules,
    plainHttp: rules.rules,
    monotonic: systemClock.monotonic,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const phones = createPhoneNumbers();
  const runner = createMethodRunner({
    egress,
    phones,
    clock: systemClock,
    randomId: () => 'boundary-0123456789',
    ...(options.streamLimits === undefined ? {} : { streamLimits: options.streamLimits }),
  });
  const document = compileDocument(options.document ?? fakeCrmDocument());
  const properties = options.properties ?? fakeCrmProperties(crm);
  const connection = {
    id: 'c1',
    organizationId: 'o1',
    properties,
    country: 'GB',
    timezone: 'Europe/London',
    origins: options.origins ?? document.originsOf(properties),
  };
  const prepare: TestRunner['prepare'] = (method, asking = {}) =>
    runner.prepare({ ...asking, document, method, connection, values: asking.values ?? {} });
  return {
    prepare,
    run: async (method, asking, signal = new AbortController().signal) => {
      const prepared = prepare(method, asking);
      if (prepared.status !== 'ready') throw new Error(prepared.message);
      return prepared.send(signal);
    },
    list: (method, asking = {}, signal = new AbortController().signal) =>
      runner.list({ values: {}, ...asking, document, method, connection }, signal),
    close: () => egress.close(),
  };
}
