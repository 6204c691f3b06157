import type * as z from 'zod';

import type { EventResult as Result, Intake } from '../../calls/intake.ts';
import type { EventSource } from '../../calls/route-events.ts';
import type { Proof, SignedIntake } from '../../calls/signatures/signed-intake.ts';
import { listRefusedEvents as listRefused } from '../../calls/refused-events-repository.ts';
import {
  listRefusedEvents,
  MAX_EVENTS,
  receiveWebhook,
  sendCallEvents,
} from '../../contract/call-events.ts';
import type { EventResult } from '../../contract/call-events.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Database } from '../../store/database.ts';
import type { Metrics } from '../metrics.ts';
import { bearerKey } from '../plugins/authenticate.ts';
import { SIGNATURE_HEADER } from '../plugins/json-body.ts';
import type { Access, Principal } from '../principal.ts';
import { refuseHeld } from '../refuse-held.ts';
import { route } from '../route.ts';
import type { RequestContext, Route } from '../route.ts';
import { presentRefusedEvent } from './present-refused-event.ts';
import { presentPage } from './present.ts';

export interface CallEventDeps {
  readonly database: Pick<Database, 'read'>;
  readonly intake: Intake;
  readonly signedIntake: SignedIntake;
  readonly access: Access;
  readonly metrics: Pick<Metrics, 'countEvent'>;
}

/** Of an id that may be anything: it is refused beyond this length. */
const ID_SHOWN = 200;

/** The doors through which phone systems report calls. */
export function callEventRoutes(deps: CallEventDeps): readonly Route[] {
  const { database, intake, signedIntake, access, metrics } = deps;
  const tell = (
    log: RequestContext['log'],
    told: { source: EventSource; events: readonly unknown[]; results: readonly Result[] },
  ): { results: z.input<typeof EventResult>[] } => {
    const { source, events, results } = told;
    for (const [at, result] of results.entries()) {
      metrics.countEvent(result.status);
      if (result.status !== 'refused') continue;
      const fields = { phone_system: source.phoneSystemId, call_id: callIdOf(events[at]) };
      // Never the message: it may repeat what the event says of a number.
      log.warn({ ...fields, code: result.code }, 'call event refused');
    }
    return { results: results.map(present) };
  };
  return [
    route(sendCallEvents, async ({ body }, context) => {
      const { principal, log } = context;
      const events: readonly unknown[] = Array.isArray(body) ? body : [body];
      if (events.length === 0 || events.length > MAX_EVENTS) {
        throw new AppError(
          'invalid_request',
          `The body holds ${events.length} events; send 1 to ${MAX_EVENTS} at once.`,
        );
      }
      const source = sourceOf(principal);
      const from = { source, proof: proofOf(context, principal), events };
      const results = await signedIntake.accept(from, (fresh) => intake.accept(source, fresh));
      return { body: tell(log, { source, events, results }) };
    }),
    route(receiveWebhook, async ({ params, body }, context) => {
      const { header, log } = context;
      const { api_token: token } = body;
      const key = bearerKey(header('authorization')) ?? (typeof token === 'string' ? token : '');
      const principal = await access.authenticate(key);
      // A foreign phone system, a missing one and a wrong key are answered alike.
      if (principal?.phoneSystemId !== params.phone_system_id) {
        throw new AppError(
          'unauthorized',
          'Send the key of this phone system as `api_token` or as `Authorization: Bearer <key>`.',
        );
      }
      refuseHeld(principal.hold, { scope: principal.scope, endpoint: receiveWebhook.name });
      const source = sourceOf(principal);
      const from = { source, proof: proofOf(context, principal), events: [body] };
      const results = await signedIntake.accept(from, async () => [
        await intake.acceptWebhook(source, body),
      ]);
      return { body: tell(log, { source, events: [body['params']], results }) };
    }),
    route(listRefusedEvents, async ({ query }, { scope }) => ({
      body: presentPage(await listRefused(database.read, scope(), query), presentRefusedEvent),
    })),
  ];
}

function proofOf(
  { header, rawBody }: Pick<RequestContext, 'header' | 'rawBody'>,
  principal: Principal | undefined,
): Proof {
  return {
    headers: {
      id: header('webhook-id'),
      timestamp: header('webhook-timestamp'),
      signature: header(SIGNATURE_HEADER),
    },
    raw: rawBody,
    required: principal?.mustSign === true,
  };
}

function sourceOf(principal: Principal | undefined): EventSource {
  const { phoneSystemId, organizationId, domain } = principal ?? {};
  if (phoneSystemId === undefined) {
    throw new Error('A key of the scope events belongs to a phone system.');
  }
  if (organizationId === undefined) return { phoneSystemId };
  return { phoneSystemId, organizationId, domain };
}

/** The id of the call as far as an event that was refused has one. */
function callIdOf(event: unknown): string | null {
  const id: unknown =
    typeof event === 'object' && event !== null ? Reflect.get(event, 'call_id') : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id).slice(0, ID_SHOWN) : null;
}

function present(result: Result): z.input<typeof EventResult> {
  if (result.status === 'refused') {
    return { status: 'refused', call_id: null, code: result.code, message: result.message };
  }
  const notes = result.notes.length === 0 ? {} : { notes: [...result.notes] };
  return { status: result.status, call_id: result.callId, ...notes };
}
