import type * as z from 'zod';

import type { EventResult as Result, EventSource, Intake } from '../../calls/intake.ts';
import { MAX_EVENTS, receiveWebhook, sendCallEvents } from '../../contract/call-events.ts';
import type { EventResult } from '../../contract/call-events.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Metrics } from '../metrics.ts';
import { bearerKey } from '../plugins/authenticate.ts';
import type { Access, Principal } from '../principal.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';

export interface CallEventDeps {
  readonly intake: Intake;
  readonly access: Access;
  readonly metrics: Pick<Metrics, 'countEvent'>;
}

/** The doors through which phone systems report calls. */
export function callEventRoutes({ intake, access, metrics }: CallEventDeps): readonly Route[] {
  const tell = (results: readonly Result[]): { results: z.input<typeof EventResult>[] } => {
    for (const { status } of results) metrics.countEvent(status);
    return { results: results.map(present) };
  };
  return [
    route(sendCallEvents, async ({ body }, { principal }) => {
      const events: readonly unknown[] = Array.isArray(body) ? body : [body];
      if (events.length === 0 || events.length > MAX_EVENTS) {
        throw new AppError(
          'invalid_request',
          `The body holds ${events.length} events; send 1 to ${MAX_EVENTS} at once.`,
        );
      }
      return { body: tell(await intake.accept(sourceOf(principal), events)) };
    }),
    route(receiveWebhook, async ({ params, body }, { header }) => {
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
      return { body: tell([await intake.acceptWebhook(sourceOf(principal), body)]) };
    }),
  ];
}

function sourceOf(principal: Principal | undefined): EventSource {
  const { phoneSystemId, organizationId } = principal ?? {};
  if (phoneSystemId === undefined || organizationId === undefined) {
    throw new Error('A key of the scope events belongs to a phone system.');
  }
  return { phoneSystemId, organizationId };
}

function present(result: Result): z.input<typeof EventResult> {
  if (result.status === 'refused') {
    return { status: 'refused', call_id: null, code: result.code, message: result.message };
  }
  const notes = result.notes.length === 0 ? {} : { notes: [...result.notes] };
  return { status: result.status, call_id: result.callId, ...notes };
}
