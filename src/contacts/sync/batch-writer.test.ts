import { expect, it } from 'vitest';

import type { ContactKey, ContactRecord } from '../contact-record.ts';
import type { SyncBatch } from '../index/sync-store.ts';
import { BATCH_LIMITS, createBatchWriter } from './batch-writer.ts';
import type { BatchWriter } from './batch-writer.ts';

function writerTo(
  batches: (readonly ContactRecord[])[],
  gone: (readonly ContactKey[])[] = [],
): BatchWriter {
  const store = {
    writeBatch: (_of: unknown, _lease: unknown, { records, deleted }: SyncBatch) => {
      batches.push(records.splice(0));
      gone.push(deleted);
      return Promise.resolve({ added: 0, changed: 0, unchanged: 0 });
    },
    companyNames: () => Promise.resolve(new Map<string, string>()),
  };
  const of = { organizationId: 'org', connectionId: 'con' };
  return createBatchWriter(
    { store, monotonic: () => 0, limits: BATCH_LIMITS },
    {
      ...{ of, lease: { owner: 'node', fence: 1 }, number: 1, method: 'Contacts' },
      ...{ country: 'GB', place: 'start', estimate: undefined, countedBefore: 0 },
    },
  );
}

function contact(at: number, url: string): ContactRecord {
  return {
    kind: 'person',
    contactType: '',
    crmId: String(at),
    name: 'A',
    emails: [],
    phones: [],
    url,
  };
}

it.each([
  ['of 10,000 small contacts', '', 10_000],
  ['of fewer, where they are large', 'x'.repeat(1_999), 2_000],
  ['of what is kept of them, where they are larger than that', 'x'.repeat(100_000), 2_000],
])('begins to write a batch %s', async (_name, url, count) => {
  const batches: (readonly ContactRecord[])[] = [];
  const writer = writerTo(batches);

  for (let at = 0; at < 10_000; at += 1) {
    writer.add(contact(at, url));
    await writer.settle();
  }
  await writer.flush();

  expect(batches[0]?.length).toBe(count);
  expect(batches.flat().length).toBe(10_000);
});

it('takes the later of what one batch tells of one contact: that it is there, or that it went', async () => {
  const batches: (readonly ContactRecord[])[] = [];
  const gone: (readonly ContactKey[])[] = [];
  const writer = writerTo(batches, gone);
  const [back, went] = [contact(1, ''), contact(2, '')];

  writer.remove({ kind: 'person', contactType: '', crmId: '1' });
  writer.add(went);
  writer.remove({ kind: 'person', contactType: '', crmId: '2' });
  writer.remove({ kind: 'company', contactType: '', crmId: '1' });
  writer.add(back);
  await writer.flush();

  expect(batches).toEqual([[went, back]]);
  expect(gone.map((keys) => keys.map(({ kind, crmId }) => [kind, crmId]))).toEqual([
    [
      ['person', '2'],
      ['company', '1'],
    ],
  ]);
});

it('counts the records of a page as they come, within a second, and each once', async () => {
  const counted: number[] = [];
  let at = 0;
  const store = {
    writeBatch: (_of: unknown, _lease: unknown, { received }: SyncBatch) => {
      counted.push(received);
      return Promise.resolve({ added: 0, changed: 0, unchanged: 0 });
    },
    companyNames: () => Promise.resolve(new Map<string, string>()),
  };
  const writer = createBatchWriter(
    { store, monotonic: () => at, limits: BATCH_LIMITS },
    {
      ...{ of: { organizationId: 'org', connectionId: 'con' }, number: 1, method: 'Contacts' },
      ...{ lease: { owner: 'node', fence: 1 }, country: 'GB', place: 'start', estimate: undefined },
      // Of this page an earlier run had read four.
      countedBefore: 4,
    },
  );

  for (let count = 1; count <= 8; count += 1) {
    writer.add(contact(count, ''));
    at += 250;
    await writer.settle();
  }
  writer.leaveOut();
  writer.pageEnds({ received: 12, place: 'next' });
  await writer.flush();

  // After the first second, and then at the end: five seconds had not gone by.
  expect(counted).toEqual([4 - 4, 12 - 4]);
});
