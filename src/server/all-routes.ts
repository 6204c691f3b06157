import type { ActionDeps } from '../calls/change-step.ts';
import type { SigningSecretDeps } from '../calls/signatures/signing-secrets.ts';
import type { Route } from './route.ts';
import { callEventRoutes } from './routes/call-events.ts';
import type { CallEventDeps } from './routes/call-events.ts';
import { callRoutes } from './routes/calls.ts';
import type { CallRouteDeps } from './routes/calls.ts';
import { contactRoutes } from './routes/contacts.ts';
import type { ContactRouteDeps } from './routes/contacts.ts';
import { contactSyncRoutes } from './routes/contact-sync.ts';
import type { ContactSyncRouteDeps } from './routes/contact-sync.ts';
import { connectionRoutes } from './routes/connections.ts';
import type { ConnectionRouteDeps } from './routes/connections.ts';
import { erasureRoutes } from './routes/erasures.ts';
import type { ErasureRouteDeps } from './routes/erasures.ts';
import { extensionRoutes } from './routes/extensions.ts';
import { identifyRoutes } from './routes/identify.ts';
import type { IdentifyRouteDeps } from './routes/identify.ts';
import { integrationRoutes } from './routes/integrations.ts';
import type { IntegrationRouteDeps } from './routes/integrations.ts';
import { keyRoutes } from './routes/keys.ts';
import { liveRoutes } from './routes/live.ts';
import type { LiveRouteDeps } from './routes/live.ts';
import { organizationLifeRoutes } from './routes/organization-life.ts';
import type { OrganizationLifeDeps } from './routes/organization-life.ts';
import { organizationRoutes } from './routes/organizations.ts';
import { phoneSystemRoutes } from './routes/phone-systems.ts';
import { putConnectionRoutes } from './routes/put-connection.ts';
import { putUserLinkRoutes } from './routes/put-user-link.ts';
import { recordingRoutes } from './routes/recordings.ts';
import type { RecordingRouteDeps } from './routes/recordings.ts';
import type { StoreDeps } from './routes/route-deps.ts';
import { signInRoutes } from './routes/sign-in.ts';
import type { SignInRouteDeps } from './routes/sign-in.ts';
import { searchContactsRoutes } from './routes/search-contacts.ts';
import type { SearchContactsRouteDeps } from './routes/search-contacts.ts';
import { sharedPhoneSystemRoutes } from './routes/shared-phone-systems.ts';
import { signingSecretRoutes } from './routes/signing-secrets.ts';
import { systemRoutes } from './routes/system.ts';
import type { SystemDeps } from './routes/system.ts';
import { usageRoutes } from './routes/usage.ts';
import { userLinkRoutes } from './routes/user-links.ts';
import type { UserLinkDeps } from './routes/user-links.ts';

export type RouteDeps = StoreDeps &
  OrganizationLifeDeps &
  CallEventDeps &
  SigningSecretDeps &
  ActionDeps &
  RecordingRouteDeps &
  LiveRouteDeps &
  CallRouteDeps &
  IdentifyRouteDeps &
  SearchContactsRouteDeps &
  ContactRouteDeps &
  ErasureRouteDeps &
  ConnectionRouteDeps &
  ContactSyncRouteDeps &
  SignInRouteDeps &
  IntegrationRouteDeps &
  UserLinkDeps &
  SystemDeps;

/** The handler of every endpoint of the contract; a test compares the two lists. */
export function allRoutes(deps: RouteDeps): readonly Route[] {
  return [
    ...callEventRoutes(deps),
    ...recordingRoutes(deps),
    ...callRoutes(deps),
    ...liveRoutes(deps),
    ...identifyRoutes(deps),
    ...searchContactsRoutes(deps),
    ...connectionRoutes(deps),
    ...putConnectionRoutes(deps),
    ...signInRoutes(deps),
    ...contactSyncRoutes(deps),
    ...contactRoutes(deps),
    ...erasureRoutes(deps),
    ...userLinkRoutes(deps),
    ...putUserLinkRoutes(deps),
    ...integrationRoutes(deps),
    ...extensionRoutes(deps),
    ...phoneSystemRoutes(deps),
    ...sharedPhoneSystemRoutes(deps),
    ...signingSecretRoutes(deps),
    ...keyRoutes(deps),
    ...organizationRoutes(deps),
    ...organizationLifeRoutes(deps),
    ...usageRoutes(deps),
    ...systemRoutes(deps),
  ];
}
