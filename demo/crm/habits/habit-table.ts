/** What a habit is, to people and programs. */
export interface HabitRow {
  readonly title: string;
  /** What the CRM does while the habit is on. */
  readonly does: string;
  /** What its seconds mean and are, for those that have them. */
  readonly seconds?: { readonly label: string; readonly initial: number };
}

/** The awkward habits of real CRMs that the demo can take on. */
export const HABITS = {
  rate_limit: {
    title: 'Too many requests',
    does: 'Answers 429 with Retry-After. Nothing is carried out.',
    seconds: { label: 'Retry-After, seconds', initial: 3 },
  },
  maintenance: {
    title: 'Maintenance',
    does: 'Answers 503 with Retry-After. Nothing is carried out.',
    seconds: { label: 'Retry-After, seconds', initial: 10 },
  },
  html_error: {
    title: 'HTML error page',
    does: 'Answers 502 with a web page where JSON is expected. Nothing is carried out.',
  },
  slow: {
    title: 'Slow',
    does: 'Carries the request out, and waits before it answers.',
    seconds: { label: 'Wait, seconds', initial: 4 },
  },
  lost_answer: {
    title: 'Answer lost',
    does: 'Carries a change out, then cuts the connection without an answer.',
  },
  expired_token: {
    title: 'Token expired',
    does: 'Answers 401, although the token is right.',
  },
  short_tokens: {
    title: 'Short-lived tokens',
    does: 'OAuth2 access tokens given out from now on live this long. Refresh tokens are always rotated.',
    seconds: { label: 'Life, seconds', initial: 20 },
  },
  refuse_duplicates: {
    title: 'Duplicates refused',
    does: 'A new contact with a number or e-mail address that is known gets 409, which names the record.',
  },
  ignored_filter: {
    title: 'Filters ignored',
    does: 'Does not understand the filters of contacts, and returns everybody.',
  },
  search_lag: {
    title: 'Search lags behind',
    does: 'A new or changed contact is found by search only after a while.',
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
