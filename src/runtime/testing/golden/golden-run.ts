import { compileDocument } from '../../../document/compile.ts';
import { methodRow } from '../../../document/methods.ts';
import type { MethodName } from '../../../document/methods.ts';
import type { Egress, EgressResult } from '../../../http/egress.ts';
import type { FileSource } from '../../../http/request-body.ts';
import type { CompiledDocument } from '../../../document/compiled-document.ts';
import type { Clock } from '../../../time/clock.ts';
import type { MethodRun } from '../../method-call.ts';
import { createMethodRunner } from '../../run-method.ts';
import { createPhoneNumbers } from '../../../contacts/phone-number.ts';
import { GOLDEN_NOW } from './fault.ts';
import type { GoldenFault } from './fault.ts';

/** With which HTTP method the document writes. */
export type Verb = 'POST' | 'PUT';

export interface GoldenRunner {
  /** Runs a method against this fault. */
  run(fault: GoldenFault, method: MethodName, how?: GoldenWay): Promise<MethodRun>;
}

export interface GoldenWay {
  readonly verb?: Verb;
  /** Where requests leave by, and to which origin; without it the fault is the answer. */
  readonly door?: { readonly egress: Egress; readonly origin: string };
  /** What `UploadFile` sends. */
  readonly file?: FileSource;
  readonly signal?: AbortSignal;
}

const ORIGIN = 'https://crm.test';

/** Runs the whole runtime, from a compiled document to the outcome, on answers that are given. */
export function createGoldenRunner(): GoldenRunner {
  const documents = new Map<string, CompiledDocument>();
  return {
    run: async (fault, method, { verb = 'POST', door, file, signal } = {}) => {
      const origin = door?.origin ?? ORIGIN;
      const says = file === undefined ? fault.says : { ...fault.says, ...SENDS_FILE };
      const text = goldenDocument(method, { verb, says, origin });
      const document = documents.get(text) ?? compileDocument(text);
      documents.set(text, document);
      const runner = createMethodRunner({
        egress: door?.egress ?? answersWith(fault.result),
        phones: createPhoneNumbers(),
        clock: CLOCK,
        randomId: () => 'boundary',
      });
      const prepared = runner.prepare({
        document,
        method,
        connection: { ...CONNECTION, origins: [origin] },
        values: { filename: 'call.wav' },
        ...(file === undefined ? {} : { file }),
        ...(fault.recordAgeMs === undefined ? {} : { recordAgeMs: fault.recordAgeMs }),
      });
      if (prepared.status !== 'ready') throw new Error(prepared.message);
      return await prepared.send(signal ?? new AbortController().signal);
    },
  };
}

function answersWith(result: EgressResult): Egress {
  return {
    send: () => Promise.resolve(result),
    checkUrl: () => ({ ok: true }),
    close: () => Promise.resolve(),
  };
}

const CLOCK: Clock = {
  now: () => GOLDEN_NOW,
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
};

const CONNECTION = {
  id: 'c1',
  organizationId: 'o1',
  properties: {},
  country: 'GB',
  timezone: 'Europe/London',
};

const SENDS_FILE = {
  request_content_type: 'multipart/form-data',
  request_parameters: { file: '$file$' },
};

/** A document with this method, binding the id of its record. */
function goldenDocument(
  name: MethodName,
  of: { readonly verb: Verb; readonly says: GoldenFault['says']; readonly origin: string },
): string {
  const { verb, says, origin } = of;
  const { writes, idField } = methodRow(name);
  const method = {
    request_method: writes ? verb : 'GET',
    request_path: '/thing',
    ...(writes ? { request_parameters: { text: 'hello' } } : {}),
    response_map: { id: '$ID$' },
    ...says,
  };
  const document = {
    id: 'golden',
    name: 'Golden',
    class: 'crm',
    version: '1.0.0',
    resource_url: origin,
    API: { [name]: method },
  };
  return JSON.stringify(document).replaceAll('$ID$', `$${idField}$`);
}

/** `kind effect action`, then `breaker`, then the wait in milliseconds. */
export function outcomeText({ outcome }: Pick<MethodRun, 'outcome'>): string {
  const { kind, effect, action, breaker, retryAfterMs } = outcome;
  return [kind, effect, action, ...(breaker ? ['breaker'] : []), retryAfterMs ?? []]
    .flat()
    .join(' ');
}
