/** The one client that the authorization server knows. */
export const CLIENT = {
  client_id: 'patchcord-test',
  client_secret: 'a-secret-of-the-client-Zq81',
} as const;

/** How the authorization server behaves from now on. */
export interface Orders {
  /** How long new access tokens live. */
  readonly lifeSeconds: number;
  /** False: a refresh token stays good and none takes its place. */
  readonly rotates: boolean;
  /** So many refreshes are carried out, and their answers never come. */
  readonly dropRefreshAnswers: number;
  /** Token requests are answered with 503. */
  readonly unavailable: boolean;
}

/** Token requests since the last `forgetCounts`. */
export interface AuthorizationCounts {
  /** Codes that became tokens. */
  readonly code: number;
  readonly refresh: number;
  /** With an error of RFC 6749. */
  readonly refused: number;
  /** With 503. */
  readonly turnedAway: number;
}
