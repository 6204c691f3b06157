import { expect, test } from 'vitest';

import { CONTACT_FIELDS } from '../document/options/options-schema.ts';
import type { ContactField } from '../document/options/options-schema.ts';
import { withAllowedFields } from './allowed-fields.ts';

const NAMED = { kind: 'person', contactType: 'lead', crmId: '7', name: 'Grace Hopper' } as const;
const ADA = {
  ...{ ...NAMED, firstname: 'Grace', lastname: 'Hopper', company: 'Navy', companyId: '9' },
  ...{ jobTitle: 'Admiral', emails: ['g@navy.example'], phones: ['+442079460018'] },
  url: 'https://crm.example/7',
};
const NONE = { ...NAMED, firstname: 'Grace', lastname: 'Hopper', emails: [], phones: [] };

test('a connection that lets everything be stored keeps the whole contact', () => {
  expect(withAllowedFields(ADA, CONTACT_FIELDS)).toEqual(ADA);
});

test.each<[ContactField, object]>([
  ['phone', { phones: ADA.phones }],
  ['email', { emails: ADA.emails }],
  ['company', { company: 'Navy', companyId: '9' }],
  ['job_title', { jobTitle: 'Admiral' }],
  ['url', { url: ADA.url }],
])('%s alone is kept beside id and names', (field, kept) => {
  expect(withAllowedFields(ADA, [field])).toEqual({ ...NONE, ...kept });
});
