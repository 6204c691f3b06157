import { describe, expect, it } from 'vitest';

import type { ContactRecord } from '../contact-record.ts';
import { recordOfContact } from './match.ts';

const NAVY: ContactRecord = {
  kind: 'company',
  contactType: 'account',
  crmId: '7',
  name: 'Navy',
  phones: ['+442071838750'],
  emails: [],
};

describe('what a document knows a contact of the index by', () => {
  it('is, of a company, no person: its calls are those of the company', () => {
    const record = recordOfContact(NAVY);

    expect(record).toMatchObject({ company_id: '7', company_name: 'Navy', contact_name: 'Navy' });
    expect(record['contact_id']).toBeUndefined();
  });

  it('is, of a person, also the company where the person works', () => {
    const ada = { ...NAVY, kind: 'person', crmId: '1', name: 'Ada', companyId: '7' } as const;

    expect(recordOfContact({ ...ada, company: 'Navy' })).toMatchObject({
      ...{ contact_id: '1', contact_name: 'Ada', company_id: '7', company_name: 'Navy' },
    });
    expect(recordOfContact({ ...NAVY, kind: 'person' })['company_name']).toBeUndefined();
  });
});
