import type { StoryStep } from './story-step.ts';

/** A working day: calls that reach the CRM, and some that need a person. */
export const CALL_STEPS: readonly StoryStep[] = [
  {
    endpoint: 'identifyCaller',
    as: 'organization',
    query: { number: '+442071838750', explain: 'true' },
  },
  { endpoint: 'sendCallEvents', as: 'events', body: [ringing('call-1'), ended('call-1')] },
  ...seen('call-1', 'delivered'),
  {
    endpoint: 'streamEvents',
    as: 'organization',
    query: { topics: 'ringing', extension: '201', seconds: '0' },
    headers: { 'last-event-id': '01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a10:41' },
  },
  { endpoint: 'getCall', as: 'organization', params: { call_id: '{{seen.items.0.id}}' } },
  {
    endpoint: 'putRecording',
    as: 'events',
    params: { call_id: 'call-1' },
    query: { filename: 'call-1.wav' },
    headers: { 'content-type': 'audio/wav' },
    body: 'RIFF\u0024\u0000\u0000\u0000WAVEfmt ',
  },
  {
    endpoint: 'listRecordings',
    as: 'organization',
    params: { call_id: '{{seen.items.0.id}}' },
    keep: 'recordings',
  },
  {
    endpoint: 'getRecording',
    as: 'organization',
    params: { call_id: '{{seen.items.0.id}}', recording_id: '{{recordings.items.0.id}}' },
  },
  {
    endpoint: 'getRecordingContent',
    as: 'organization',
    params: { call_id: '{{seen.items.0.id}}', recording_id: '{{recordings.items.0.id}}' },
  },
  {
    endpoint: 'openRecordingLink',
    params: { recording_id: '{{recordings.items.0.id}}' },
    query: {
      expires: '{{recordings.items.0.content_url?expires}}',
      signature: '{{recordings.items.0.content_url?signature}}',
    },
  },
  {
    endpoint: 'sendCallEvents',
    as: 'events',
    body: { call_id: 'call-3', kind: 'ringing', direction: 'sideways' },
    prepares: true,
  },
  { endpoint: 'listRefusedEvents', as: 'organization' },
  ...refused('call-4'),
  { endpoint: 'replayStep', as: 'organization', params: { step_id: '{{call.steps.1.id}}' } },
  ...seen('call-4', 'delivered'),
  ...refused('call-5'),
  { endpoint: 'replayMany', as: 'organization', body: { reason: 'refused', preview: true } },
  { endpoint: 'replayCall', as: 'organization', params: { call_id: '{{call.id}}' } },
  ...seen('call-5', 'delivered'),
  ...refused('call-6'),
  {
    endpoint: 'discardStep',
    as: 'organization',
    params: { step_id: '{{call.steps.1.id}}' },
    body: { reason: 'A test call.' },
  },
  ...parked('call-7', 'execute_then_drop'),
  {
    endpoint: 'settleStep',
    as: 'organization',
    params: { step_id: '{{call.steps.1.id}}' },
    body: { outcome: 'found', activity_id: '42' },
  },
  { endpoint: 'listCalls', as: 'organization', query: { state: 'delivered', limit: '1' } },
  {
    endpoint: 'receiveWebhook',
    params: { phone_system_id: '{{phone_system.id}}' },
    body: {
      method: 'StartCallActivity',
      api_token: '{{events_key.key}}',
      params: {
        call_id: 'call-2',
        user_id: '7',
        extension: '201',
        domain: 'acme',
        activity_type: 'outbound',
        caller_number: '201',
        called_number: '+442071838751',
        call_start: 1_772_442_000_000,
      },
    },
  },
  ...seen('call-2', 'open'),
  {
    endpoint: 'getCall',
    as: 'organization',
    params: { call_id: '{{seen.items.0.id}}' },
    until: { path: ['steps', 1, 'state'], is: 'delivered' },
    prepares: true,
  },
];

/** A call whose create the CRM refuses, kept as `call`. */
function refused(callId: string): readonly StoryStep[] {
  return parked(callId, 'refuse');
}

function parked(callId: string, habit: string): readonly StoryStep[] {
  return [
    {
      endpoint: 'sendCallEvents',
      as: 'events',
      // A refusal may mean that the contact is no longer there: it is looked for and tried once more.
      crm: { route: 'POST /calls', habit, times: habit === 'refuse' ? 2 : 1 },
      body: [ringing(callId), ended(callId)],
      prepares: true,
    },
    ...seen(callId, 'parked'),
    {
      endpoint: 'getCall',
      as: 'organization',
      params: { call_id: '{{seen.items.0.id}}' },
      keep: 'call',
      prepares: true,
    },
  ];
}

function seen(callId: string, state: string): readonly StoryStep[] {
  return [
    {
      endpoint: 'listCalls',
      as: 'organization',
      query: { phone_call_id: callId },
      until: { path: ['items', 0, 'state'], is: state },
      keep: 'seen',
      prepares: true,
    },
  ];
}

function ringing(callId: string): object {
  return {
    event_id: `${callId}-1`,
    call_id: callId,
    kind: 'ringing',
    at: '2026-03-02T09:00:00.000Z',
    direction: 'inbound',
    extension: '201',
    calling_number: '+442071838750',
    called_number: '+442079460000',
  };
}

function ended(callId: string): object {
  return {
    event_id: `${callId}-2`,
    call_id: callId,
    kind: 'ended',
    at: '2026-03-02T09:01:03.000Z',
    result: 'answered',
    duration: 63,
  };
}
