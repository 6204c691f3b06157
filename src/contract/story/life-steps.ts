import type { StoryStep } from './story-step.ts';

const params = { organization_id: '{{leaving.id}}' };

/** What an operator does with a customer who does not pay, or leaves. */
export const LIFE_STEPS: readonly StoryStep[] = [
  { endpoint: 'listUsage', as: 'admin' },
  {
    endpoint: 'getOrganizationUsage',
    as: 'organization',
    params: { organization_id: '{{organization.id}}' },
  },
  {
    endpoint: 'createOrganization',
    as: 'admin',
    body: { name: 'Beta Ltd', country: 'GB' },
    keep: 'leaving',
    prepares: true,
  },
  {
    endpoint: 'suspendOrganization',
    as: 'admin',
    params,
    body: { reason: 'Invoice 4711 is open' },
  },
  { endpoint: 'getOrganizationState', as: 'admin', params },
  { endpoint: 'resumeOrganization', as: 'admin', params },
  { endpoint: 'exportOrganization', as: 'admin', params },
  { endpoint: 'suspendOrganization', as: 'admin', params, body: {}, prepares: true },
  { endpoint: 'deleteOrganization', as: 'admin', params, body: { name: 'Beta Ltd' } },
];
