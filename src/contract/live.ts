import * as z from 'zod';

import { Call, Step } from './calls.ts';
import { defineEndpoint } from './endpoint.ts';
import { Caller } from './identify.ts';
import { idOf, moment, noBody, noParams } from './parts.ts';

/** What a stream tells of: phones that ring, the list of calls, the steps of calls. */
export const LIVE_TOPICS = ['ringing', 'calls', 'steps'] as const;
export type LiveTopic = (typeof LIVE_TOPICS)[number];

const TOPICS = LIVE_TOPICS.join('|');
/** Extensions of one screen, or of a team. */
const MAX_EXTENSIONS_LENGTH = 1_000;
const LONGEST_SECONDS = 3_600;

const text = (description: string): z.ZodNullable<z.ZodString> =>
  z.string().nullable().meta({ description });

const extensions = z.array(z.string()).meta({
  description: 'Extensions that the call has rung at, or that spoke.',
  examples: [['104']],
});

export const LiveCall = z
  .object({
    id: idOf('call'),
    phone_system_id: idOf('phone system'),
    phone_call_id: z
      .string()
      .meta({ description: 'Id of the call in the phone system.', examples: ['c-1'] }),
    phase: z.enum(['ringing', 'answered', 'ended']).meta({ description: 'Where the call is.' }),
    direction: text('inbound, outbound or internal; null while nobody has told it.'),
    result: text('answered, missed, voicemail, busy, failed or cancelled; null while it lasts.'),
    calling_number: text('Calling number as delivered.'),
    called_number: text('Called number as delivered.'),
    party_number: text('The number of the other side; null where it was withheld or not told.'),
    queue: text('Queue that it came through.'),
    extensions,
    answered_by: z
      .array(z.string())
      .meta({ description: 'Extensions that spoke, the last one last.', examples: [['104']] }),
    started_at: moment('When it began to ring or to dial.').nullable(),
    answered_at: moment('When somebody answered.').nullable(),
    ended_at: moment('When it ended.').nullable(),
  })
  .meta({ id: 'LiveCall', description: 'A call while it lasts, as a screen shows it.' });

export const LiveCaller = z
  .object({
    connection_id: idOf('connection'),
    connection_name: z
      .string()
      .meta({ description: 'Name of the connection.', examples: ['Acme CRM'] }),
    status: z
      .enum([
        ...['asking', 'found', 'ambiguous', 'not_found', 'own_number'],
        ...['late', 'not_asked', 'failed'],
      ] as const)
      .meta({
        description:
          '`asking`: the CRM is being asked, `identified` follows. `ambiguous`: several people have the number, and a person must choose. `late`: the CRM needs longer than 2 seconds, `identified` follows when it answers. The others are those of `GET /v1/contacts/identify`.',
      }),
    message: z
      .string()
      .meta({ description: 'The reason in words.', examples: ['One contact has this number.'] }),
    contacts: z.array(Caller).meta({
      description:
        'Who has the number, at most 20, the chosen one first; `chosen` is whose call it is by the rule of the connection, `url` the page to open.',
    }),
    contact_count: z.int().meta({
      description:
        'How many contacts were found; where it is more than `contacts` has, `GET /v1/contacts/identify` tells the others.',
      examples: [1],
    }),
  })
  .meta({ id: 'LiveCaller', description: 'What one connection says of a caller.' });

export const LiveRinging = z
  .object({
    call: LiveCall,
    callers: z.array(LiveCaller).meta({ description: 'One for each connection.' }),
  })
  .meta({
    id: 'LiveRinging',
    description: '`data` of the events `ringing`, `answered`, `transferred` and `ended`.',
  });

export const LiveIdentified = z
  .object({ call_id: idOf('call'), extensions, caller: LiveCaller })
  .meta({
    id: 'LiveIdentified',
    description: '`data` of the event `identified`: what a connection has found out meanwhile.',
  });

export const LiveCallChanged = Call.extend({ extensions }).meta({
  id: 'LiveCallChanged',
  description: '`data` of the event `call`: a call as the list of calls shows it now.',
});

export const LiveStep = Step.pick({
  ...{ id: true, connection_id: true, method: true, state: true },
  ...{ reason: true, possible_duplicate: true },
})
  .extend({ call_id: idOf('call') })
  .meta({
    id: 'LiveStep',
    description: '`data` of the event `step`: `GET /v1/calls/{call_id}` tells the rest.',
  });

export const LiveReset = z
  .object({ message: z.string().meta({ description: 'Why, in words.' }) })
  .meta({
    id: 'LiveReset',
    description: '`data` of the event `reset`: something was missed, so load again what is shown.',
  });

export const streamEvents = defineEndpoint({
  name: 'streamEvents',
  resource: 'live events',
  method: 'GET',
  path: '/v1/events',
  summary: 'What happens now, as it happens',
  description:
    'Server-sent events that do not end: `id`, `event` and `data` (JSON) of each. Topic `ringing`, for the screens of people at phones: `ringing`, `answered`, `transferred` and `ended` with the call and who is calling, `identified` for what a CRM answers later. Topic `calls`, for lists: `call`. Topic `steps`: `step`. After a break send the last id as `Last-Event-ID`: what was missed within the last two minutes comes first, or `reset` where that cannot be told. A comment every 15 seconds keeps the line open. The stream ends when the key is revoked, when the server stops and for a reader that is too slow: connect again.',
  scopes: ['admin', 'organization'],
  within: 'organization',
  params: noParams,
  query: z.strictObject({
    topics: z
      .string()
      .regex(
        new RegExp(`^(?:${TOPICS})(?:,(?:${TOPICS}))*$`, 'u'),
        `must be topics with commas between: ${LIVE_TOPICS.join(', ')}`,
      )
      .default(LIVE_TOPICS.join(','))
      .meta({ description: 'Which topics, with commas between.', examples: ['ringing'] }),
    extension: z
      .string()
      .trim()
      .min(1)
      .max(MAX_EXTENSIONS_LENGTH)
      .optional()
      .meta({
        description: 'Only calls of this extension, or of these with commas between.',
        examples: ['104'],
      }),
    last_event_id: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'The same as `Last-Event-ID`, for whoever cannot send headers.' }),
    seconds: z.coerce
      .number()
      .int()
      .min(0)
      .max(LONGEST_SECONDS)
      .optional()
      .meta({
        description:
          'End the stream after so long. 0: after what was missed, for whoever can only ask from time to time.',
        examples: [600],
      }),
  }),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: z.unknown().meta({ description: 'The events.', type: 'string' }),
  responseType: 'text/event-stream',
  problems: ['too_many_streams', 'unavailable'],
});

/** Schemas of what a stream sends; the endpoint itself has text. */
export const LIVE_SCHEMAS: readonly z.ZodType[] = [
  LiveRinging,
  LiveIdentified,
  LiveCallChanged,
  LiveStep,
  LiveReset,
];
