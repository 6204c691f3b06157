import type * as z from 'zod';

import { connectionWarnings } from '../../connections/connection-warnings.ts';
import type { ConnectionView, ViewDeps } from '../../connections/connection-view.ts';
import type { SignInDescription } from '../../connections/sign-in/describe-sign-in.ts';
import type { SignIns } from '../../connections/sign-in/sign-ins.ts';
import type { Connection } from '../../contract/connections.ts';
import type { SignIn } from '../../contract/sign-in-state.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import type { Answer } from '../route.ts';
import { reasonOf } from '../state-reason.ts';
import { iso, isoOrNull } from './present.ts';

type ConnectionBody = z.input<typeof Connection>;
type SignInBody = z.input<typeof SignIn>;

export interface PresentDeps extends Pick<ViewDeps, 'documents'> {
  readonly signIns: Pick<SignIns, 'describe'>;
}

/** A connection as an answer; its revision is in the ETag. */
export async function answerConnection(
  deps: PresentDeps,
  scope: OrganizationScope,
  view: ConnectionView,
): Promise<Answer<ConnectionBody>> {
  return { body: await presentConnection(deps, scope, view), revision: view.row.revision };
}

/** A connection as the API shows it: without its secrets, with what is known of its sign-in. */
export async function presentConnection(
  deps: PresentDeps,
  scope: OrganizationScope,
  { row, properties, secretsSet, rules, origins }: ConnectionView,
): Promise<ConnectionBody> {
  const { kind } = deps.documents(row).signIn;
  const signsIn = kind === 'oauth2' || kind === 'session';
  const known = signsIn ? await deps.signIns.describe(scope, row.id) : undefined;
  const signIn = known === undefined ? null : presentSignIn(known, row);
  return {
    id: row.id,
    external_id: row.external_id,
    name: row.name,
    integration_id: row.integration_id,
    integration_version: row.integration_number,
    state: row.state,
    state_reason: reasonOf(row, signIn?.by ?? 'credentials'),
    warnings: [
      ...connectionWarnings({ ...row, unfound: row.unfound ?? 0, without_id: row.without_id ?? 0 }),
    ],
    sign_in: signIn,
    properties: { ...known?.properties, ...Object.fromEntries(properties) },
    secrets_set: [...secretsSet],
    options: { ...rules.options },
    options_from: { ...rules.from },
    limits: rules.limits.map(({ burst, ...limit }) => ({
      ...limit,
      ...(burst === undefined ? {} : { burst }),
    })),
    origins: [...(known?.origins ?? origins)],
    revision: row.revision,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}

function presentSignIn(
  known: SignInDescription,
  row: Pick<ConnectionView['row'], 'state' | 'state_reason'>,
): SignInBody {
  // The CRM may refuse a token whose sign-in had nothing against it.
  const isRefused = row.state === 'needs_auth' && known.state !== 'needs_auth';
  return {
    by: known.needsPerson ? 'person' : 'credentials',
    state: isRefused ? 'needs_auth' : known.state,
    account: presentAccount(known),
    // An account without a name, too, waits for somebody's word.
    offered_account:
      known.offer === undefined ? null : (presentAccount(known.offer) ?? { id: null, name: null }),
    since: isoOrNull(known.since),
    expires_at: isoOrNull(known.expiresAt),
    refreshed_at: isoOrNull(known.lastRefreshAt),
    message: (isRefused ? row.state_reason : known.message) ?? null,
  };
}

function presentAccount({
  accountId,
  accountName,
}: Pick<SignInDescription, 'accountId' | 'accountName'>): SignInBody['account'] {
  if (accountId === undefined && accountName === undefined) return null;
  return { id: accountId ?? null, name: accountName ?? null };
}
