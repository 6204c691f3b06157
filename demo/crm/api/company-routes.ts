import { readMember, Refusal } from '../answer.ts';
import { found } from './found.ts';
import { pageOf, PAGING_QUERY } from './paging.ts';
import type { Route } from './route.ts';

const BAKERY = {
  id: 'o-1',
  name: 'Harbour Bakery',
  industry: 'Food',
  phone: '+44 20 7946 0010',
  website: 'https://harbourbakery.example',
  city: 'London',
  country: 'GB',
  updated_at: '2026-01-25T08:00:00.000Z',
};

export const COMPANY_ROUTES: readonly Route[] = [
  {
    name: 'GET /api/companies',
    does: 'Lists companies, or finds them by their name.',
    query: {
      search: 'The beginning of the name.',
      since: 'Made or changed since then, ISO 8601.',
      ...PAGING_QUERY,
    },
    gives: { companies: [BAKERY], page: 1, more: false, next_cursor: null, total: 1 },
    answer({ crm, query }) {
      const search = (query.get('search') ?? '').toLowerCase();
      const since = query.get('since') ?? '';
      const all = crm.companies.filter(
        ({ name, updated_at }) =>
          name.toLowerCase().startsWith(search) &&
          (since === '' || Date.parse(updated_at) >= Date.parse(since)),
      );
      const { items, ...page } = pageOf(all, query);
      return [200, { companies: items, ...page }];
    },
  },
  {
    name: 'POST /api/companies',
    does: 'Makes a company.',
    takes: { company: { name: 'Okoro Tea', city: 'London', country: 'GB' } },
    gives: { company: { id: 'o-1059', name: 'Okoro Tea', city: 'London', country: 'GB' } },
    answer({ crm, body }) {
      const fields = readMember(body, 'company');
      const { name } = fields;
      if (typeof name !== 'string' || name.trim() === '') {
        throw new Refusal(422, 'A company needs a name.');
      }
      return [201, { company: crm.createCompany(fields) }];
    },
  },
  {
    name: 'GET /api/companies/*',
    does: 'Gives one company.',
    gives: { company: BAKERY },
    answer: ({ crm, id }) => [200, { company: found(crm.company(id), `company ${id}`) }],
  },
];
