import { describe, expect, it } from 'vitest';
import type { Json } from '../json-value.ts';
import type { MethodName } from '../methods.ts';
import { renderBody, renderPath } from '../testing/render-request.ts';

// The hardest case of each vendor: a missed call from an unknown number, an agent without a link, a
// first sync. An early draft of the language damaged each of these requests.
const UNKNOWN_CALLER = {
  party_number: '+442071838750',
  phone: '+442071838750',
  subject: 'Missed call',
};

describe('a request of an unknown caller or of a first sync', () => {
  const rows: readonly [string, MethodName, Json, Json][] = [
    [
      'HubSpot: no association without its target',
      'CreateActivity',
      {
        properties: { hs_call_title: '$subject$', hs_note: '$description$' },
        associations: [
          {
            to: { id: '$contact_id$' },
            types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 194 }],
          },
        ],
      },
      { properties: { hs_call_title: 'Missed call' } },
    ],
    [
      'HubSpot, Intercom, GoHighLevel: no filter without its value',
      'Contacts',
      {
        filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: '$since$' }],
        sorts: ['hs_object_id'],
        limit: 100,
      },
      { sorts: ['hs_object_id'], limit: 100 },
    ],
    [
      'Dynamics: no dangling reference',
      'CreateActivity',
      { subject: '$subject$', 'ownerid@odata.bind': '/systemusers($user_id$)' },
      { subject: 'Missed call' },
    ],
    [
      'Odoo JSON-RPC: the domain is empty, the rest keeps its position',
      'Contacts',
      { args: ['db', 7, 'res.partner', [[['write_date', '>', '$since$']]], { limit: 100 }] },
      { args: ['db', 7, 'res.partner', [[]], { limit: 100 }] },
    ],
    [
      'Odoo JSON-2: the domain goes with its key',
      'Contacts',
      { domain: [['write_date', '>', '$since$']], fields: ['id', 'name'], offset: 0 },
      { fields: ['id', 'name'], offset: 0 },
    ],
    [
      'Pipedrive, Bitrix24: no empty phone',
      'CreateContact',
      {
        phones: [
          { value: '$phone$', label: 'work', primary: true },
          { value: '$mobile$', label: 'mobile' },
        ],
      },
      { phones: [{ value: '+442071838750', label: 'work', primary: true }] },
    ],
    [
      'Tryton: no note on nobody',
      'CreateActivity',
      { resource: 'party.party,$contact_id$', message: '$subject$' },
      { message: 'Missed call' },
    ],
    [
      'a body of which only placeholders are missing keeps its constants',
      'Contacts',
      { since: '$since$', limit: 100, query: { all: true, after: '$since$' } },
      { limit: 100, query: { all: true } },
    ],
  ];

  it.each(rows)('of %s', (_, method, parameters, expected) => {
    expect(renderBody(parameters, { method, values: UNKNOWN_CALLER })).toEqual(expected);
  });

  it.each([
    [
      'Dynamics',
      '/contacts?$top=100&$filter=modifiedon gt $since$',
      'https://crm.example/contacts?$top=100',
    ],
    [
      'Twenty',
      '/people?filter=updatedAt[gte]:"$since$"&limit=60',
      'https://crm.example/people?limit=60',
    ],
    ['Close', '/lead/?query=updated >= "$since$"', 'https://crm.example/lead/'],
  ])('of %s has no filter with a hole in it', (_, path, expected) => {
    expect(renderPath(path, { method: 'Contacts' })).toBe(expected);
  });

  it('of Salesforce has its date by default', () => {
    const document = {
      parameters: { since: { type: 'ISO8601Date', default: '1970-01-01T00:00:00Z' } },
    };
    const path = '/query?q=SELECT Id FROM Contact WHERE SystemModstamp > $since$ ORDER BY Id';

    expect(renderPath(path, { document, method: 'Contacts' })).toBe(
      'https://crm.example/query?q=SELECT%20Id%20FROM%20Contact%20WHERE%20SystemModstamp%20%3E%201970-01-01T00%3A00%3A00.000Z%20ORDER%20BY%20Id',
    );
  });
});

describe('texts that only look like placeholders', () => {
  it.each([
    ['GraphQL', 'query ($board: ID!) { boards(ids: [$board]) { id } }'],
    ['a price', '$5 or 10$'],
    ['other signs in a row', '$$ and $$$'],
    ['inherited members', '$constructor$ $__proto__$'],
  ])('stay: %s', (_, text) => {
    expect(renderBody({ a: text })).toEqual({ a: text });
  });
});
