export type OutcomeKind =
  | 'success'
  | 'not_found'
  | 'refused'
  | 'throttled'
  | 'unauthorized'
  /** The credential was refused, and the sign-in server that renews it is away. */
  | 'sign_in_unavailable'
  | 'forbidden'
  | 'conflict'
  | 'gone'
  | 'unavailable'
  | 'unreachable'
  | 'lost'
  | 'unreadable'
  | 'too_large'
  | 'redirected'
  | 'blocked'
  | 'certificate';

/** Whether the CRM did what was asked. */
export type Effect = 'executed' | 'not_executed' | 'unknown';

/** What happens next. `look_up`: the ladder for unknown outcomes. `skip`: the step is left out. */
export type Action =
  'succeed' | 'retry' | 'wait' | 'refresh' | 'look_up' | 'skip' | 'park' | 'fail';

/** What an exchange means. */
export interface Outcome {
  readonly kind: OutcomeKind;
  readonly effect: Effect;
  readonly action: Action;
  /** As the CRM asked, 1 s to 24 h. */
  readonly retryAfterMs?: number;
  /** Of a wait that only the document sees in a 2xx: a rule that always fits must end some day. */
  readonly usesTry?: true;
  /** Counts as a failure of the connection. */
  readonly breaker: boolean;
  /** One sentence for people. */
  readonly message: string;
}
