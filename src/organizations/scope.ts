/**
 * Whose rows a repository function may see and change. It comes from the caller's key, never from
 * a path or a body; a foreign row is as absent as a missing one.
 */
export interface OrganizationScope {
  readonly organizationId: string;
}

/** For the operator's routes and commands, which work across organizations. */
export interface AdminScope {
  readonly admin: true;
}

/** The operator's scope: only the command line and routes of scope `admin` may make it. */
export const ADMIN: AdminScope = { admin: true };
