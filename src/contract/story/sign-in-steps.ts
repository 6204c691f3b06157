import { STORY_DOCUMENT, storyDocument } from './story-document.ts';
import type { StoryStep } from './story-step.ts';

const params = { connection_id: '{{signed_in.id}}' };

/** A document where a person signs in. `auth: undefined` leaves that member out. */
const DOCUMENT = storyDocument({
  id: 'example-crm-oauth2',
  name: 'Example CRM with OAuth2',
  properties: [
    { label: 'CRM address', type: 'url' },
    { label: 'Client ID', type: 'text' },
    { label: 'Client secret', type: 'secret' },
  ],
  auth: undefined,
  OAuth2: {
    client_id: '$Client ID$',
    client_secret: '$Client secret$',
    authorization_endpoint: '$CRM address$/authorize',
    authorization_parameters: { default: 'scope=calls' },
    token_endpoint: '$CRM address$/token',
  },
  API: {
    ...STORY_DOCUMENT.API,
    Account: {
      request_method: 'GET',
      request_path: '/me',
      response_map: { id: '$account_id$', name: '$account_name$' },
    },
  },
});

/** How a person signs a connection in at its CRM, and in to another account. */
export const SIGN_IN_STEPS: readonly StoryStep[] = [
  {
    endpoint: 'createIntegration',
    as: 'organization',
    body: { document: DOCUMENT },
    keep: 'oauth2_integration',
    prepares: true,
  },
  {
    endpoint: 'createConnection',
    as: 'organization',
    body: {
      integration_id: '{{oauth2_integration.id}}',
      name: 'Example CRM of Acme',
      properties: {
        'CRM address': '{{crm.origin}}',
        'Client ID': 'patchcord-acme',
        'Client secret': 'c2VjcmV0IG9mIGFjbWU',
      },
    },
    keep: 'signed_in',
    prepares: true,
  },
  { endpoint: 'startSignIn', as: 'organization', params, keep: 'way' },
  { endpoint: 'finishSignIn', query: { state: '{{way.state}}', code: 'good-code' } },
  { endpoint: 'startSignIn', as: 'organization', params, keep: 'second_way', prepares: true },
  {
    endpoint: 'finishSignIn',
    query: { state: '{{second_way.state}}', code: 'code-of-another-account' },
    prepares: true,
  },
  { endpoint: 'confirmAccount', as: 'organization', params },
  { endpoint: 'forgetSignIn', as: 'organization', params },
];
