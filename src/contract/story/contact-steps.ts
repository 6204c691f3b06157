import type { StoryStep } from './story-step.ts';

const CONTACT = { connection_id: '{{connection.id}}', contact_id: '{{contact.contact_id}}' };

/** People of the CRM: looked for, made, changed, deleted and erased. */
export const CONTACT_STEPS: readonly StoryStep[] = [
  {
    endpoint: 'createContact',
    as: 'organization',
    params: { connection_id: '{{connection.id}}' },
    headers: { 'idempotency-key': 'contact-1' },
    body: { values: { firstname: 'Grace', lastname: 'Hopper', phone: '+442079460018' } },
    keep: 'contact',
  },
  { endpoint: 'getContact', as: 'organization', params: CONTACT },
  {
    endpoint: 'searchContacts',
    as: 'organization',
    query: { q: 'hop gra', live: 'true', session: 'window-1' },
  },
  {
    endpoint: 'updateContact',
    as: 'organization',
    params: CONTACT,
    body: { values: { email: 'grace@customer.example', phone: null } },
  },
  { endpoint: 'deleteContact', as: 'organization', params: CONTACT },
  {
    endpoint: 'erasePerson',
    as: 'organization',
    body: { number: '+442079460018', confirm: true, keep_out: true },
    keep: 'erasure',
  },
  {
    endpoint: 'getErasure',
    as: 'organization',
    params: { erasure_id: '{{erasure.erasure_id}}' },
    until: { path: ['state'], is: 'done' },
  },
  { endpoint: 'listErasures', as: 'organization' },
  {
    endpoint: 'readmitPerson',
    as: 'organization',
    params: { erasure_id: '{{erasure.erasure_id}}' },
  },
];
