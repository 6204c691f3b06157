import { readMember, Refusal } from '../answer.ts';
import type { Fields } from '../fields.ts';
import { like, withEmail, withNumber } from '../find-contacts.ts';
import type { Contact } from '../records.ts';
import { found } from './found.ts';
import { pageOf, PAGING_QUERY } from './paging.ts';
import type { Question, Reply, Route } from './route.ts';

const ALICE = {
  id: 'c-1',
  first_name: 'Alice',
  last_name: 'Smith',
  job_title: 'Owner',
  company: 'Harbour Bakery',
  company_id: 'o-1',
  email: 'alice.smith@harbourbakery.example',
  phone: '+44 20 7946 0018',
  mobile: '+44 7700 900123',
  updated_at: '2026-02-03T08:00:00.000Z',
};
const NEW_CONTACT = {
  first_name: 'Ada',
  last_name: 'Okoro',
  company: 'Okoro Tea',
  email: 'ada@okorotea.example',
  phone: '+44 20 7946 0321',
};

export const CONTACT_ROUTES: readonly Route[] = [
  {
    name: 'GET /api/contacts',
    does: 'Lists contacts, or finds them.',
    query: {
      phone: 'Whose number this is, in any spelling.',
      email: 'Whose e-mail address this is.',
      search: 'The beginning of words of name, company or e-mail, or part of a number.',
      company_id: 'Who works there.',
      since: 'Made, changed or deleted since then, ISO 8601; a deleted one has `deleted: true`.',
      ...PAGING_QUERY,
    },
    gives: { contacts: [ALICE], page: 1, more: false, next_cursor: null, total: 1 },
    answer: listContacts,
  },
  {
    name: 'POST /api/contacts',
    does: 'Makes a contact. A company that is not known by its name is made too.',
    takes: { contact: NEW_CONTACT },
    gives: { contact: { id: 'c-1059', ...NEW_CONTACT } },
    answer(question) {
      const fields = readMember(question.body, 'contact');
      refuseDuplicate(question, fields);
      return [201, { contact: question.crm.createContact(fields) }];
    },
  },
  {
    name: 'GET /api/contacts/*',
    does: 'Gives one contact.',
    gives: { contact: ALICE },
    answer: ({ crm, id }) => [200, { contact: found(crm.contact(id), `contact ${id}`) }],
  },
  {
    name: 'PUT /api/contacts/*',
    does: 'Changes the fields of a contact that are sent; null empties one.',
    takes: { contact: { job_title: 'Managing director', mobile: null } },
    gives: { contact: { ...ALICE, job_title: 'Managing director', mobile: '' } },
    answer({ crm, id, body }) {
      const contact = crm.updateContact(id, readMember(body, 'contact'));
      return [200, { contact: found(contact, `contact ${id}`) }];
    },
  },
  {
    name: 'DELETE /api/contacts/*',
    does: 'Deletes a contact. Its calls stay.',
    gives: undefined,
    answer({ crm, id }) {
      found(crm.deleteContact(id) || undefined, `contact ${id}`);
      return [204, undefined];
    },
  },
];

function listContacts(question: Question): Reply {
  const { crm, query, habits } = question;
  const filters = ['phone', 'email', 'search', 'company_id'].filter((name) => query.has(name));
  const isIgnored = filters.length > 0 && habits.strikes('ignored_filter', question) !== undefined;
  const lag = filters.length > 0 ? habits.strikes('search_lag', question) : undefined;
  const known = crm.contacts.filter(
    ({ updated_at }) => lag === undefined || Date.parse(updated_at) <= crm.now - lag * 1000,
  );
  const contacts = isIgnored ? known : filtered(known, query);
  const since = moment(query.get('since'));
  const isNew = ({ updated_at }: { readonly updated_at: string }): boolean =>
    since === undefined || Date.parse(updated_at) >= since;
  const gone = since === undefined ? [] : crm.deletedContacts;
  const { items, ...page } = pageOf([...contacts, ...gone].filter(isNew), query);
  return [200, { contacts: items, ...page }];
}

function filtered(contacts: readonly Contact[], query: URLSearchParams): readonly Contact[] {
  const [phone, email] = [query.get('phone'), query.get('email')];
  const [search, company] = [query.get('search'), query.get('company_id')];
  const byPhone = phone === null ? contacts : withNumber(contacts, phone);
  const byEmail = email === null ? byPhone : withEmail(byPhone, email);
  const bySearch = search === null ? byEmail : like(byEmail, search);
  return company === null ? bySearch : bySearch.filter((one) => one.company_id === company);
}

function moment(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new Refusal(400, '"since" must be a moment in ISO 8601.');
  return at;
}

function refuseDuplicate(question: Question, fields: Fields): void {
  const { crm, habits } = question;
  const texts = ['phone', 'mobile', 'email'].map((name) => {
    const value = fields[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  });
  const [phone, mobile, email] = texts;
  const [existing] = [
    ...(phone === undefined ? [] : withNumber(crm.contacts, phone)),
    ...(mobile === undefined ? [] : withNumber(crm.contacts, mobile)),
    ...(email === undefined ? [] : withEmail(crm.contacts, email)),
  ];
  if (existing !== undefined && habits.strikes('refuse_duplicates', question) !== undefined) {
    throw new Refusal(
      409,
      `There is a contact with this number or e-mail address: ${existing.id}.`,
      {
        existing: { id: existing.id },
      },
    );
  }
}
