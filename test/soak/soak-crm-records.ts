import type { Act, Executed } from '../faults/auditor.ts';
import type { CrmStyle } from './office-styles.ts';

export interface CrmRequest {
  readonly style: CrmStyle;
  readonly method: string;
  /** Segments of the path behind the style. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly idempotencyKey: string | undefined;
  readonly body: string;
}

export interface CrmAnswer {
  readonly status: number;
  readonly body: unknown;
  /** What it made or changed. */
  readonly executed?: Executed;
}

export interface CrmRecords {
  /** Executes a request at once. */
  run(request: CrmRequest): CrmAnswer;
}

const NOT_FOUND: CrmAnswer = { status: 404, body: { error: 'no such record' } };

/** The records of one CRM, found by key, so that a hundred thousand of them slow nothing down. */
export function createCrmRecords(): CrmRecords {
  const recordOfKey = new Map<string, string>();
  const keyOfRecord = new Map<string, string>();
  const contacts = new Map<string, string>();
  const answers = new Map<string, CrmAnswer>();
  const put = new Set<string>();
  let nextId = 1;
  const newId = (): string => String(nextId++);

  const create = (key: string): CrmAnswer => {
    const record = newId();
    keyOfRecord.set(record, key);
    recordOfKey.set(key, record);
    return { status: 201, body: { id: record }, executed: { act: 'create', key, record } };
  };
  const change = (act: Act, record: string, isPut: boolean): CrmAnswer => {
    const key = keyOfRecord.get(record);
    if (key === undefined) return NOT_FOUND;
    const answer = { status: 200, body: { ok: true } };
    const place = `${record} ${act}`;
    // A second PUT finds what it would make.
    if (isPut && put.has(place)) return answer;
    if (isPut) put.add(place);
    return { ...answer, executed: { act, key, record } };
  };
  const upsert = (key: string): CrmAnswer => {
    const record = recordOfKey.get(key);
    if (record === undefined) return create(key);
    return { ...change('update', record, false), body: { id: record } };
  };
  const ofCalls = (request: CrmRequest): CrmAnswer => {
    const [, id, action] = request.path;
    if (request.method === 'GET') {
      const record = recordOfKey.get(request.query.get('key') ?? '');
      return { status: 200, body: { calls: record === undefined ? [] : [{ id: record }] } };
    }
    if (id === undefined) return create(textOf(request.body, 'key'));
    if (id === 'by-key') return upsert(action ?? '');
    if (action === undefined) return change('update', id, false);
    const act = ACTIONS.get(action);
    return act === undefined ? NOT_FOUND : change(act, id, request.method === 'PUT');
  };
  const ofContacts = (request: CrmRequest): CrmAnswer => {
    if (request.method === 'GET') {
      const phone = request.query.get('phone') ?? '';
      const id = contacts.get(phone);
      return { status: 200, body: { contacts: id === undefined ? [] : [{ id, phone }] } };
    }
    const phone = textOf(request.body, 'phone');
    const id = newId();
    contacts.set(phone, id);
    const executed = { act: 'contact', key: phone, record: id } as const;
    return { status: 201, body: { id }, executed };
  };
  const execute = (request: CrmRequest): CrmAnswer => {
    switch (request.path[0]) {
      case 'users':
        return { status: 200, body: USERS };
      case 'contacts':
        return ofContacts(request);
      case 'calls':
        return ofCalls(request);
      default:
        return NOT_FOUND;
    }
  };
  return {
    run: (request) => {
      const { idempotencyKey } = request;
      const known = idempotencyKey === undefined ? undefined : answers.get(idempotencyKey);
      if (known !== undefined) return known;
      const { executed, ...answer } = execute(request);
      if (idempotencyKey !== undefined) answers.set(idempotencyKey, answer);
      return executed === undefined ? answer : { ...answer, executed };
    },
  };
}

const USERS = { users: [{ id: '11', name: 'Bob Agent', email: 'bob@crm.test', phone: '201' }] };

const ACTIONS: ReadonlyMap<string, Act> = new Map([
  ['stop', 'stop'],
  ['comments', 'comment'],
  ['recording', 'upload'],
]);

function textOf(body: string, name: string): string {
  const parsed: unknown = JSON.parse(body);
  const value: unknown =
    typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined;
  return typeof value === 'string' ? value : '';
}
