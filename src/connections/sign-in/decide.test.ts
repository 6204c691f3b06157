import { expect, test } from 'vitest';

import { decide } from './decide.ts';
import type { Decision, Situation } from './decide.ts';
import { NO_GRANT } from './grant.ts';
import type { Grant } from './grant.ts';

const NOW = 1_000_000;
const FRESH: Grant = {
  ...NO_GRANT,
  generation: 3,
  expiresAt: NOW + 600_000,
  refreshAt: NOW + 500_000,
};
const DUE: Grant = { ...FRESH, refreshAt: NOW };
const ENDED: Grant = { ...FRESH, expiresAt: NOW, refreshAt: NOW - 1 };
const LEASED = { status: 'refreshing', leaseUntil: NOW + 1, since: NOW - 1 } as const;
const LAPSED = { status: 'refreshing', leaseUntil: NOW, since: NOW - 1 } as const;
const PAUSED = { retryAt: NOW + 5_000, failures: 3, message: 'The server is away.' };

test.each<[string, Grant, Partial<Situation>, Partial<Decision>]>([
  ['a fresh token is used', FRESH, {}, { do: 'use' }],
  [
    'a token without an end is used until it is refused',
    { ...FRESH, expiresAt: null, refreshAt: null },
    {},
    { do: 'use' },
  ],
  [
    'a token is renewed ahead of its end',
    DUE,
    {},
    { do: 'obtain', renewal: 'refresh', usable: true },
  ],
  [
    'while one renews ahead, the others use what they have',
    { ...DUE, ...LEASED },
    {},
    { do: 'use' },
  ],
  [
    'who renewed ahead died: another takes over',
    { ...DUE, ...LAPSED },
    {},
    { do: 'obtain', renewal: 'refresh', usable: true },
  ],
  ['an ended token is renewed', ENDED, {}, { do: 'obtain', renewal: 'refresh', usable: false }],
  ['while one renews an ended token, the others wait', { ...ENDED, ...LEASED }, {}, { do: 'wait' }],
  [
    'a rejected token is renewed, however fresh it is',
    { ...FRESH, rejectedGeneration: 3 },
    {},
    { do: 'obtain', renewal: 'refresh', usable: false },
  ],
  [
    'a token that came after the rejected one is used',
    { ...FRESH, rejectedGeneration: 2 },
    {},
    { do: 'use' },
  ],
  [
    'the server is away: the token is used until it really ends',
    { ...DUE, ...PAUSED },
    {},
    { do: 'use' },
  ],
  [
    'the server is away and the token has ended: everything waits',
    { ...ENDED, ...PAUSED },
    {},
    { do: 'unavailable', retryAfterMs: 5_000, message: 'The server is away.' },
  ],
  [
    'the pause is over: one asks',
    { ...ENDED, ...PAUSED, retryAt: NOW },
    {},
    { do: 'obtain', renewal: 'refresh' },
  ],
  [
    'without a refresh token the access token is used to its end',
    DUE,
    { renewal: 'none' },
    { do: 'use' },
  ],
  [
    'without a refresh token a person is asked at the end',
    ENDED,
    { renewal: 'none' },
    { do: 'needs_auth', isNew: true },
  ],
  [
    'nobody has signed in yet',
    NO_GRANT,
    { hasToken: false, renewal: 'none' },
    { do: 'needs_auth', isNew: true, message: 'Nobody has signed in at the CRM yet.' },
  ],
  [
    'a connection that signs in alone begins',
    NO_GRANT,
    { hasToken: false, renewal: 'sign_in' },
    { do: 'obtain', renewal: 'sign_in', usable: false },
  ],
  [
    'a token of other settings is not used',
    FRESH,
    { hasToken: false, renewal: 'none' },
    { do: 'needs_auth', isNew: true },
  ],
  [
    'a person is asked for, and nothing is tried just now',
    { ...FRESH, needsAuth: 'revoked', retryAt: NOW + 1 },
    {},
    { do: 'needs_auth', isNew: false, message: 'revoked' },
  ],
  [
    'a person is asked for, and some time later one try shows whether that is still so',
    { ...FRESH, needsAuth: 'revoked', retryAt: NOW },
    {},
    { do: 'obtain', renewal: 'refresh', usable: false },
  ],
  [
    'a person is asked for, and there is nothing to try with',
    { ...FRESH, needsAuth: 'signed out' },
    { renewal: 'none' },
    { do: 'needs_auth', isNew: false },
  ],
])('%s', (_name, grant, situation, expected) => {
  const decision = decide(grant, { hasToken: true, renewal: 'refresh', now: NOW, ...situation });

  expect(decision).toMatchObject(expected);
});
