import { listRefusedEvents, putRecording, receiveWebhook, sendCallEvents } from './call-events.ts';
import { discardStep, getCall, listCalls, replayCall, replayStep, settleStep } from './calls.ts';
import {
  createConnection,
  getConnection,
  listConnections,
  pauseConnection,
  resumeConnection,
  testConnection,
  updateConnection,
} from './connections.ts';
import {
  createContact,
  deleteContact,
  getContact,
  searchContacts,
  updateContact,
} from './contacts.ts';
import { cancelContactSync, getContactSync, startContactSync } from './contact-sync.ts';
import { erasePerson, getErasure, listErasures, readmitPerson } from './erasures.ts';
import type { Endpoint } from './endpoint.ts';
import {
  createExtension,
  deleteExtension,
  getExtension,
  listExtensions,
  putExtension,
} from './extensions.ts';
import {
  createIntegration,
  createIntegrationVersion,
  getIntegration,
  getIntegrationLogo,
  lintIntegration,
  listIntegrations,
  putIntegration,
} from './integrations.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import { streamEvents } from './live.ts';
import {
  deleteOrganization,
  exportOrganization,
  getOrganizationState,
  resumeOrganization,
  suspendOrganization,
} from './organization-life.ts';
import { confirmAccount, finishSignIn, forgetSignIn, startSignIn } from './sign-in.ts';
import {
  createOrganization,
  getOrganization,
  listOrganizations,
  putOrganization,
} from './organizations.ts';
import {
  createPhoneSystem,
  getPhoneSystem,
  listPhoneSystems,
  putPhoneSystem,
  updatePhoneSystem,
} from './phone-systems.ts';
import { putConnection } from './put-connection.ts';
import { replayMany } from './replays.ts';
import { putExternalUserLink } from './put-user-link.ts';
import {
  getRecording,
  getRecordingContent,
  listRecordings,
  openRecordingLink,
} from './recordings.ts';
import {
  createSharedKey,
  createSharedPhoneSystem,
  getSharedPhoneSystem,
  listSharedKeys,
  listSharedPhoneSystems,
  listSharedRefusedEvents,
  putSharedPhoneSystem,
  revokeSharedKey,
  updateSharedPhoneSystem,
} from './shared-phone-systems.ts';
import {
  createSharedSigningSecret,
  createSigningSecret,
  deleteSharedSigningSecret,
  deleteSigningSecret,
  listSharedSigningSecrets,
  listSigningSecrets,
} from './signing-secrets.ts';
import { getRoot, getLive, getMetrics, getOpenApi, getReady, getReference } from './system.ts';
import { getOrganizationUsage, listUsage } from './usage.ts';
import {
  deleteUserLink,
  listCrmUsers,
  listUserLinks,
  putUserLink,
  suggestUserLinks,
} from './user-links.ts';
import { identifyCaller } from './identify.ts';

/** Every route of the HTTP API, in the order of the reference page. */
export const ENDPOINTS: readonly Endpoint[] = [
  sendCallEvents,
  receiveWebhook,
  listRefusedEvents,
  putRecording,
  listCalls,
  getCall,
  replayCall,
  replayStep,
  replayMany,
  settleStep,
  discardStep,
  listRecordings,
  getRecording,
  getRecordingContent,
  openRecordingLink,
  streamEvents,
  identifyCaller,
  searchContacts,
  createContact,
  getContact,
  updateContact,
  deleteContact,
  erasePerson,
  getErasure,
  listErasures,
  readmitPerson,
  startContactSync,
  getContactSync,
  cancelContactSync,
  listConnections,
  createConnection,
  putConnection,
  getConnection,
  updateConnection,
  testConnection,
  startSignIn,
  finishSignIn,
  confirmAccount,
  forgetSignIn,
  pauseConnection,
  resumeConnection,
  listCrmUsers,
  listUserLinks,
  putUserLink,
  putExternalUserLink,
  deleteUserLink,
  suggestUserLinks,
  listIntegrations,
  createIntegration,
  putIntegration,
  lintIntegration,
  getIntegration,
  getIntegrationLogo,
  createIntegrationVersion,
  listExtensions,
  createExtension,
  putExtension,
  getExtension,
  deleteExtension,
  listPhoneSystems,
  createPhoneSystem,
  putPhoneSystem,
  getPhoneSystem,
  updatePhoneSystem,
  listSigningSecrets,
  createSigningSecret,
  deleteSigningSecret,
  listSharedPhoneSystems,
  createSharedPhoneSystem,
  putSharedPhoneSystem,
  getSharedPhoneSystem,
  updateSharedPhoneSystem,
  listSharedKeys,
  createSharedKey,
  revokeSharedKey,
  listSharedSigningSecrets,
  createSharedSigningSecret,
  deleteSharedSigningSecret,
  listSharedRefusedEvents,
  listKeys,
  createKey,
  revokeKey,
  listOrganizations,
  createOrganization,
  putOrganization,
  getOrganization,
  getOrganizationState,
  suspendOrganization,
  resumeOrganization,
  exportOrganization,
  deleteOrganization,
  getOrganizationUsage,
  listUsage,
  getRoot,
  getOpenApi,
  getReference,
  getLive,
  getReady,
  getMetrics,
];
