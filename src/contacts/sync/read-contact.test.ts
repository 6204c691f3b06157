import { describe, expect, test } from 'vitest';

import { CONTACT_FIELDS } from '../../document/options/options-schema.ts';
import { readContact } from './read-contact.ts';
import type { ReadingRules } from './read-contact.ts';

const PEOPLE: ReadingRules = {
  method: 'Contacts',
  fields: new Set(CONTACT_FIELDS),
  urlOf: () => 'https://crm.example/of-document',
};
const COMPANIES: ReadingRules = { ...PEOPLE, method: 'Organizations', urlOf: () => undefined };

const ADA = {
  contact_id: '42',
  firstname: 'Ada',
  lastname: 'Lovelace',
  phone: ['+442079460018', ' '],
  mobile: ['+447700900123', '+442079460018'],
  email: ['ada@example.com'],
  company_id: '7',
  job_title: 'Mathematician',
  contact_type: 'lead',
};

describe('a record of Contacts', () => {
  test('is a person with all numbers, each once, and a whole name', () => {
    expect(readContact(ADA, PEOPLE)).toEqual({
      kind: 'contact',
      contact: {
        ...{ kind: 'person', contactType: 'lead', crmId: '42' },
        ...{ name: 'Ada Lovelace', firstname: 'Ada', lastname: 'Lovelace' },
        ...{ companyId: '7', jobTitle: 'Mathematician', emails: ['ada@example.com'] },
        phones: ['+442079460018', '+447700900123'],
        url: 'https://crm.example/of-document',
      },
    });
  });

  test('with a name in one piece has its parts too', () => {
    const read = readContact({ contact_id: '1', contact_name: 'Grace Brewster Hopper' }, PEOPLE);

    expect(read).toMatchObject({
      contact: { name: 'Grace Brewster Hopper', firstname: 'Grace Brewster', lastname: 'Hopper' },
    });
  });

  test('keeps nothing that may not be stored', () => {
    const none = readContact({ ...ADA, company_name: 'Acme' }, { ...PEOPLE, fields: new Set() });

    expect(none).toEqual({
      kind: 'contact',
      contact: {
        ...{ kind: 'person', contactType: 'lead', crmId: '42' },
        ...{ name: 'Ada Lovelace', firstname: 'Ada', lastname: 'Lovelace', emails: [], phones: [] },
      },
    });
  });

  test('that the CRM calls deleted is only a key', () => {
    const key = { kind: 'person', contactType: '', crmId: '42' };

    expect(readContact({ contact_id: '42', deleted: 'true' }, PEOPLE)).toEqual({
      ...{ kind: 'deleted', key },
    });
    expect(readContact({ contact_id: '42', deleted: 'false' }, PEOPLE).kind).toBe('contact');
  });

  test('without an id is left out', () => {
    expect(readContact({ firstname: 'Nobody' }, PEOPLE)).toEqual({ kind: 'left_out' });
    expect(readContact({ contact_id: ' ' }, PEOPLE)).toEqual({ kind: 'left_out' });
  });
});

test('a record of Organizations is a company', () => {
  const record = { company_id: '7', company_name: 'Acme Ltd', phone: ['+442079460000'] };

  expect(readContact(record, COMPANIES)).toEqual({
    kind: 'contact',
    contact: {
      ...{ kind: 'company', contactType: '', crmId: '7', name: 'Acme Ltd', emails: [] },
      phones: ['+442079460000'],
    },
  });
});
