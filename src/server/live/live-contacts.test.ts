import { describe, expect, it } from 'vitest';

import { liveContacts } from './live-contacts.ts';

const contact = (id: number, name = 'Grace Hopper', chosen = false) => ({
  ...{ connection_id: 'connection', source: 'crm' as const, chosen, matched: null },
  ...{ contact_kind: 'person' as const, contact_id: String(id), contact_type: null, name },
  ...{ company: null, job_title: null, phones: [], emails: [], url: null },
});
const many = (count: number, name?: string) =>
  Array.from({ length: count }, (_, id) => contact(id, name));

describe('the contacts of an event', () => {
  it('are all of a few, in their order', () => {
    expect(liveContacts(many(3))).toEqual(many(3));
  });

  it('are twenty of many, and first of all whose call it is', () => {
    const chosen = contact(999, 'Ada Byron', true);
    const told = liveContacts([...many(200), chosen]);

    expect(told).toEqual([chosen, ...many(19)]);
  });

  it.each(['x', '語'])('are fewer where they are long, counted in bytes (%s)', (letter) => {
    const told = liveContacts([
      ...many(20, letter.repeat(2_000)),
      contact(1, letter.repeat(9_000)),
    ]);

    expect(told.length).toBeGreaterThan(1);
    expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(17_000);
  });

  it('leave out one that is too long, and no other', () => {
    const told = liveContacts([contact(1, 'x'.repeat(100_000)), ...many(1)]);

    expect(told).toEqual(many(1));
  });
});
