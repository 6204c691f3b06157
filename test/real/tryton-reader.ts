import * as z from 'zod';

import type { Tryton } from './tryton-server.ts';

const Note = z.object({ id: z.number(), resource: z.string(), message: z.string() });
export type Note = z.infer<typeof Note>;

const Mechanism = z.object({ type: z.string(), value: z.string() });
const Party = z.object({
  id: z.number(),
  name: z.string().nullable(),
  'contact_mechanisms.': z.array(Mechanism),
});
export type Party = z.infer<typeof Party>;

const Attachment = z.object({
  name: z.string(),
  resource: z.string(),
  data: z.object({ __class__: z.literal('bytes'), base64: z.string() }),
});

const Answer = z.object({ result: z.unknown().optional(), error: z.unknown().optional() });

export interface Reader {
  /** All notes, the oldest first. */
  notes(): Promise<readonly Note[]>;
  /** All attachments, the oldest first, decoded. */
  files(): Promise<readonly { name: string; resource: string; bytes: Buffer }[]>;
  /** Every party with its numbers and addresses, the oldest first. */
  parties(): Promise<readonly Party[]>;
  /** Answers the new party's ID. */
  createParty(
    name: string,
    mechanisms: readonly { type: string; value: string }[],
  ): Promise<number>;
  /** Changes a number where it stands: the party itself stays as it was. */
  changeNumber(from: string, to: string): Promise<void>;
  /** Nobody finds the party any more, but it is there. */
  deactivateParty(id: number): Promise<void>;
  deleteParty(id: number): Promise<void>;
  /** Answers the new user's ID. */
  createUser(user: {
    name: string;
    login: string;
    email: string;
    password?: string;
  }): Promise<number>;
  /** What an administrator forbids everybody: to create records of a model. */
  forbidCreating(model: string): Promise<void>;
}

/** Reads and seeds Tryton by its own RPC as its administrator, past everything that is tested. */
export function readerOf(tryton: Tryton): Reader {
  const login = Buffer.from(`admin:${tryton.adminPassword}`).toString('base64');
  const call = async (method: string, ...params: readonly unknown[]): Promise<unknown> => {
    const answer = await fetch(`${tryton.origin}/${tryton.database}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Basic ${login}` },
      body: JSON.stringify({ id: 1, method, params: [...params, {}] }),
    });
    const text = await answer.text();
    const parsed = answer.ok ? Answer.parse(JSON.parse(text)) : { error: text };
    if (parsed.error !== undefined) throw new Error(`${method}: ${JSON.stringify(parsed.error)}`);
    return parsed.result;
  };
  const all = (model: string, fields: readonly string[]): Promise<unknown> =>
    call(`model.${model}.search_read`, [], 0, 1000, [['id', 'ASC']], fields);
  const create = async (model: string, values: unknown): Promise<number> => {
    const [id] = z.tuple([z.number()]).parse(await call(`model.${model}.create`, [values]));
    return id;
  };
  return {
    notes: async () => z.array(Note).parse(await all('ir.note', ['resource', 'message'])),
    files: async () => {
      const found = await all('ir.attachment', ['name', 'resource', 'data']);
      return z
        .array(Attachment)
        .parse(found)
        .map(({ name, resource, data }) => ({
          name,
          resource,
          bytes: Buffer.from(data.base64, 'base64'),
        }));
    },
    parties: async () => {
      const fields = ['name', 'contact_mechanisms.type', 'contact_mechanisms.value'];
      return z.array(Party).parse(await all('party.party', fields));
    },
    createParty: (name, mechanisms) =>
      create('party.party', { name, contact_mechanisms: [['create', mechanisms]] }),
    changeNumber: async (from, to) => {
      const found = await call(
        'model.party.contact_mechanism.search',
        [['value', '=', from]],
        0,
        1,
        null,
      );
      await call('model.party.contact_mechanism.write', found, { value: to });
    },
    deactivateParty: async (id) => {
      await call('model.party.party.write', [id], { active: false });
    },
    deleteParty: async (id) => {
      await call('model.party.party.delete', [id]);
    },
    createUser: (user) => create('res.user', user),
    forbidCreating: async (model) => {
      const found = await call('model.ir.model.search_read', [['model', '=', model]], 0, 1, null, [
        'id',
      ]);
      const [{ id }] = z.tuple([z.object({ id: z.number() })]).parse(found);
      await create('ir.model.access', {
        model: id,
        perm_read: true,
        perm_write: true,
        perm_create: false,
        perm_delete: true,
      });
    },
  };
}
