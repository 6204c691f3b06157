import { CALL_STEPS } from './call-steps.ts';
import { CONTACT_STEPS } from './contact-steps.ts';
import { LIFE_STEPS } from './life-steps.ts';
import { PROVISIONING_STEPS } from './provisioning-steps.ts';
import { SET_UP_STEPS } from './set-up-steps.ts';
import { SIGN_IN_STEPS } from './sign-in-steps.ts';
import type { StoryStep } from './story-step.ts';

/** Every route at least once, in an order that works on an empty server. */
export const STORY: readonly StoryStep[] = [
  ...SET_UP_STEPS,
  ...SIGN_IN_STEPS,
  ...PROVISIONING_STEPS,
  ...CONTACT_STEPS,
  ...CALL_STEPS,
  { endpoint: 'getOpenApi' },
  { endpoint: 'getReference' },
  { endpoint: 'getMetrics' },
  ...LIFE_STEPS,
];
