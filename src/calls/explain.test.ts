import { describe, expect, it } from 'vitest';

import { HEALTHY } from '../connections/transitions.ts';
import { explainStep } from './explain.ts';
import type { StepSurroundings } from './explain.ts';
import type { Step } from './step.ts';
import { aStep } from './testing/a-step.ts';

const NOW = 1_000_000;
const create = aStep('CreateActivity', { readyAt: NOW });
const update = aStep('UpdateActivity', { readyAt: NOW });

function around(members: Partial<StepSurroundings> = {}): StepSurroundings {
  return { now: NOW, connection: HEALTHY, ...members };
}

function connection(state: StepSurroundings['connection']['state'], until: number | null = null) {
  return around({ connection: { state, reason: 'The CRM says no.', until } });
}

describe('the ledger says of a step', () => {
  it.each<[string, Step, StepSurroundings, string, string | undefined]>([
    ['that is due', create, around(), 'It is tried next.', undefined],
    [
      'that failed, when it is tried again',
      { ...create, readyAt: NOW + 5_000, message: 'The CRM answered 503' },
      around(),
      'The CRM answered 503. It is tried in 5 s.',
      undefined,
    ],
    [
      'that others hold up, which one',
      update,
      around({ waitsFor: { ...create, state: 'pending' } }),
      'It waits for CreateActivity of the same call.',
      undefined,
    ],
    [
      'behind a parked one, what to do about that',
      update,
      around({ waitsFor: { ...create, state: 'parked' } }),
      'It waits for CreateActivity, which is parked.',
      'Replay, settle or discard CreateActivity: this step then follows by itself.',
    ],
    [
      'of a suspended organization, that nothing is sent',
      create,
      around({ hold: { state: 'suspended', reason: 'Invoice 4711', since: 0 } }),
      'The organization is suspended since 1970-01-01T00:00:00.000Z (Invoice 4711): nothing goes to its CRMs until it is resumed.',
      'The operator resumes the organization (`POST /v1/organizations/{organization_id}/resume`): then all that waits is sent, in order. Nothing needs to be replayed.',
    ],
    [
      'whose recording is not there yet, when that is fetched again',
      { ...update, readyAt: NOW + 900_000, message: 'The recording is being fetched' },
      around({ fetch: { at: NOW + 8_000, message: 'The address answered 404' } }),
      'The address answered 404. It is fetched in 8 s.',
      undefined,
    ],
    [
      'whose recording nobody has tried yet',
      { ...update, readyAt: NOW + 900_000, message: 'The recording is being fetched' },
      around({ fetch: { at: undefined, message: undefined } }),
      'The recording is being fetched.',
      undefined,
    ],
    [
      'whose connection lost its credentials, that nothing is lost',
      create,
      connection('needs_auth'),
      'The connection waits for valid credentials, and no try is used up: The CRM says no.',
      'Save new credentials in the connection: then all that waits is sent, in order. Nothing needs to be replayed.',
    ],
    [
      'whose connection waits for a person, where to sign in',
      create,
      around({
        connection: {
          state: 'needs_auth',
          reason: 'It says: "Expired."',
          until: null,
          signsIn: 'person',
        },
      }),
      'The connection waits for somebody to sign in at the CRM, and no try is used up: It says: "Expired."',
      'Sign in at the CRM (`POST /v1/connections/{connection_id}/sign-in` gives its page): then all that waits is sent, in order. Nothing needs to be replayed.',
    ],
    [
      'that brought the refusal itself, the refusal once',
      { ...create, message: 'The CRM says no. Status 401.' },
      connection('needs_auth'),
      'The CRM says no. Status 401. The connection waits for valid credentials, and no try is used up.',
      'Save new credentials in the connection: then all that waits is sent, in order. Nothing needs to be replayed.',
    ],
    [
      'whose connection lacks rights, who gives them',
      create,
      connection('forbidden'),
      'The CRM refuses this account its rights, so the connection waits: The CRM says no.',
      'Give the account its rights in the CRM, then resume the connection.',
    ],
    [
      'whose connection is paused, how it goes on',
      create,
      connection('paused'),
      'The connection is paused: The CRM says no.',
      'Resume the connection: then all that waits is sent, in order.',
    ],
    [
      'whose CRM is down, when it is asked',
      create,
      connection('broken', NOW + 30_000),
      'The CRM fails or does not answer (The CRM says no): it is tried in 30 s, and as soon as it works again all that waits is sent.',
      undefined,
    ],
    [
      'that opened the breaker itself, the failure once',
      { ...create, message: 'The CRM says no. Status 500.' },
      connection('broken', NOW + 30_000),
      'The CRM says no. Status 500. The CRM fails or does not answer: it is tried in 30 s, and as soon as it works again all that waits is sent.',
      undefined,
    ],
    [
      'whose CRM wants a pause, how long it takes',
      create,
      connection('throttled', NOW + 600_000),
      'The CRM asked for a pause: it goes on in 10 min.',
      undefined,
    ],
    [
      'whose outcome is unknown, that the CRM is asked',
      { ...create, state: 'unknown', message: 'The answer was lost', readyAt: NOW + 5_000 },
      around(),
      'The answer was lost. The CRM is asked in 5 s.',
      undefined,
    ],
    [
      'that may stand there twice, to look',
      { ...update, state: 'done', possibleDuplicate: true },
      around(),
      'The CRM has it.',
      'An earlier answer was lost, so the CRM may have this twice: look there and remove one.',
    ],
    [
      'that the CRM refused, its words',
      { ...create, state: 'parked', reason: 'refused', message: 'It says: "too long"' },
      around(),
      'The CRM refused the request. It says: "too long".',
      "Read the CRM's message in the last exchange, mend the data or the document, and replay.",
    ],
    [
      'that the CRM refused, the sentence of the reason once',
      {
        ...create,
        state: 'parked',
        reason: 'refused',
        message: 'The CRM refused the request. Status 422. It says: "too long"',
      },
      around(),
      'The CRM refused the request. Status 422. It says: "too long".',
      "Read the CRM's message in the last exchange, mend the data or the document, and replay.",
    ],
    [
      'whose answer was lost, each thing once',
      {
        ...create,
        state: 'parked',
        reason: 'unknown_outcome',
        message: 'The answer was lost. The server closed the connection.',
      },
      around(),
      'The CRM may have executed the request or not. The answer was lost. The server closed the connection.',
      'Look into the CRM. If what was sent is there, settle the step as found, a record with its id; if not, as absent: then it is sent again.',
    ],
    [
      'that was left out for several contacts, nothing else',
      {
        ...create,
        state: 'skipped',
        reason: 'contact_known',
        message: '3 contacts have this number: a person must choose',
      },
      around(),
      '3 contacts have this number: a person must choose.',
      undefined,
    ],
    [
      'that was left out for a number of nobody, nothing else',
      {
        ...create,
        state: 'skipped',
        reason: 'no_number',
        message: '118 is no number of a person, so no contact is made of it',
      },
      around(),
      '118 is no number of a person, so no contact is made of it.',
      undefined,
    ],
  ])('%s', (_name, step, surroundings, happened, remedy) => {
    expect(explainStep(step, surroundings)).toEqual({
      happened,
      ...(remedy === undefined ? {} : { remedy }),
    });
  });
});
