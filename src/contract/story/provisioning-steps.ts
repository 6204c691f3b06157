import { storyDocument } from './story-document.ts';
import type { StoryStep } from './story-step.ts';

/** The organization that the operator's own system names. */
const BETA = { 'patchcord-organization': 'external:customer-4711' };

/** An operator's script: the same requests again would change nothing. */
export const PROVISIONING_STEPS: readonly StoryStep[] = [
  {
    endpoint: 'putOrganization',
    as: 'admin',
    params: { external_id: 'customer-4711' },
    body: { name: 'Beta Inc', domain: 'beta', country: 'US', timezone: 'America/New_York' },
    status: 201,
  },
  {
    endpoint: 'putPhoneSystem',
    as: 'admin',
    headers: BETA,
    params: { external_id: 'pbx-1' },
    body: { name: 'PBX New York' },
    status: 201,
  },
  {
    endpoint: 'putExtension',
    as: 'admin',
    headers: BETA,
    params: { external_id: 'person-12' },
    body: { number: '301', name: 'Eve Agent', email: 'eve@crm.test' },
    status: 201,
  },
  {
    endpoint: 'putIntegration',
    as: 'admin',
    headers: BETA,
    params: { document_id: 'example-crm' },
    body: { document: storyDocument() },
    status: 201,
  },
  {
    endpoint: 'putConnection',
    as: 'admin',
    headers: BETA,
    params: { external_id: 'crm-4711' },
    body: {
      document_id: 'example-crm',
      name: 'Example CRM New York',
      properties: { 'CRM address': '{{crm.origin}}', 'API token': '{{crm.token}}' },
      options: { log_missed: true },
    },
    status: 201,
  },
  {
    endpoint: 'putExternalUserLink',
    as: 'admin',
    headers: BETA,
    params: { external_id: 'link-12' },
    body: {
      connection_external_id: 'crm-4711',
      extension_external_id: 'person-12',
      crm_user_id: '12',
    },
    status: 201,
  },
  {
    endpoint: 'createSharedPhoneSystem',
    as: 'admin',
    body: { external_id: 'cloud-1', name: 'Cloud PBX of the operator' },
    keep: 'shared',
  },
  {
    endpoint: 'putSharedPhoneSystem',
    as: 'admin',
    params: { external_id: 'cloud-2' },
    body: { name: 'Second cloud' },
    status: 201,
    keep: 'second_cloud',
  },
  {
    endpoint: 'createSharedSigningSecret',
    as: 'admin',
    params: { phone_system_id: '{{second_cloud.id}}' },
    body: {},
  },
  {
    endpoint: 'createSharedSigningSecret',
    as: 'admin',
    params: { phone_system_id: '{{second_cloud.id}}' },
    body: {},
    keep: 'spare_signing_secret',
    prepares: true,
  },
  {
    endpoint: 'deleteSharedSigningSecret',
    as: 'admin',
    params: {
      phone_system_id: '{{second_cloud.id}}',
      signing_secret_id: '{{spare_signing_secret.id}}',
    },
  },
  {
    endpoint: 'listSharedSigningSecrets',
    as: 'admin',
    params: { phone_system_id: '{{second_cloud.id}}' },
  },
  {
    endpoint: 'updateSharedPhoneSystem',
    as: 'admin',
    params: { phone_system_id: '{{second_cloud.id}}' },
    body: { signatures_required: true },
  },
  { endpoint: 'listSharedPhoneSystems', as: 'admin' },
  {
    endpoint: 'getSharedPhoneSystem',
    as: 'admin',
    params: { phone_system_id: '{{shared.id}}' },
  },
  {
    endpoint: 'createSharedKey',
    as: 'admin',
    params: { phone_system_id: '{{shared.id}}' },
    body: { name: 'Cloud PBX' },
    keep: 'shared_key',
  },
  {
    endpoint: 'createSharedKey',
    as: 'admin',
    params: { phone_system_id: '{{shared.id}}' },
    body: { name: 'The key before' },
    keep: 'spare_shared_key',
    prepares: true,
  },
  {
    endpoint: 'revokeSharedKey',
    as: 'admin',
    params: { phone_system_id: '{{shared.id}}', key_id: '{{spare_shared_key.id}}' },
  },
  { endpoint: 'listSharedKeys', as: 'admin', params: { phone_system_id: '{{shared.id}}' } },
  {
    endpoint: 'sendCallEvents',
    as: 'shared',
    body: {
      event_id: 'cloud-call-1-1',
      call_id: 'cloud-call-1',
      kind: 'ringing',
      domain: 'gamma',
      direction: 'inbound',
      extension: '301',
      calling_number: '+442071838750',
    },
    prepares: true,
  },
  {
    endpoint: 'listSharedRefusedEvents',
    as: 'admin',
    params: { phone_system_id: '{{shared.id}}' },
  },
];
