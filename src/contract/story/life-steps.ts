import type { StoryStep } from './story-step.ts';

const ACME = { organization_id: '{{organization.id}}' };

/** What an operator does with a customer who leaves. */
export const LIFE_STEPS: readonly StoryStep[] = [
  { endpoint: 'listUsage', as: 'admin' },
  { endpoint: 'getOrganizationUsage', as: 'admin', params: ACME },
  { endpoint: 'exportOrganization', as: 'admin', params: ACME },
  {
    endpoint: 'suspendOrganization',
    as: 'admin',
    params: ACME,
    body: { reason: 'The contract has ended.' },
  },
  { endpoint: 'getOrganizationState', as: 'admin', params: ACME },
  { endpoint: 'resumeOrganization', as: 'admin', params: ACME },
  {
    endpoint: 'suspendOrganization',
    as: 'admin',
    params: ACME,
    body: { reason: 'The contract has ended.' },
    prepares: true,
  },
  {
    endpoint: 'deleteOrganization',
    as: 'admin',
    params: ACME,
    body: { name: 'Acme Ltd' },
  },
];
