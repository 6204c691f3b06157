import { describe, expect, it } from 'vitest';

import { isLasting, madeContact, MADE_CONTACT_MS, turnOf } from './made-contacts.ts';
import type { ContactClaim } from './made-contacts.ts';

const NOW = Date.UTC(2026, 2, 1, 9);

function claim(members: Partial<ContactClaim>): ContactClaim {
  return {
    stepId: 'other',
    claimedAt: NOW - 1_000,
    state: 'done',
    reason: null,
    readyAt: NOW,
    begun: false,
    contact: undefined,
    ...members,
  };
}

const CONTACT = { contact_id: '7' };

describe('the turn of a call whose caller nobody knows', () => {
  it.each<[string, ContactClaim | undefined, string]>([
    ['nobody made the contact', undefined, 'make'],
    ['it is its own', claim({ stepId: 'own' }), 'make'],
    ['another call made it', claim({ contact: CONTACT }), 'take'],
    ['another call made it without an id', claim({}), 'leave'],
    ['another call makes it', claim({ state: 'sending' }), 'wait'],
    ['nobody knows yet what came of it', claim({ state: 'unknown' }), 'wait'],
    ['another call has begun to make it', claim({ state: 'pending', begun: true }), 'wait'],
    ['another call tried, and surely made nothing', claim({ state: 'pending' }), 'make'],
    ['the CRM refused to make it', claim({ state: 'parked', reason: 'refused' }), 'make'],
    ['a person must say', claim({ state: 'parked', reason: 'unknown_outcome' }), 'leave'],
    ['no id was told', claim({ state: 'parked', reason: 'executed_without_id' }), 'leave'],
    ['a person gave it up', claim({ state: 'discarded' }), 'make'],
    ['it was long ago', claim({ contact: CONTACT, claimedAt: NOW - MADE_CONTACT_MS - 1 }), 'make'],
  ])('where %s', (_name, theirs, kind) => {
    expect(turnOf(theirs, { stepId: 'own', now: NOW })).toMatchObject({ kind });
  });

  it('looks again when the other call goes on, and at least once a minute', () => {
    const until = (readyAt: number) =>
      turnOf(claim({ state: 'unknown', readyAt }), { stepId: 'own', now: NOW });

    expect(until(NOW - 5_000)).toEqual({ kind: 'wait', until: NOW + 1_000 });
    expect(until(NOW + 30_000)).toEqual({ kind: 'wait', until: NOW + 31_000 });
    expect(until(NOW + 600_000)).toEqual({ kind: 'wait', until: NOW + 60_000 });
  });

  it("is nobody else's while some of its requests have succeeded", () => {
    const begun = claim({ state: 'pending', begun: true });

    expect([isLasting(begun, NOW), isLasting({ ...begun, begun: false }, NOW)]).toEqual([
      true,
      false,
    ]);
  });

  it('knows the contact only where it is made', () => {
    expect(madeContact(claim({ contact: CONTACT }), NOW)).toEqual(CONTACT);
    expect(madeContact(claim({ contact: CONTACT, state: 'pending', begun: true }), NOW)).toBe(
      undefined,
    );
  });
});
