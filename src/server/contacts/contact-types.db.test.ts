import { afterAll, beforeAll, expect, test } from 'vitest';

import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from '../testing/test-server.ts';
import type { Office, TestServer } from '../testing/test-server.ts';

const CONTACT = { id: '$contact_id$', phone: '$phone$' };
const FIND = {
  request_method: 'GET',
  request_path: '/contacts',
  request_parameters: { phone: '$phone$' },
  response_map: { contacts: [CONTACT] },
};
const TOLD = { ...FIND, response_map: { contacts: [{ ...CONTACT, kind: '$contact_type$' }] } };
const withType = (contact_type: string) => ({ contact_type, ...FIND });
const DELETE = { request_method: 'DELETE', request_path: '/contacts/$contact_id$' };
const documentWith = (methods: object): string =>
  fakeCrmDocument({ methods: { DeleteContact: DELETE, ...methods } }).replace(
    '"parameters": {',
    '"parameters": { "contact_type": "string",',
  );
const NONE = "The document names no kinds of contacts: leave 'contact_type' out.";
const SEVERAL = "The document has no kind of contact 'ghost'. It has: contact, lead.";
const VALUES = { lastname: 'Hopper' };
const REQUESTS = [
  ['POST', '', { body: { values: VALUES, contact_type: 'ghost' } }],
  ['PATCH', '/1?contact_type=ghost', { body: { values: VALUES } }],
  ['DELETE', '/1?contact_type=ghost', {}],
  ['GET', '/1?contact_type=ghost', {}],
] as const;

describeDatabases('the kind of a contact', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ crm, contacts: true, database: await databases.open() });
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const setUp = async (methods: object): Promise<Office> =>
    await setUpOffice(server, crm, { document: documentWith(methods) });

  test.each([
    ['lists those there are', [withType('contact'), withType('lead')], SEVERAL],
    ['says that there are none', FIND, NONE],
  ])('that the document does not have is refused, and the problem %s', async (_, find, words) => {
    const office = await setUp({ FindContact: find });
    crm.requests.length = 0;

    for (const [method, path, sends] of REQUESTS) {
      const url = `/v1/connections/${office.connectionId}/contacts${path}`;
      const sent = await server.send(method, url, { key: office.key, ...sends });

      expect([sent.status, textAt(sent.body, 'code')]).toEqual([400, 'invalid_request']);
      expect(valueAt(sent.body, 'detail')).toBe(words);
    }
    expect(crm.requests.filter((one) => one.path.startsWith('/contacts'))).toEqual([]);
  });

  test('that the document has is taken, and any where the CRM names kinds itself', async () => {
    const named = await setUp({ FindContact: [withType('contact'), withType('lead')] });
    const open = await setUp({ FindContact: TOLD });

    for (const [office, type] of [
      [named, 'lead'],
      [open, 'ghost'],
    ] as const) {
      const url = `/v1/connections/${office.connectionId}/contacts`;
      const body = { values: VALUES, contact_type: type };
      const made = await server.send('POST', url, { key: office.key, body });
      const id = textAt(made.body, 'contact_id');
      const read = await server.send('GET', `${url}/${id}?contact_type=${type}`, {
        key: office.key,
      });

      expect([made.status, read.status]).toEqual([201, 200]);
      expect(read.body).toMatchObject({ contact_type: type });
    }
  });
});
