import type { AdminScope, OrganizationScope } from '../../organizations/scope.ts';
import type { Handle } from '../../store/handle.ts';
import type { Tables } from '../../store/schema.ts';
import type { Logo } from './fetch-logo.ts';

/** An integration whose newest document nobody has looked at for its logo. */
export interface Unseen {
  readonly integration_id: string;
  readonly organization_id: string | null;
  readonly version_id: string;
  readonly document: string;
  /** What an earlier version named. */
  readonly url: string | null;
}

/** Up to `limit` integrations with a version newer than the one whose logo is known. */
export async function listUnseen(
  handle: Handle,
  _scope: AdminScope,
  limit: number,
): Promise<readonly Unseen[]> {
  return await handle
    .selectFrom('integration_version as version')
    .leftJoin('logo', 'logo.integration_id', 'version.integration_id')
    .select([
      'version.integration_id',
      'version.organization_id',
      'version.id as version_id',
      'version.document',
      'logo.url',
    ])
    .where((eb) =>
      eb.or([eb('logo.version_id', 'is', null), eb('logo.version_id', '!=', eb.ref('version.id'))]),
    )
    .where('version.number', '=', (newer) =>
      newer
        .selectFrom('integration_version as newer')
        .whereRef('newer.integration_id', '=', 'version.integration_id')
        .select((fields) => fields.fn.max('newer.number').as('number')),
    )
    .limit(limit)
    .execute();
}

/** Notes what the newest document names; a picture that is there stays until another one comes. */
export async function noteLogo(
  handle: Handle,
  row: Pick<
    Tables['logo'],
    'integration_id' | 'organization_id' | 'version_id' | 'url' | 'state' | 'updated_at'
  > & { readonly same: boolean },
): Promise<void> {
  const { same, ...noted } = row;
  const { version_id, url, state, updated_at } = noted;
  const fresh = { tries: 0, ready_at: updated_at, message: null };
  const none = state === 'none' ? { bytes: null, media_type: null, sha256: null } : {};
  await handle
    .insertInto('logo')
    .values({ ...noted, ...fresh, media_type: null, sha256: null, bytes: null })
    .onConflict((conflict) =>
      conflict
        .column('integration_id')
        .doUpdateSet(
          same ? { version_id } : { version_id, url, state, updated_at, ...fresh, ...none },
        ),
    )
    .execute();
}

/** A logo whose fetch this process has claimed. */
export interface DueLogo {
  readonly integration_id: string;
  readonly organization_id: string | null;
  readonly url: string;
  readonly tries: number;
}

/** Claims up to `limit` logos that are due: until `until` nobody else fetches them. */
export async function claimLogos(
  handle: Handle,
  _scope: AdminScope,
  of: { readonly now: number; readonly until: number; readonly limit: number },
): Promise<readonly DueLogo[]> {
  const due = await handle
    .selectFrom('logo')
    .select(['integration_id', 'organization_id', 'url', 'tries', 'ready_at'])
    .where('state', '=', 'wanted')
    .where('ready_at', '<=', of.now)
    .orderBy('ready_at')
    .limit(of.limit)
    .execute();
  const claimed: DueLogo[] = [];
  for (const { ready_at, url, ...row } of due) {
    // Another node may have read the same row: who changes it first has it.
    const { numUpdatedRows } = await handle
      .updateTable('logo')
      .set({ ready_at: of.until })
      .where('integration_id', '=', row.integration_id)
      .where('state', '=', 'wanted')
      .where('ready_at', '=', ready_at)
      .executeTakeFirst();
    if (url !== null && numUpdatedRows > 0n) claimed.push({ ...row, url });
  }
  return claimed;
}

/** What came of a fetch; nothing changes when the document names another address by now. */
export async function settleLogo(
  handle: Handle,
  of: Pick<DueLogo, 'integration_id' | 'url'>,
  result:
    | { readonly state: 'stored'; readonly logo: Logo; readonly now: number }
    | {
        readonly state: 'wanted' | 'unavailable';
        readonly message: string;
        readonly tries: number;
        readonly readyAt: number;
        readonly now: number;
      },
): Promise<void> {
  const changes =
    result.state === 'stored'
      ? {
          message: null,
          media_type: result.logo.mediaType,
          sha256: result.logo.sha256,
          bytes: result.logo.bytes,
        }
      : { message: result.message, tries: result.tries, ready_at: result.readyAt };
  await handle
    .updateTable('logo')
    .set({ ...changes, state: result.state, updated_at: result.now })
    .where('integration_id', '=', of.integration_id)
    .where('url', '=', of.url)
    .execute();
}

/** What is known of the logos of integrations as of one of their versions, without the bytes. */
export type LogoRow = Pick<
  Tables['logo'],
  'integration_id' | 'version_id' | 'url' | 'state' | 'message' | 'media_type' | 'sha256'
>;

/** The logos of integrations that the organization may use. */
export async function findLogos(
  handle: Handle,
  scope: OrganizationScope,
  integrationIds: readonly string[],
): Promise<ReadonlyMap<string, LogoRow>> {
  if (integrationIds.length === 0) return new Map();
  const rows = await visibleLogos(handle, scope)
    .select(['integration_id', 'version_id', 'url', 'state', 'message', 'media_type', 'sha256'])
    .where('integration_id', 'in', integrationIds)
    .execute();
  return new Map(rows.map((row) => [row.integration_id, row]));
}

/** The picture of an integration that the organization may use, where there is one. */
export async function findLogo(
  handle: Handle,
  scope: OrganizationScope,
  integrationId: string,
): Promise<Pick<Tables['logo'], 'media_type' | 'sha256' | 'bytes'> | undefined> {
  return await visibleLogos(handle, scope)
    .select(['media_type', 'sha256', 'bytes'])
    .where('integration_id', '=', integrationId)
    .where('bytes', 'is not', null)
    .executeTakeFirst();
}

function visibleLogos(handle: Handle, { organizationId }: OrganizationScope) {
  return handle
    .selectFrom('logo')
    .where((eb) =>
      eb.or([eb('organization_id', 'is', null), eb('organization_id', '=', organizationId)]),
    );
}
