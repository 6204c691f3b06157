import type * as z from 'zod';

import { getCall as readCall, listCalls as readCalls } from '../../calls/ledger.ts';
import type { ActionDeps } from '../../calls/change-step.ts';
import type { Onlooker } from '../../calls/onlooker.ts';
import {
  discardStep as discard,
  replayCall as replayAll,
  replayStep as replay,
} from '../../calls/ledger-actions.ts';
import { replayMany as replaySeveral } from '../../calls/replay-many.ts';
import { settleUnknown } from '../../calls/settle-by-hand.ts';
import type { Seen } from '../../calls/settle-by-hand.ts';
import { listRecordings as readRecordings } from '../../calls/list-recordings.ts';
import type { ListRecordingsDeps } from '../../calls/list-recordings.ts';
import type { ViewDeps } from '../../connections/connection-view.ts';
import { findConnection } from '../../connections/connections-repository.ts';
import { whoSignsIn } from '../../connections/sign-in/signs-in.ts';
import {
  discardStep,
  getCall,
  listCalls,
  replayCall,
  replayStep,
  settleStep,
} from '../../contract/calls.ts';
import type { CallWithSteps } from '../../contract/calls.ts';
import { replayMany } from '../../contract/replays.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import { presentCall, presentCallDetail } from '../present-call.ts';
import type { ConnectionHealthView } from '../present-call.ts';
import { route } from '../route.ts';
import type { Answer, Route } from '../route.ts';
import { actorOf, iso, presentPage } from './present.ts';

export interface CallRouteDeps extends ActionDeps, ListRecordingsDeps, Pick<ViewDeps, 'documents'> {
  readonly onlooker: Pick<Onlooker, 'changed'>;
}

/** The ledger: what became of each call, and what people can do about it. */
export function callRoutes(deps: CallRouteDeps): readonly Route[] {
  const { database } = deps;
  const answer = async (
    scope: OrganizationScope,
    callId: string,
  ): Promise<Answer<z.input<typeof CallWithSteps>>> => {
    const health = async (connectionId: string): Promise<ConnectionHealthView | undefined> => {
      const row = await findConnection(database.read, scope, connectionId);
      return row && { ...row, signsIn: whoSignsIn(deps.documents(row).signIn) };
    };
    const signsIn = async (id: string) => (await health(id))?.signsIn;
    const call = await readCall(database, scope, callId, signsIn);
    const found = await Promise.all(call.lanes.map(({ connectionId }) => health(connectionId)));
    const connections = found.filter((connection) => connection !== undefined);
    const recordings = await readRecordings(deps, scope, call.id);
    return { body: presentCallDetail(call, connections, recordings ?? []) };
  };
  const changed = (
    scope: OrganizationScope,
    callId: string,
  ): Promise<Answer<z.input<typeof CallWithSteps>>> => {
    deps.onlooker.changed(scope.organizationId, callId);
    return answer(scope, callId);
  };
  return [
    route(listCalls, async ({ query }, { scope }) => {
      const { limit, cursor, state, since, until } = query;
      const filter = {
        state,
        connectionId: query.connection_id,
        phoneSystemId: query.phone_system_id,
        externalId: query.phone_call_id,
        since: since === undefined ? undefined : Date.parse(since),
        until: until === undefined ? undefined : Date.parse(until),
      };
      const page = await readCalls(database, scope(), { filter, page: { limit, cursor } });
      return { body: presentPage(page, presentCall) };
    }),
    route(getCall, async ({ params }, { scope }) => answer(scope(), params.call_id)),
    route(replayCall, async ({ params }, context) => {
      const scope = context.scope();
      const callId = params.call_id;
      await replayAll(deps, scope, { callId, actor: actorOf(context) });
      return changed(scope, callId);
    }),
    route(replayStep, async ({ params }, context) => {
      const scope = context.scope();
      const request = { stepId: params.step_id, actor: actorOf(context) };
      return changed(scope, await replay(deps, scope, request));
    }),
    route(replayMany, async ({ body }, context) => {
      const { since, until, reason, preview } = body;
      const filter = {
        connectionId: body.connection_id,
        reason,
        since: since === undefined ? undefined : Date.parse(since),
        until: until === undefined ? undefined : Date.parse(until),
      };
      const request = { filter, preview, actor: actorOf(context) };
      const replayed = await replaySeveral(deps, context.scope(), request);
      const { steps, calls, more, leftToPeople, lastAt } = replayed;
      return {
        body: {
          ...{ preview, steps, calls, more, left_to_people: leftToPeople },
          last_at: lastAt === undefined ? null : iso(lastAt),
        },
      };
    }),
    route(settleStep, async ({ params, body }, context) => {
      const scope = context.scope();
      const callId = await settleUnknown(deps, scope, {
        stepId: params.step_id,
        actor: actorOf(context),
        answer: seen(body),
      });
      return changed(scope, callId);
    }),
    route(discardStep, async ({ params, body }, context) => {
      const scope = context.scope();
      const request = { stepId: params.step_id, actor: actorOf(context), reason: body.reason };
      return changed(scope, await discard(deps, scope, request));
    }),
  ];
}

function seen(body: z.output<typeof settleStep.body>): Seen {
  switch (body.outcome) {
    case 'found':
      return { found: body.activity_id };
    case 'absent':
      return { absent: true };
    case 'deleted':
      return { deleted: true };
  }
}
