import type { FakeRequest } from './fake-crm.ts';

export interface FakeUser {
  id: string;
  name: string;
  email: string;
  phone: string;
}

export interface FakeContact {
  id: string;
  first_name: string;
  last_name: string;
  phone: string;
  email: string;
  company: string;
}

export interface FakeCall {
  id: string;
  /** The members of the create request and of every later PATCH, laid over each other. */
  fields: Record<string, unknown>;
  /** How often it was stopped, with the last body. */
  stopped: number;
  stop: Record<string, unknown>;
  recordings: { name: string; type: string; bytes: Buffer }[];
}

export interface FakeAnswer {
  readonly status: number;
  /** JSON text. */
  readonly body: string;
}

export interface FakeRoutes {
  readonly users: FakeUser[];
  readonly contacts: FakeContact[];
  readonly calls: FakeCall[];
  run(request: FakeRequest): Promise<FakeAnswer>;
}

/** The small CRM behind `startFakeCrm`: its records and what each route does to them. */
export function fakeCrmRoutes(options: { token: string; firstId: bigint }): FakeRoutes {
  let nextId = options.firstId;
  const newId = (): string => {
    const id = nextId;
    nextId += 1n;
    return String(id);
  };
  const users: FakeUser[] = [
    { id: '11', name: 'Bob Agent', email: 'bob@crm.test', phone: '201' },
    { id: '12', name: 'Eve Agent', email: 'eve@crm.test', phone: '202' },
  ];
  const contacts: FakeContact[] = [];
  const calls: FakeCall[] = [];

  const run = async (request: FakeRequest): Promise<FakeAnswer> => {
    if (request.headers['authorization'] !== `Bearer ${options.token}`) {
      return answer(401, { message: 'Unauthorized' });
    }
    const query = new URLSearchParams(request.url.split('?', 2)[1] ?? '');
    const [, collection, id, action] = request.path.split('/');
    const call = calls.find((candidate) => candidate.id === id);
    switch (
      `${request.method} /${collection ?? ''}${id === undefined ? '' : '/:id'}${action === undefined ? '' : `/${action}`}`
    ) {
      case 'GET /users':
        return answer(200, { users });
      case 'GET /contacts':
        return answer(200, { contacts: findContacts(contacts, query) });
      case 'POST /contacts': {
        const contact = toContact(newId(), readJson(request));
        contacts.push(contact);
        return answer(201, contact);
      }
      case 'PATCH /contacts/:id': {
        const contact = contacts.find((candidate) => candidate.id === id);
        if (contact === undefined) return answer(404, { message: 'no such contact' });
        Object.assign(contact, toContact(contact.id, { ...contact, ...readJson(request) }));
        return answer(200, contact);
      }
      case 'DELETE /contacts/:id': {
        const at = contacts.findIndex((candidate) => candidate.id === id);
        if (at === -1) return answer(404, { message: 'no such contact' });
        contacts.splice(at, 1);
        return answer(200, {});
      }
      case 'POST /calls': {
        const created: FakeCall = {
          id: newId(),
          fields: readJson(request),
          stopped: 0,
          stop: {},
          recordings: [],
        };
        calls.push(created);
        return answer(201, { id: created.id });
      }
      case 'GET /calls': {
        const found = calls.filter((candidate) => candidate.fields['key'] === query.get('key'));
        return answer(200, { calls: found.map(({ id: own, fields }) => ({ ...fields, id: own })) });
      }
      case 'PATCH /calls/:id':
        if (call === undefined) return answer(404, { message: 'no such call' });
        Object.assign(call.fields, readJson(request));
        return answer(200, { id: call.id });
      case 'POST /calls/:id/stop':
        if (call === undefined) return answer(404, { message: 'no such call' });
        call.stopped += 1;
        call.stop = readJson(request);
        return answer(200, { id: call.id });
      case 'POST /calls/:id/recording':
        if (call === undefined) return answer(404, { message: 'no such call' });
        call.recordings.push(await readRecording(request));
        return answer(201, { ok: true });
      default:
        return answer(404, { message: `no route ${request.method} ${request.path}` });
    }
  };
  return { users, contacts, calls, run };
}

/** Ids go out as JSON numbers of any length, as many CRMs send them. */
function answer(status: number, body: object): FakeAnswer {
  return { status, body: JSON.stringify(body).replaceAll(/"id":"(\d+)"/g, '"id":$1') };
}

function findContacts(contacts: readonly FakeContact[], query: URLSearchParams): FakeContact[] {
  const phone = query.get('phone');
  const word = query.get('q')?.toLowerCase();
  return contacts.filter(
    (contact) =>
      (phone === null || contact.phone === phone) &&
      (word === undefined ||
        `${contact.first_name} ${contact.last_name} ${contact.phone}`.toLowerCase().includes(word)),
  );
}

function toContact(id: string, fields: Readonly<Record<string, unknown>>): FakeContact {
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string' ? value : '';
  };
  return {
    id,
    first_name: text('first_name'),
    last_name: text('last_name'),
    phone: text('phone'),
    email: text('email'),
    company: text('company'),
  };
}

function readJson(request: FakeRequest): Record<string, unknown> {
  const parsed: unknown = JSON.parse(request.body.toString('utf8') || '{}');
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? { ...parsed }
    : {};
}

/** Reads the part `file` of a multipart body, else takes the whole body as the file. */
async function readRecording(request: FakeRequest): Promise<FakeCall['recordings'][number]> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data')) return { name: '', type, bytes: request.body };
  const form = await new Response(new Uint8Array(request.body), {
    headers: { 'content-type': type },
  }).formData();
  const file = form.get('file');
  if (file === null || typeof file === 'string') throw new Error('the part "file" is no file');
  return { name: file.name, type: file.type, bytes: Buffer.from(await file.arrayBuffer()) };
}
