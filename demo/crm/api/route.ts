import type { Crm } from '../crm.ts';
import type { Habits } from '../habits/habits.ts';
import type { Identity } from './sign-in.ts';
import type { Sessions } from './sessions.ts';

/** What a route is asked. */
export interface Question {
  readonly crm: Crm;
  readonly habits: Habits;
  readonly sessions: Sessions;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The record that the path names: `12` in `/api/calls/12`. */
  readonly id: string;
  readonly contentType: string;
  readonly body: Buffer;
  /** Who asks; undefined only for a route that is open. */
  readonly identity: Identity | undefined;
}

/** The status and the JSON of the answer, or the bytes of a file. */
export type Reply =
  | readonly [status: number, body: unknown]
  | { readonly file: Uint8Array; readonly headers: Readonly<Record<string, string>> };

/** A route of the API, and what its page says of it. */
export interface Route {
  /** Method and path, in which `*` stands for one segment: `PATCH /api/calls/*`. */
  readonly name: string;
  /** One sentence for people. */
  readonly does: string;
  /** The filters it knows, each with what it means; any other is refused. */
  readonly query?: Readonly<Record<string, string>>;
  /** An example of what it takes. */
  readonly takes?: unknown;
  /** An example of what it gives. */
  readonly gives: unknown;
  /** Without a sign-in. */
  readonly isOpen?: true;
  answer(question: Question): Reply | Promise<Reply>;
}
