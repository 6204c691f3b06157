/** What a habit is, to people and programs. */
export interface HabitRow {
  readonly title: string;
  /** What the CRM does while the habit is on. */
  readonly does: string;
  /** What Patchcord makes of it. */
  readonly then: string;
  /** What its seconds mean and are, for those that have them. */
  readonly seconds?: { readonly label: string; readonly initial: number };
}

/** The awkward habits of real CRMs that the demo can take on. */
export const HABITS = {
  rate_limit: {
    title: 'Too many requests',
    does: 'Answers 429 with Retry-After. Nothing is carried out.',
    then: 'The connection waits as long, then goes on. No try is used up.',
    seconds: { label: 'Retry-After, seconds', initial: 3 },
  },
  maintenance: {
    title: 'Maintenance',
    does: 'Answers 503 with Retry-After. Nothing is carried out.',
    then: 'The connection waits as long, then goes on. No try is used up.',
    seconds: { label: 'Retry-After, seconds', initial: 10 },
  },
  html_error: {
    title: 'HTML error page',
    does: 'Answers 502 with a web page where JSON is expected. Nothing is carried out.',
    then: 'A gateway says nothing about what happened behind it: after a create the CRM is asked, the rest is tried again.',
  },
  slow: {
    title: 'Slow',
    does: 'Carries the request out, and waits before it answers.',
    then: 'Each call waits for its own answers. One that takes longer than 15 seconds counts as lost.',
    seconds: { label: 'Wait, seconds', initial: 4 },
  },
  lost_answer: {
    title: 'Answer lost',
    does: 'Carries a change out, then cuts the connection without an answer.',
    then: 'After a create the CRM is asked whether it has the record, up to 4 times in 10 minutes; what may be repeated is sent again.',
  },
  expired_token: {
    title: 'Token expired',
    does: 'Answers 401, although the token is right.',
    then: 'A sign-in by OAuth2 gets a new token and goes on. A connection with a fixed token or a password stops and keeps its calls, until its test succeeds (POST /v1/connections/{id}/test) or new credentials are saved.',
  },
  short_tokens: {
    title: 'Short-lived tokens',
    does: 'OAuth2 access tokens given out from now on live this long. Refresh tokens are always rotated.',
    then: 'Tokens are renewed before they end. Nothing else happens.',
    seconds: { label: 'Life, seconds', initial: 20 },
  },
  refuse_duplicates: {
    title: 'Duplicates refused',
    does: 'A new contact with a number or e-mail address that is known gets 409, which names the record.',
    then: 'The demo documents take the contact that the refusal names.',
  },
  ignored_filter: {
    title: 'Filters ignored',
    does: 'Does not understand the filters of contacts, and returns everybody.',
    then: 'The numbers in the answer are compared: nobody gets the call of somebody else.',
  },
  search_lag: {
    title: 'Search lags behind',
    does: 'A new or changed contact is found by search only after a while.',
    then: 'A contact that was just made may still be unknown when the next call comes.',
    seconds: { label: 'Lag, seconds', initial: 10 },
  },
} as const satisfies Readonly<Record<string, HabitRow>>;

export type HabitName = keyof typeof HABITS;

export function isHabitName(name: string): name is HabitName {
  return Object.hasOwn(HABITS, name);
}

/** The names of the table, in its order. */
export const HABIT_NAMES: readonly HabitName[] = Object.keys(HABITS).filter(isHabitName);

/** The row of a habit with the members that only some have. */
export function habitRow(name: HabitName): HabitRow {
  return HABITS[name];
}
