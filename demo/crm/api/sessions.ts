import { randomBytes, timingSafeEqual } from 'node:crypto';

import type { User } from '../records.ts';

/** Every user of the demo has this password: its records are invented and it listens on this machine only. */
export const DEMO_PASSWORD = 'demo';
/** How long a session lives without being used up. */
export const SESSION_SECONDS = 3_600;

/** Sign-ins by e-mail address and password, which last for an hour. */
export interface Sessions {
  open(user: User): string;
  /** The user of a session that has not ended. */
  find(token: string): User | undefined;
}

/** Sessions in memory; `now` gives epoch milliseconds. */
export function createSessions(now: () => number): Sessions {
  const open = new Map<string, { readonly user: User; readonly until: number }>();
  return {
    open(user) {
      const token = randomBytes(24).toString('base64url');
      open.set(token, { user, until: now() + SESSION_SECONDS * 1000 });
      return token;
    },
    find(token) {
      const session = open.get(token);
      return session !== undefined && session.until > now() ? session.user : undefined;
    },
  };
}

/** The user with this e-mail address, when the password is right. */
export function checkPassword(
  users: readonly User[],
  email: string,
  password: string,
): User | undefined {
  const user = users.find((candidate) => candidate.email === email.trim().toLowerCase());
  return isSame(password, DEMO_PASSWORD) ? user : undefined;
}

/** Compares two secrets in a time that tells nothing about where they differ. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}
