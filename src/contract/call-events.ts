import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, noParams, noQuery, pageOf } from './parts.ts';
import { ADMINISTERED, LIST } from './shapes.ts';

/** Most events of one request: a phone system that reconnects sends its buffer in slices. */
export const MAX_EVENTS = 500;

const number = z.string().meta({
  description: 'A phone number, best with plus and country code; extensions as they are dialled.',
  examples: ['+442071838750'],
});
const words = (description: string): z.ZodString => z.string().meta({ description });
const instant = z.union([z.number(), z.string()]).meta({
  description: 'Epoch milliseconds or ISO 8601.',
  examples: ['2026-03-02T09:15:00.000Z'],
});

/**
 * Describes an event to people and programs; the body of the route is not parsed by it: each event
 * is checked where it is taken in, so that one bad event never refuses its neighbours.
 */
export const CallEvent = z
  .looseObject({
    call_id: words("The phone system's id of the call, at most 200 characters."),
    kind: z
      .enum(['ringing', 'answered', 'transferred', 'ended', 'noted', 'recorded'])
      .meta({ description: 'What happened.' }),
    event_id: words('Id of the event; without it the fingerprint of the body.').optional(),
    at: instant
      .meta({
        description:
          'When it happened by the clock of the phone system: epoch milliseconds or ISO 8601. Where it cannot be read or cannot be (a day that no calendar has, a year before 1990, more than a day ahead), the event is taken in all the same: our time of receipt stands in, and a note of the result says so.',
        examples: ['2026-03-02T09:15:00.000Z'],
      })
      .optional(),
    direction: z
      .enum(['inbound', 'outbound', 'internal'])
      .meta({ description: 'Required when it rings.' })
      .optional(),
    extension: words('Who rings, dials or speaks.').optional(),
    extensions: z.array(z.string()).meta({ description: 'All that ring.' }).optional(),
    calling_number: number.optional(),
    called_number: number.optional(),
    did: words('The number that was dialled from outside.').optional(),
    queue: words('The group that the call waits in.').optional(),
    branch_id: words("Id of the phone system's line or site.").optional(),
    branch_name: words('Its name.').optional(),
    domain: words(
      'What the phone system calls the organization. From a shared phone system it says whose call it is, and an unknown one is refused; from any other, one that is not the domain of the organization is refused, where that has one.',
    ).optional(),
    cause: words('Hang-up cause, as the phone system has it.').optional(),
    result: z
      .enum(['answered', 'missed', 'voicemail', 'busy', 'failed', 'cancelled'])
      .meta({ description: 'How it ended.' })
      .optional(),
    duration: z
      .number()
      .meta({ description: 'Seconds of talk.', examples: [63] })
      .optional(),
    subject: words('What the user typed as the subject.').optional(),
    description: words("The user's comment.").optional(),
    contact_id: words('The contact that the user chose.').optional(),
    contact_type: words(
      'Where the CRM has several kinds of contacts: of which kind `contact_id` is, as `contact_type` of the document names it. Without it a contact that the search of this call found has its own.',
    ).optional(),
    recording: z
      .looseObject({
        url: words('Direct link to the file.').optional(),
        page_url: words('Page that plays it after a sign-in.').optional(),
        filename: words('Name of the file.').optional(),
        expires_at: instant
          .meta({
            description:
              'When the link stops working: epoch milliseconds or ISO 8601. One that cannot be read is left out, and a note of the result says so.',
            examples: ['2026-03-02T09:15:00.000Z'],
          })
          .optional(),
      })
      .meta({ description: 'Where the recording is.' })
      .optional(),
  })
  .meta({
    id: 'CallEvent',
    description:
      'What happened to a call. At the ring: `direction`, an extension and the number of the other side. Unknown members are kept and noted.',
    examples: [
      {
        event_id: 'e-1',
        call_id: 'c-1',
        kind: 'ringing',
        at: '2026-03-02T09:15:00.000Z',
        direction: 'inbound',
        extension: '101',
        calling_number: '+442071838750',
        called_number: '+442079460000',
      },
    ],
  });

export const EventResult = z
  .object({
    status: z
      .enum(['accepted', 'repeated', 'refused'])
      .meta({ description: '`repeated`: it was known already, nothing changed.' }),
    call_id: idOf('call').nullable().meta({ description: "Patchcord's id of the call." }),
    code: z
      .string()
      .optional()
      .meta({ description: 'With `refused`: a code.', examples: ['invalid_event'] }),
    message: z.string().optional().meta({ description: 'With `refused`: what is wrong.' }),
    notes: z
      .array(z.string())
      .optional()
      .meta({ description: 'What was noticed, for example unknown members.' }),
  })
  .meta({ id: 'EventResult', description: 'What became of one event.' });

export const EventResults = z
  .object({ results: z.array(EventResult).meta({ description: 'One per event, in their order.' }) })
  .meta({ id: 'EventResults', description: 'Sent after the accepted events are safe on disk.' });

export const sendCallEvents = defineEndpoint({
  name: 'sendCallEvents',
  resource: 'call events',
  method: 'POST',
  path: '/v1/call-events',
  summary: 'Report what happened to calls',
  description:
    'One event or an array of them. The answer comes after the accepted events are safe on disk. Sending an event again changes nothing: after a lost answer simply repeat the request, without an `Idempotency-Key`. A phone system with a signing secret may sign what it sends, or must: see `signatures_required`.',
  repeatable: true,
  signed: true,
  scopes: ['events'],
  within: 'phone_system',
  params: noParams,
  query: noQuery,
  body: z.unknown().meta({
    description: `One call event, or an array of at most ${MAX_EVENTS}.`,
    anyOf: [
      { $ref: '#/components/schemas/CallEvent' },
      {
        type: 'array',
        minItems: 1,
        maxItems: MAX_EVENTS,
        items: { $ref: '#/components/schemas/CallEvent' },
      },
    ],
  }),
  bodyKind: 'json',
  status: 202,
  response: EventResults,
  problems: ['payload_too_large', 'over_budget', 'invalid_signature', 'message_id_reused'],
});

export const receiveWebhook = defineEndpoint({
  name: 'receiveWebhook',
  resource: 'call events',
  method: 'POST',
  path: '/hooks/ringotel/{phone_system_id}',
  summary: "Take the original product's webhook",
  description:
    '`method` is `StartCallActivity` or `StopCallActivity`; times are epoch milliseconds, `call_duration` seconds.',
  scopes: [],
  signed: true,
  ownKey:
    'The key of the phone system (scope `events`) stands in `api_token` of the body or in `Authorization: Bearer`.',
  within: 'phone_system',
  params: z.object({ phone_system_id: idOf('phone system') }),
  query: noQuery,
  body: z.record(z.string(), z.unknown()).meta({
    id: 'OriginalWebhook',
    description: 'Body of the original webhook.',
    properties: {
      method: {
        type: 'string',
        enum: ['StartCallActivity', 'StopCallActivity'],
        description: 'The call rings, or has ended.',
      },
      api_token: {
        type: 'string',
        description: 'Key of the phone system, unless `Authorization` has it.',
      },
      params: {
        type: 'object',
        description:
          'The call: `call_id`, `extension`, `domain`, `connection_id`, `connection_name`, `activity_type` (inbound, outbound), `caller_number`, `called_number`, `call_start`, `call_end`, `call_duration`, `call_cause`.',
      },
    },
    examples: [
      {
        method: 'StartCallActivity',
        api_token: 'pc_…',
        params: {
          call_id: 'c-1',
          extension: '101',
          activity_type: 'inbound',
          caller_number: '+442071838750',
        },
      },
    ],
  }),
  bodyKind: 'json',
  status: 202,
  response: EventResults,
  problems: [
    'unauthorized',
    'payload_too_large',
    'over_budget',
    'invalid_signature',
    'message_id_reused',
  ],
});

export const RefusedEvent = z
  .object({
    id: idOf('refused event'),
    phone_system_id: idOf('phone system'),
    code: z.string().meta({ description: 'Why, as a code.', examples: ['unknown_domain'] }),
    message: z.string().meta({
      description: 'Why, in words.',
      examples: [
        'the domain "acme" is not that of this phone system\'s organization, "acme.example"',
      ],
    }),
    body: z.unknown().meta({
      description: 'The event as it came; of a very large one the beginning, as a text.',
      examples: [{ call_id: 'c-1', kind: 'noted', domain: 'acme' }],
    }),
    received_at: moment('When it came.'),
  })
  .meta({ id: 'RefusedEvent', description: 'A call event that was not taken.' });

export const listRefusedEvents = defineEndpoint({
  ...ADMINISTERED,
  ...LIST,
  name: 'listRefusedEvents',
  resource: 'call events',
  path: '/v1/call-events/refused',
  summary: 'List the events that were not taken',
  description:
    'Those of unknown domains, and those of a wrong form. Kept for 7 days, of each phone system the newest 1,000, oldest first. Events beyond the most that a call may have are told to their sender and to the log only.',
  response: pageOf(RefusedEvent),
});

export const putRecording = defineEndpoint({
  name: 'putRecording',
  resource: 'call events',
  method: 'PUT',
  path: '/v1/calls/{call_id}/recording',
  summary: "Hand over a call's recording",
  routed: true,
  description:
    'The body is the file, streamed. `call_id` is the id of the call in the phone system or in Patchcord. `Content-Type` is its media type.',
  scopes: ['events', 'organization', 'admin'],
  within: 'organization',
  params: z.object({
    call_id: z
      .string()
      .min(1)
      .max(200)
      .meta({
        description: "The call's id, the phone system's or Patchcord's.",
        examples: ['c-1'],
      }),
  }),
  query: z.strictObject({
    filename: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .meta({ description: 'Name of the file in the CRM.', examples: ['call.wav'] }),
    domain: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .meta({
        description:
          'With the key of a shared phone system: the organization of the call. Not looked at with other keys.',
        examples: ['acme'],
      }),
    recording_id: idOf('recording').optional().meta({
      description:
        'Which of the recordings that were announced it is. Without it the bytes stand for the one that could not be had, if there is one, else for a new one.',
    }),
  }),
  body: z.unknown(),
  bodyKind: 'stream',
  status: 202,
  response: z
    .object({
      call_id: idOf('call'),
      recording_id: idOf('recording'),
      size: z
        .number()
        .int()
        .meta({ description: 'Bytes stored.', examples: [48_044] }),
      sha256: z.string().meta({
        description: 'SHA-256 of the bytes, lower-case hex.',
        examples: ['e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
      }),
    })
    .meta({
      id: 'StoredRecording',
      description: 'The recording is on disk and will be delivered.',
    }),
  problems: ['not_found', 'conflict', 'payload_too_large'],
});
