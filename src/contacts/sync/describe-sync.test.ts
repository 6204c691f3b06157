import { describe, expect, test } from 'vitest';

import type { SyncJob, SyncState } from '../index/sync-store.ts';
import { describeSync } from './describe-sync.ts';
import type { SyncFacts } from './describe-sync.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 2, 1, 12);
const NOBODY = { owner: '', until: 0, fence: 0 };

const JOB: SyncJob = {
  ...{ organizationId: 'org', connectionId: 'con', dueAt: NOW + MINUTE, asked: undefined },
  ...{ notBefore: undefined, brake: undefined, lease: NOBODY },
};

const COUNTS = {
  ...{ pages: 0, received: 0, added: 0, changed: 0, unchanged: 0, removed: 0, leftOut: 0 },
};

function list(given: Partial<SyncState> = {}): SyncState {
  return {
    ...{ method: 'Contacts', pass: undefined, counts: COUNTS, estimate: undefined },
    ...{ marks: undefined, lastBegunAt: NOW - MINUTE, lastEndedAt: NOW, lastCompleteAt: NOW },
    ...{ lastFullAt: NOW, lastFailure: undefined, waitingDeletions: undefined, missed: 0 },
    confirmAt: undefined,
    ...given,
  };
}

function describeOf(given: Partial<SyncFacts> = {}) {
  return describeSync({
    ...{ job: JOB, states: [list()], known: { people: 1_000, companies: 0 }, hasLists: true },
    rules: { methods: [{ method: 'Contacts', takesSince: true }] },
    ...{ connection: { state: 'active', stateUntil: null }, now: NOW },
    ...given,
  });
}

/** A full pass that began ten minutes ago and has read so many. */
function reading(received: number, estimate: number | undefined): SyncState {
  const pass = { number: 1, kind: 'full', startedAt: NOW - 10 * MINUTE, place: undefined } as const;
  return list({ pass, estimate, counts: { ...COUNTS, received, pages: 5 } });
}

const failure = (code: string): SyncState['lastFailure'] => ({
  ...{ code, message: 'It said so.', at: NOW },
});

describe('the words of an administrator', () => {
  test.each<[what: string, given: Partial<SyncFacts>, state: string, words: string]>([
    ['nothing to do', {}, 'idle', 'The contacts are up to date.'],
    [
      'a new connection',
      { job: undefined, states: [] },
      'waiting',
      'The sync begins as soon as a server has time for it.',
    ],
    [
      'a first reading, of nobody knows how many',
      { job: { ...JOB, lease: { ...NOBODY, until: NOW + 1 } }, states: [reading(500, undefined)] },
      'running',
      'Contacts: 500 are read.',
    ],
    [
      'a reading of as many as there were',
      { job: { ...JOB, lease: { ...NOBODY, until: NOW + 1 } }, states: [reading(500, 2_000)] },
      'running',
      'Contacts: 500 of about 2000 are read.',
    ],
    [
      'a closed connection',
      { connection: { state: 'paused', stateUntil: null }, states: [reading(500, 2_000)] },
      'waiting',
      'The sync waits: the connection is `paused`. Contacts: 500 of about 2000 are read.',
    ],
    [
      'a fault',
      { states: [{ ...reading(500, undefined), lastFailure: failure('unavailable') }] },
      'waiting',
      'The sync waits after a fault, and goes on where it stopped at 2026-03-01T12:01:00Z. Contacts: 500 are read.',
    ],
    [
      'a CRM that asked for time',
      {
        job: { ...JOB, dueAt: NOW, notBefore: NOW + MINUTE },
        states: [reading(500, undefined)],
      },
      'waiting',
      'The CRM takes no more requests for now: the sync goes on at 2026-03-01T12:01:00Z, and not sooner for being asked again. Contacts: 500 are read.',
    ],
    [
      'a CRM that asked for time, after which somebody asks anew',
      {
        job: {
          ...{ ...JOB, dueAt: NOW, notBefore: NOW + MINUTE - 1 },
          asked: { kind: 'full', at: NOW },
        },
      },
      'waiting',
      'The CRM takes no more requests for now: the sync begins at 2026-03-01T12:01:00Z, and not sooner for being asked again.',
    ],
    [
      'a reading that goes on later',
      { states: [reading(500, undefined)] },
      'waiting',
      'The sync goes on at 2026-03-01T12:01:00Z. Contacts: 500 are read.',
    ],
    [
      'a reading that may go on',
      { job: { ...JOB, dueAt: NOW }, states: [reading(500, undefined)] },
      'waiting',
      'The sync goes on as soon as a server has time for it. Contacts: 500 are read.',
    ],
    [
      'a list that an answer lacked',
      { states: [list({ lastFailure: failure('no_list') })] },
      'idle',
      'All lists were read to their end. It said so.',
    ],
    [
      'contacts that were missed once',
      { states: [list({ missed: 3 })] },
      'idle',
      'All lists were read to their end. The last full list lacks 3 contacts: they are removed when the next full one lacks them, too.',
    ],
    [
      'deletions that wait',
      { states: [list({ waitingDeletions: 300, missed: 300 })] },
      'idle',
      'All lists were read to their end. The CRM no longer lists 300 contacts, or calls them deleted: too many to go without a word. They stay until somebody sends `accept_deletions`; if the CRM should have them, look at what it lists.',
    ],
    [
      'a list that was given up',
      { states: [list({ lastCompleteAt: NOW - MINUTE, lastFailure: failure('forbidden') })] },
      'idle',
      'Contacts could not be read to the end the last time; it is tried again by the schedule.',
    ],
  ])('%s', (_what, given, state, words) => {
    const described = describeOf(given);

    expect(described.state).toBe(state);
    expect(described.message).toBe(words);
  });

  test('a pause of the CRM is when it goes on', () => {
    const job = { ...JOB, dueAt: NOW, notBefore: NOW + MINUTE };

    expect(describeOf({ job }).nextAt).toBe(NOW + MINUTE);
  });

  test.each([
    ['as many as before, half of them read', reading(1_000, 2_000), 600],
    ['more than before', reading(3_000, 2_000), undefined],
    ['the first ones', reading(0, 2_000), undefined],
    ['nobody knows how many', reading(1_000, undefined), undefined],
  ])('the seconds that are left: %s', (_what, state, seconds) => {
    expect(describeOf({ states: [state] }).lists[0]?.secondsLeft).toBe(seconds);
  });
});
