import { readMember, readObject, Refusal } from '../answer.ts';
import type { Crm } from '../crm.ts';
import type { Fields } from '../fields.ts';
import { found } from './found.ts';
import { pageOf, PAGING_QUERY } from './paging.ts';
import type { Question, Reply, Route } from './route.ts';
import { RECORDING_ROUTES } from './recording-routes.ts';

const RINGING = {
  key: 'k-7f3a9c',
  direction: 'inbound',
  status: 'ringing',
  subject: 'Call from Alice Smith',
  phone: '+442079460018',
  contact_id: 'c-1',
  user_id: 'u-201',
  started_at: '2026-03-02T09:15:00.000Z',
};
const CALL = { id: '1065', ...RINGING };

export const CALL_ROUTES: readonly Route[] = [
  {
    name: 'GET /api/calls',
    does: 'Lists calls, newest first, or finds the one that has your key.',
    query: {
      key: 'The key that the call was made with.',
      contact_id: 'Calls with this contact.',
      user_id: 'Calls of this user.',
      ...PAGING_QUERY,
    },
    gives: { calls: [CALL], page: 1, more: false, next_cursor: null, total: 1 },
    answer({ crm, query }) {
      const filters = (['key', 'contact_id', 'user_id'] as const).filter((name) => query.has(name));
      const all = crm.calls.filter((call) =>
        filters.every((name) => call[name] === query.get(name)),
      );
      const { items, ...page } = pageOf(all, query);
      return [200, { calls: items, ...page }];
    },
  },
  {
    name: 'POST /api/calls',
    does: 'Makes a call, with a key of your own: a second one with the same key is refused with 409, which names the first.',
    takes: { call: RINGING },
    gives: { call: CALL },
    answer({ crm, body }) {
      const fields = readMember(body, 'call');
      const { key } = fields;
      const [existing] = typeof key === 'string' && key !== '' ? crm.callsWithKey(key) : [];
      if (existing !== undefined) {
        throw new Refusal(409, `There is a call with the key "${existing.key}" already.`, {
          existing: { id: existing.id },
        });
      }
      refuseUnknownPeople(crm, fields);
      return [201, { call: crm.createCall(fields) }];
    },
  },
  {
    name: 'GET /api/calls/*',
    does: 'Gives one call.',
    gives: { call: CALL },
    answer: ({ crm, id }) => [200, { call: found(crm.call(id), `call ${id}`) }],
  },
  {
    name: 'PATCH /api/calls/*',
    does: 'Changes the fields of a call that are sent.',
    takes: { call: { subject: 'Delivery date', note: 'Promised Thursday.' } },
    gives: { call: { ...CALL, subject: 'Delivery date', note: 'Promised Thursday.' } },
    answer: (question) => changed(question, readMember(question.body, 'call')),
  },
  {
    name: 'POST /api/calls/*/answer',
    does: 'Says that somebody answered, and who.',
    takes: { user_id: 'u-201', answered_at: '2026-03-02T09:15:08.000Z' },
    gives: { call: { ...CALL, status: 'in call' } },
    answer: (question) => {
      const { user_id, answered_at = isoNow(question) } = readObject(question.body);
      return changed(question, { status: 'in call', user_id, answered_at });
    },
  },
  {
    name: 'POST /api/calls/*/end',
    does: 'Ends a call: answered with a duration in seconds, or missed.',
    takes: { status: 'answered', ended_at: '2026-03-02T09:18:20.000Z', duration: 192 },
    gives: { call: { ...CALL, status: 'answered', duration: 192 } },
    answer: (question) => {
      const { status = 'ended', ended_at = isoNow(question), ...rest } = readObject(question.body);
      return changed(question, { ...rest, status, ended_at });
    },
  },
  {
    name: 'POST /api/calls/*/assign',
    does: 'Gives a call another contact, another owner, or both.',
    takes: { contact_id: 'c-5' },
    gives: { call: { ...CALL, contact_id: 'c-5' } },
    answer: (question) => {
      const { contact_id, user_id } = readObject(question.body);
      return changed(question, { contact_id, user_id });
    },
  },
  ...RECORDING_ROUTES,
];

function changed({ crm, id }: Question, fields: Fields): Reply {
  refuseUnknownPeople(crm, fields);
  return [200, { call: found(crm.updateCall(id, fields), `call ${id}`) }];
}

/** A call names only people who are there: any other id would be a link to nothing. */
function refuseUnknownPeople(crm: Crm, { contact_id, user_id }: Fields): void {
  if (typeof contact_id === 'string' && contact_id !== '' && !crm.contact(contact_id)) {
    throw new Refusal(422, `There is no contact ${contact_id}.`);
  }
  if (typeof user_id === 'string' && user_id !== '' && !crm.user(user_id)) {
    throw new Refusal(422, `There is no user ${user_id}.`);
  }
}

function isoNow({ crm }: Question): string {
  return new Date(crm.now).toISOString();
}
