import * as z from 'zod';

import type { RequestTracker } from './request-tracker-server.ts';

const Person = z.object({ id: z.string() });
const Ticket = z.object({
  id: z.coerce.string(),
  Subject: z.string(),
  Status: z.string(),
  Owner: Person,
  Requestor: z.array(Person),
  Started: z.string(),
  Told: z.string(),
  TimeWorked: z.string(),
});
export type Ticket = z.infer<typeof Ticket>;

const Attachments = z.object({
  items: z.array(z.object({ id: z.string(), Filename: z.string(), ContentType: z.string() })),
});
const Attachment = z.object({ Content: z.string().default('') });
const User = z.object({
  id: z.string(),
  RealName: z.string(),
  CustomFields: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
});

export interface Reader {
  /** All tickets, the oldest first. */
  tickets(): Promise<readonly Ticket[]>;
  /** Files of a ticket by name, decoded. */
  files(ticketId: string): Promise<readonly { name: string; type: string; bytes: Buffer }[]>;
  /** Texts of a ticket's history, as people read them. */
  texts(ticketId: string): Promise<readonly string[]>;
  userByPhone(phone: string): Promise<z.infer<typeof User> | undefined>;
  createUser(name: string, realName: string, phone: string): Promise<void>;
  /** Makes a person without privileges; its login name is its id. */
  createPerson(
    person: Readonly<Record<string, unknown>> & { readonly Name: string },
  ): Promise<void>;
  changePerson(name: string, values: Readonly<Record<string, unknown>>): Promise<void>;
  /** What RT does in place of deleting somebody. */
  disablePerson(name: string): Promise<void>;
}

/** Reads Request Tracker by its own API, past everything that is tested. */
export function readerOf(tracker: RequestTracker): Reader {
  const ask = async (path: string, body?: unknown, method?: 'PUT' | 'DELETE'): Promise<unknown> => {
    const answer = await fetch(`${tracker.origin}/REST/2.0${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { authorization: `token ${tracker.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(parsed)}`);
    return parsed;
  };
  const attachments = async (ticketId: string): Promise<z.infer<typeof Attachments>['items']> => {
    const path = `/ticket/${ticketId}/attachments?fields=Filename,ContentType&per_page=100`;
    return Attachments.parse(await ask(path)).items;
  };
  const content = async (id: string): Promise<Buffer> =>
    Buffer.from(Attachment.parse(await ask(`/attachment/${id}`)).Content, 'base64');
  return {
    tickets: async () => {
      const query = encodeURIComponent("Queue = 'General'");
      const fields = 'Subject,Status,Owner,Requestor,Started,Told,TimeWorked';
      const answer = await ask(`/tickets?query=${query}&fields=${fields}&per_page=100&orderby=id`);
      return z.object({ items: z.array(Ticket) }).parse(answer).items;
    },
    files: async (ticketId) => {
      const named = (await attachments(ticketId)).filter((item) => item.Filename !== '');
      return Promise.all(
        named.map(async (item) => ({
          name: item.Filename,
          type: item.ContentType,
          bytes: await content(item.id),
        })),
      );
    },
    texts: async (ticketId) => {
      const plain = (await attachments(ticketId)).filter(
        (item) => item.Filename === '' && item.ContentType === 'text/plain',
      );
      return Promise.all(plain.map(async (item) => (await content(item.id)).toString('utf8')));
    },
    userByPhone: async (phone) => {
      const filter = [{ field: 'CustomField.{Phone}', operator: '=', value: phone }];
      const answer = await ask('/users?fields=RealName,CustomFields', filter);
      return z.object({ items: z.array(User) }).parse(answer).items[0];
    },
    createUser: async (name, realName, phone) => {
      const user = { Name: name, RealName: realName, Privileged: 0 };
      await ask('/user', { ...user, CustomFields: { Phone: [phone] } });
    },
    createPerson: async (person) => {
      await ask('/user', { Privileged: 0, ...person });
    },
    changePerson: async (name, values) => {
      await ask(`/user/${name}`, values, 'PUT');
    },
    disablePerson: async (name) => {
      await ask(`/user/${name}`, undefined, 'DELETE');
    },
  };
}
