/**
 * One request of the story that the reference tells. Texts may hold `{{name.member}}`: a member of
 * an answer kept earlier, or of `crm` (`origin`, `token`); `{{name.member?key}}`: that key of the
 * query of an address.
 */
export interface StoryStep {
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** Whose key; without it none is sent. */
  readonly as?: StoryRole;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; for a route that takes bytes a text. */
  readonly body?: unknown;
  /** Name under which later steps find the answer; its ETag is the member `etag`. */
  readonly keep?: string;
  /** Status of the answer, where it is not the ordinary one. */
  readonly status?: number;
  /** True: only leads to what comes next; another step is the example of this route. */
  readonly prepares?: boolean;
  /** A fault of the CRM from here on. */
  readonly crm?: { readonly route: string; readonly habit: string; readonly times: number };
  /** The account of the CRM in which people sign in from here on. */
  readonly account?: { readonly id: string; readonly name: string };
  /** Asked again until a member of the answer has this value. */
  readonly until?: { readonly path: readonly (string | number)[]; readonly is: string };
}

export type StoryRole = 'admin' | 'organization' | 'events' | 'shared';
