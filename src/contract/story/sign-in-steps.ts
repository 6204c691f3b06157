import { storyDocument } from './story-document.ts';
import type { StoryStep } from './story-step.ts';

const CONNECTION = { connection_id: '{{signing.id}}' };
const DOCUMENT = storyDocument({
  id: 'example-crm-oauth2',
  name: 'Example CRM with sign-in',
  properties: [
    { label: 'CRM address', type: 'url', required: true },
    { label: 'Client secret', type: 'secret', required: true },
  ],
  auth: undefined,
  OAuth2: {
    client_id: 'patchcord',
    client_secret: '$Client secret$',
    authorization_endpoint: '$CRM address$/authorize',
    token_endpoint: '$CRM address$/token',
  },
  API: {
    Account: {
      request_method: 'GET',
      request_path: '/me',
      response_map: { id: '$account_id$', name: '$account_name$' },
    },
  },
});

/** A person signs in at the CRM, and once more with another account. */
export const SIGN_IN_STEPS: readonly StoryStep[] = [
  {
    endpoint: 'createIntegration',
    as: 'organization',
    body: { document: DOCUMENT },
    keep: 'signing_integration',
    prepares: true,
  },
  {
    endpoint: 'createConnection',
    as: 'organization',
    body: {
      integration_id: '{{signing_integration.id}}',
      name: 'Example CRM with sign-in',
      properties: { 'CRM address': '{{crm.origin}}', 'Client secret': 'k3pt-s3cret' },
    },
    keep: 'signing',
    prepares: true,
  },
  { endpoint: 'startSignIn', as: 'organization', params: CONNECTION, keep: 'started' },
  {
    endpoint: 'finishSignIn',
    query: { state: '{{started.url?state}}', code: 'good-code' },
  },
  {
    endpoint: 'startSignIn',
    as: 'organization',
    params: CONNECTION,
    keep: 'started',
    prepares: true,
  },
  {
    endpoint: 'finishSignIn',
    account: { id: 'acc-2', name: 'Acme Holding' },
    query: { state: '{{started.url?state}}', code: 'good-code' },
    prepares: true,
  },
  { endpoint: 'confirmAccount', as: 'organization', params: CONNECTION },
  { endpoint: 'forgetSignIn', as: 'organization', params: CONNECTION },
];
