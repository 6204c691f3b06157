import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { ConnectionState } from './connections.ts';
import { Exchange } from './exchanges.ts';
import { Recording } from './recordings.ts';
import { idOf, moment, noBody, noQuery, noParams, pageOf, pageQuery } from './parts.ts';

export const StepState = z
  .enum(['waiting', 'ready', 'sending', 'unknown', 'delivered', 'skipped', 'parked', 'discarded'])
  .meta({
    id: 'StepState',
    description:
      '`waiting`: for an earlier step. `ready`: will be sent. `sending`: a request is out. `unknown`: whether the CRM did it is being found out. `delivered`: done. `skipped`: a rule left it out. `parked`: somebody must act. `discarded`: somebody gave it up.',
  });

export const CallState = z.enum(['open', 'delivered', 'skipped', 'parked', 'discarded']).meta({
  id: 'CallState',
  description:
    'Of a call on all its connections: `parked` if any step is, else `open` while any step is to be done, else how it ended.',
});

const text = (description: string): z.ZodNullable<z.ZodString> =>
  z.string().nullable().meta({ description });

export const Call = z
  .object({
    id: idOf('call'),
    phone_system_id: idOf('phone system'),
    phone_call_id: z
      .string()
      .meta({ description: 'Id of the call in the phone system.', examples: ['c-1'] }),
    state: CallState,
    direction: text('inbound, outbound or internal.'),
    result: text('answered, missed, voicemail, busy, failed or cancelled; null while it lasts.'),
    calling_number: text('Calling number as delivered.'),
    called_number: text('Called number as delivered.'),
    started_at: moment('When it began to ring or to dial.').nullable(),
    answered_at: moment('When somebody answered.').nullable(),
    ended_at: moment('When it ended.').nullable(),
    duration: z
      .number()
      .nullable()
      .meta({ description: 'Seconds of talk.', examples: [63] }),
    possible_duplicate: z
      .boolean()
      .meta({ description: 'True when a record may stand twice in a CRM.' }),
    received_at: moment('When its first event arrived.'),
  })
  .meta({ id: 'Call', description: 'A call as the phone system reported it.' });

export const Attempt = z
  .object({
    number: z
      .number()
      .int()
      .meta({ description: 'From 1.', examples: [1] }),
    purpose: z
      .enum(['run', 'ask'])
      .meta({ description: '`run`: the step itself. `ask`: whether an earlier try had worked.' }),
    method: z
      .string()
      .meta({ description: 'Method of the document that ran.', examples: ['FindActivity'] }),
    state: z.enum(['sending', 'settled', 'lost']).meta({
      description: '`lost`: the process ended before the outcome was known.',
    }),
    outcome: text('Outcome of the exchange, for example `success` or `lost`.'),
    effect: text('`executed`, `not_executed` or `unknown`.'),
    message: text('The outcome in words.'),
    started_at: moment('When it began.').nullable(),
    settled_at: moment('When it was settled.').nullable(),
    part: z
      .object({
        number: z
          .number()
          .int()
          .meta({ description: 'From 1.', examples: [1] }),
        of: z
          .number()
          .int()
          .meta({ description: 'How many there are.', examples: [2] }),
      })
      .nullable()
      .meta({ description: 'Of a method of several requests: which one this was.' }),
    notes: z
      .array(z.string())
      .meta({ description: 'What was noticed in the answer, for example a partial success.' }),
    exchanges: z.array(Exchange).meta({ description: 'Requests and answers; kept for 7 days.' }),
  })
  .meta({ id: 'Attempt', description: 'One try of a step.' });

export const Step = z
  .object({
    id: idOf('step'),
    connection_id: idOf('connection'),
    method: z
      .string()
      .meta({ description: 'Method of the document.', examples: ['CreateActivity'] }),
    state: StepState,
    reason: text('With `skipped`, `parked`, `unknown` and `discarded`: why, as a code.'),
    message: z
      .string()
      .meta({ description: 'What happened, in words.', examples: ['Waits for its turn'] }),
    remedy: text('What to do, where somebody must act.'),
    activity_id: text("The CRM's id of the activity, once known."),
    possible_duplicate: z.boolean().meta({ description: 'True when it may have been done twice.' }),
    ready_at: moment('When it may be tried next.').nullable(),
    attempts: z.array(Attempt).meta({ description: 'All tries, the oldest first.' }),
  })
  .meta({ id: 'Step', description: 'One method for one call on one connection.' });

export const CallOnConnection = z
  .object({
    connection_id: idOf('connection'),
    call_key: z.string().meta({
      description: 'By which the CRM knows the call.',
      examples: ['W8GR2H1KFE78BVX9AX49'],
    }),
    state: ConnectionState.nullable(),
    state_reason: text('Why the connection is in this state: steps wait for it.'),
    skipped: text('Why nothing of the call goes to this CRM; null when something does.'),
  })
  .meta({ id: 'CallOnConnection', description: 'A call on one of its connections.' });

export const CallWithSteps = Call.extend({
  events: z
    .array(
      z.object({
        id: idOf('event'),
        kind: z.string().meta({ description: 'Kind of the event.', examples: ['ringing'] }),
        at: moment("When it happened, by the phone system's clock.").nullable(),
        received_at: moment('When it arrived.'),
        body: z.unknown().meta({
          description: 'The event as it was sent.',
          examples: [{ call_id: 'c-1', kind: 'ringing' }],
        }),
      }),
    )
    .meta({ description: 'All events of the call, in the order of arrival.' }),
  connections: z
    .array(CallOnConnection)
    .meta({ description: 'The connections that the call goes to, and how they are just now.' }),
  steps: z.array(Step).meta({ description: 'All steps, by connection and rank.' }),
  recordings: z.array(Recording).meta({ description: 'Its recordings, the oldest first.' }),
  notes: z
    .array(z.string())
    .meta({ description: 'What was noticed, and who changed what by hand.' }),
}).meta({ id: 'CallWithSteps', description: 'A call with everything that became of it.' });

const base = {
  resource: 'calls',
  scopes: ['admin', 'organization'],
  within: 'organization',
} as const;
const callParams = z.object({ call_id: idOf('call') });
const stepParams = z.object({ step_id: idOf('step') });

export const listCalls = defineEndpoint({
  ...base,
  name: 'listCalls',
  method: 'GET',
  path: '/v1/calls',
  summary: 'List calls, the newest first',
  params: noParams,
  query: z.strictObject({
    ...pageQuery,
    state: CallState.optional(),
    connection_id: idOf('connection').optional(),
    phone_system_id: idOf('phone system').optional(),
    phone_call_id: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'Id of the call in the phone system.' }),
    since: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Calls whose first event arrived at or after this moment.' }),
    until: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Calls whose first event arrived before this moment.' }),
  }),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: pageOf(Call),
  problems: [],
});

export const getCall = defineEndpoint({
  ...base,
  name: 'getCall',
  method: 'GET',
  path: '/v1/calls/{call_id}',
  summary: 'Read a call with its events, steps, attempts and exchanges',
  params: callParams,
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: CallWithSteps,
  problems: ['not_found'],
});

export const replayCall = defineEndpoint({
  ...base,
  name: 'replayCall',
  method: 'POST',
  path: '/v1/calls/{call_id}/replay',
  summary: 'Try the parked steps of a call again',
  description:
    'A connection that has left the call out (see `skipped`) plans it again with the user links and options of today. What was delivered stays as it is. When there is nothing to do the answer is `conflict`, and `detail` says why.',
  params: callParams,
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: CallWithSteps,
  problems: ['not_found', 'conflict'],
});

export const replayStep = defineEndpoint({
  ...base,
  name: 'replayStep',
  method: 'POST',
  path: '/v1/steps/{step_id}/replay',
  summary: 'Try a parked step again',
  params: stepParams,
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: CallWithSteps,
  problems: ['not_found', 'conflict'],
});

export const settleStep = defineEndpoint({
  ...base,
  name: 'settleStep',
  method: 'POST',
  path: '/v1/steps/{step_id}/settle',
  summary: 'Say what became of a step whose outcome is unknown',
  description:
    '`found`: it stands in the CRM under this id, go on. `absent`: it is not there, send it again. `deleted`: the record of the call was deleted there, create it again and tell it all that is known of the call.',
  params: stepParams,
  query: noQuery,
  body: z.strictObject({
    outcome: z
      .enum(['found', 'absent', 'deleted'])
      .meta({ description: 'What somebody saw in the CRM.' }),
    activity_id: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .meta({ description: "With `found`: the CRM's id of the record.", examples: ['42'] }),
  }),
  bodyKind: 'json',
  status: 200,
  response: CallWithSteps,
  problems: ['not_found', 'conflict'],
});

export const discardStep = defineEndpoint({
  ...base,
  name: 'discardStep',
  method: 'POST',
  path: '/v1/steps/{step_id}/discard',
  summary: 'Give a parked step up',
  params: stepParams,
  query: noQuery,
  body: z.strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .meta({ description: 'Why; stays in the ledger.', examples: ['A test call.'] }),
  }),
  bodyKind: 'json',
  status: 200,
  response: CallWithSteps,
  problems: ['not_found', 'conflict'],
});
