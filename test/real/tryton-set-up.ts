import { readFileSync } from 'node:fs';

import { openOffice, type Office, type OfficePlan } from './office.ts';
import type { Reader } from './tryton-reader.ts';
import type { Tryton } from './tryton-server.ts';

const DOCUMENT = new URL('../../integrations/tryton/integration.json', import.meta.url);
const PASSWORD = 'its-own-Word-77x';

/** The people that a Tryton of a test knows besides its administrator. */
export interface Seeded {
  /** A party of her own with a number typed with blanks, a mobile number and an e-mail address. */
  readonly aliceId: number;
  /** The party under which calls of strangers are noted. */
  readonly unknownId: number;
}

/** The document as it is shipped. */
export function shippedDocument(): string {
  return readFileSync(DOCUMENT, 'utf8');
}

/** Makes the user that Patchcord acts as, the agent Bob, Alice, and the party for unknown callers. */
export async function seed(reader: Reader): Promise<Seeded> {
  const patchcord = { name: 'Patchcord', login: 'patchcord', email: 'phones@tryton.test' };
  await reader.createUser({ ...patchcord, password: PASSWORD });
  await reader.createUser({ name: 'Bob Agent', login: 'bob', email: 'bob@tryton.test' });
  const aliceId = await reader.createParty('Alice Smith', [
    { type: 'phone', value: '020 7183 8750' },
    { type: 'mobile', value: '+44 7911 123 456' },
    { type: 'email', value: 'alice.smith@example.test' },
    { type: 'website', value: 'https://example.test' },
  ]);
  const unknownId = await reader.createParty('Unknown callers', []);
  return { aliceId, unknownId };
}

/** Property values of a connection to this Tryton. */
export function propertiesOf(
  tryton: Tryton,
  seeded?: Pick<Seeded, 'unknownId'>,
): Readonly<Record<string, string>> {
  return {
    'Tryton URL': tryton.origin,
    Database: tryton.database,
    User: 'patchcord',
    Password: PASSWORD,
    ...(seeded === undefined ? {} : { 'Party for unknown callers': String(seeded.unknownId) }),
  };
}

/** Opens an office whose CRM is Tryton; Bob at extension 201 is a user there. */
export async function setUpOffice(
  origin: string,
  adminKey: string,
  options: {
    readonly properties: Readonly<Record<string, string>>;
    readonly document?: string;
    readonly connection?: OfficePlan['connection'];
  },
): Promise<Office> {
  const { properties, document = shippedDocument(), connection } = options;
  return openOffice(origin, adminKey, {
    document,
    properties,
    email: 'bob@tryton.test',
    connection,
  });
}
