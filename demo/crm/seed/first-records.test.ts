import { describe, expect, it } from 'vitest';

import { firstRecords } from './first-records.ts';

const NOW = Date.parse('2026-03-02T12:00:00.000Z');

describe('what a new demo CRM begins with', () => {
  const records = firstRecords(NOW);

  it('is the same each time, and moves with the clock', () => {
    const later = firstRecords(NOW + 24 * 3_600_000);

    expect(firstRecords(NOW)).toEqual(records);
    expect(later.calls.map((call) => call.subject)).toEqual(
      records.calls.map((call) => call.subject),
    );
  });

  it('is enough to page through, and names only what is there', () => {
    const contacts = new Set(records.contacts.map((contact) => contact.id));
    const users = new Set(records.users.map((user) => user.id));
    const companies = new Set(records.companies.map((company) => company.id));

    expect([records.contacts.length, records.companies.length, records.users.length]).toEqual([
      60, 15, 5,
    ]);
    expect(records.calls.filter((call) => !contacts.has(call.contact_id))).toEqual([]);
    expect(records.calls.filter((call) => !users.has(call.user_id))).toEqual([]);
    expect(
      records.contacts.filter(({ company_id }) => company_id !== '' && !companies.has(company_id)),
    ).toEqual([]);
  });

  it('lies in the past, in order, with ids that are nobody else', () => {
    const times = records.calls.map((call) => Date.parse(call.started_at));
    const ids = [...records.contacts, ...records.companies, ...records.calls].map(({ id }) => id);

    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.max(...records.calls.map((call) => Date.parse(call.ended_at)))).toBeLessThan(NOW);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(String(records.nextId));
  });

  it('has missed calls, notes and recordings, and some of them with who calls in the tour', () => {
    const ofAlice = records.calls.filter((call) => call.contact_id === 'c-1');

    expect(records.calls.some((call) => call.status === 'missed')).toBe(true);
    expect(ofAlice.some((call) => call.note !== '')).toBe(true);
    expect(ofAlice.some((call) => call.recording !== null)).toBe(true);
  });
});
