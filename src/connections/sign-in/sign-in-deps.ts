import type { PhoneNumbers } from '../../document/values/values.ts';
import type { Egress } from '../../http/egress.ts';
import type { MethodRunner } from '../../runtime/run-method.ts';
import type { Database } from '../../store/database.ts';
import type { Ids } from '../../text/uuid.ts';
import type { Clock } from '../../time/clock.ts';
import type { Admission } from '../admission.ts';
import type { OpenConnections } from '../open-connection.ts';
import type { Vault } from '../vault.ts';

/** Writes a line of the log. */
type Tell = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** What the sign-ins of connections need from the process. */
export interface SignInDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly ids: Ids;
  readonly randomBytes: (size: number) => Uint8Array;
  /** In [0, 1). */
  readonly random: () => number;
  readonly egress: Egress;
  readonly phones: PhoneNumbers;
  readonly clock: Clock;
  readonly openConnections: OpenConnections;
  /** Asks the CRM whose sign-in it is, where the document has the method `Account`. */
  readonly runner: MethodRunner;
  /** What goes to the CRM itself counts against its limits. */
  readonly admission: Admission;
  /** Where CRMs send people back to; undefined without a PUBLIC_URL. */
  readonly redirectUri: string | undefined;
  /** Name of this process, for people who read the row. */
  readonly node: string;
  readonly log: Readonly<Record<'info' | 'warn' | 'error', Tell>>;
  readonly registerSecret: (secret: string) => void;
  readonly forgetSecret: (secret: string) => void;
  /** A connection works again: its waiting calls may go on. */
  readonly wake: () => void;
}
