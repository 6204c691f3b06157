import * as z from 'zod';

import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, noBody } from './parts.ts';
import { READ } from './shapes.ts';

const text = (description: string): z.ZodNullable<z.ZodString> =>
  z.string().nullable().meta({ description });

export const Recording = z
  .object({
    id: idOf('recording'),
    call_id: idOf('call'),
    state: z.enum(['announced', 'waiting', 'stored', 'unavailable', 'deleted']).meta({
      description:
        '`announced`: known by its address, no connection wants it. `waiting`: it is being fetched. `stored`: here. `unavailable`: it cannot be had, `message` says why. `deleted`: it was here, and its time is over.',
    }),
    reason: text('With `unavailable`: why, as a code, for example `recording_expired`.'),
    message: text('What happened, in words.'),
    remedy: text('What to do, where somebody must act.'),
    filename: text('Name of the file.'),
    media_type: text('Media type, as the first bytes say.'),
    size: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'Bytes.', examples: [48_044] }),
    sha256: text('SHA-256 of the bytes, lower-case hex.'),
    seconds: z
      .number()
      .nullable()
      .meta({ description: 'Length of the sound, where it is known.', examples: [63] }),
    content_url: text(
      'Signed link that opens the bytes without a key until it ends: what a document gets as `content_url`. Null without PUBLIC_URL, and while the bytes are not here.',
    ),
    call_url: text(
      "The phone system's page, else this recording's own address, which needs a key: what a document gets as `call_url`.",
    ),
    expires_at: moment("When the phone system's link ends.").nullable(),
    created_at: moment('When it became known.'),
    stored_at: moment('When its bytes were here.').nullable(),
  })
  .meta({ id: 'Recording', description: "A call's recording." });

export const RecordingList = z
  .object({ items: z.array(Recording).meta({ description: 'All of them, the oldest first.' }) })
  .meta({ id: 'RecordingList', description: 'The recordings of a call.' });

const base = {
  ...READ,
  resource: 'recordings',
  scopes: ['admin', 'organization'],
  within: 'organization',
} as const;

const recordingParams = z.object({ call_id: idOf('call'), recording_id: idOf('recording') });

/** The bytes: the type that they have is told by the answer itself. */
const CONTENT = {
  response: z.unknown().meta({ description: 'The bytes.', type: 'string', format: 'binary' }),
  responseType: 'application/octet-stream',
  ranges: true,
  problems: ['not_found', 'gone'],
} as const;

const RANGES =
  'Takes `Range` (one range of bytes) and `If-Range`; the ETag is the SHA-256 of the bytes. `Content-Type` is that of the sound.';

export const listRecordings = defineEndpoint({
  ...base,
  name: 'listRecordings',
  path: '/v1/calls/{call_id}/recordings',
  summary: 'List the recordings of a call',
  params: z.object({ call_id: idOf('call') }),
  response: RecordingList,
});

export const getRecording = defineEndpoint({
  ...base,
  name: 'getRecording',
  path: '/v1/calls/{call_id}/recordings/{recording_id}',
  summary: 'Read what is known of a recording',
  params: recordingParams,
  response: Recording,
});

export const getRecordingContent = defineEndpoint({
  ...base,
  ...CONTENT,
  name: 'getRecordingContent',
  path: '/v1/calls/{call_id}/recordings/{recording_id}/content',
  summary: 'Listen to a recording',
  description: RANGES,
  params: recordingParams,
});

export const openRecordingLink = defineEndpoint({
  ...CONTENT,
  name: 'openRecordingLink',
  resource: 'recordings',
  method: 'GET',
  path: '/v1/recordings/{recording_id}/content',
  summary: 'Listen to a recording by its signed link',
  description: `The address that a CRM gets as \`content_url\`. A link that is forged is as unknown as its recording; one that has ended answers 410. ${RANGES}`,
  scopes: [],
  within: 'server',
  params: z.object({ recording_id: idOf('recording') }),
  query: z.strictObject({
    expires: z
      .string()
      .regex(/^[1-9]\d{0,11}$/u, 'must be seconds since 1970')
      .meta({
        description: 'When the link ends, in seconds since 1970.',
        examples: ['1772445600'],
      }),
    signature: z
      .string()
      .max(100)
      .meta({ description: 'Proof that Patchcord made the link.', examples: ['pcr-…'] }),
  }),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  problems: ['not_found', 'gone', 'organization_suspended'],
});
