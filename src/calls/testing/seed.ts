import { effectiveOptions } from '../../connections/effective-options.ts';
import type { MethodName } from '../../document/methods.ts';
import type { Database } from '../../store/database.ts';
import type { CallConnection, ConnectionBook } from '../call-connection.ts';

export const SEEDED = {
  organizationId: 'org-1',
  phoneSystemId: 'pbx-1',
  connectionId: 'con-1',
} as const;

export const ALL_METHODS: readonly MethodName[] = [
  'FindContact',
  'CreateActivity',
  'UpdateActivity',
  'StopCallActivity',
  'UploadFile',
  'FindActivity',
];

export interface SeedOptions {
  readonly methods?: readonly MethodName[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** Ids of further connections of the organization. */
  readonly connections?: readonly string[];
}

/**
 * Puts one organization with a phone system, extensions 101 and 102 linked with the CRM users 11
 * and 12, extension 103 without a link, and its connections into a fresh database.
 */
export async function seed(database: Database, options: SeedOptions = {}): Promise<void> {
  const now = database.now();
  const organization_id = SEEDED.organizationId;
  const connections = [SEEDED.connectionId, ...(options.connections ?? [])];
  const numbers = ['101', '102', '103'];
  await database.write(async (transaction) => {
    await transaction
      .insertInto('organization')
      .values({
        id: organization_id,
        name: 'Acme',
        domain: null,
        country: 'GB',
        timezone: 'Europe/London',
        created_at: now,
      })
      .execute();
    await transaction
      .insertInto('phone_system')
      .values({ id: SEEDED.phoneSystemId, organization_id, name: 'PBX', created_at: now })
      .execute();
    await transaction
      .insertInto('integration')
      .values({ id: 'int-1', organization_id, document_id: 'fake', name: 'Fake', created_at: now })
      .execute();
    await transaction
      .insertInto('integration_version')
      .values({
        id: 'ver-1',
        integration_id: 'int-1',
        organization_id,
        number: 1,
        document: '{}',
        digest: '',
        created_at: now,
      })
      .execute();
    await transaction
      .insertInto('extension')
      .values(
        numbers.map((number) => ({
          id: `ext-${number}`,
          organization_id,
          number,
          name: null,
          email: null,
          created_at: now,
        })),
      )
      .execute();
    for (const id of connections) {
      await transaction
        .insertInto('connection')
        .values({
          id,
          organization_id,
          integration_version_id: 'ver-1',
          name: id,
          properties: '{}',
          options: JSON.stringify(options.options ?? {}),
          state: 'active',
          state_reason: null,
          state_since: now,
          state_until: null,
          failures: 0,
          throttles: 0,
          breaks: 0,
          revision: 1,
          created_at: now,
          updated_at: now,
        })
        .execute();
      await transaction
        .insertInto('user_link')
        .values(
          [
            { extension_id: 'ext-101', crm_user_id: '11', crm_user_name: 'Bob Agent' },
            { extension_id: 'ext-102', crm_user_id: '12', crm_user_name: 'Eve Agent' },
          ].map((link) => ({
            ...link,
            organization_id,
            connection_id: id,
            locals: '{}',
            linked_at: now,
          })),
        )
        .execute();
    }
  });
}

/** The seeded connections as the pipeline sees them. */
export function seededBook(options: SeedOptions = {}): ConnectionBook {
  const rules = effectiveOptions({}, options.options ?? {});
  const connections = [SEEDED.connectionId, ...(options.connections ?? [])].map(
    (id): CallConnection => ({
      id,
      organizationId: SEEDED.organizationId,
      country: 'GB',
      timezone: 'Europe/London',
      options: rules.options,
      limits: rules.limits,
      origins: [ORIGIN],
      methods: new Set(options.methods ?? ALL_METHODS),
    }),
  );
  return {
    ofOrganization: (id) =>
      Promise.resolve({ open: id === SEEDED.organizationId ? connections : [], shut: [] }),
    open: (_organizationId, id) => Promise.resolve(connections.find((one) => one.id === id)),
  };
}

/** Where the seeded connections' CRM is. */
export const ORIGIN = 'https://crm.test';
