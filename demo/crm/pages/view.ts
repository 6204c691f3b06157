import type { Crm } from '../crm.ts';
import type { Habits } from '../habits/habits.ts';
import type { RequestLog } from '../request-log.ts';
import type { Page } from './layout.ts';
import type { Here } from './words.ts';

/** What a page is made of. */
export interface View {
  readonly crm: Crm;
  readonly habits: Habits;
  readonly log: RequestLog;
  readonly here: Here;
  /** `http://127.0.0.1:8090` */
  readonly origin: string;
  /** The file with the API token, as it may be shown. */
  readonly tokenFile: string;
  /** The command line that places a demo call. */
  readonly callCommand: string;
  /** Why there is no sign-in by OAuth2; undefined when there is. */
  readonly withoutOAuth: string | undefined;
  /** The record that the address names. */
  readonly id: string;
  readonly query: URLSearchParams;
}

/** Makes a page; undefined when there is no record of that id. */
export type MakePage = (view: View) => Page | undefined;
