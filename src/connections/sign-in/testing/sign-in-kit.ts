import { randomBytes } from 'node:crypto';

import { compileDocument } from '../../../document/compile.ts';
import { createPhoneNumbers } from '../../../contacts/phone-number.ts';
import type { Egress } from '../../../http/egress.ts';
import { createEgressKit } from '../../../http/testing/egress-kit.ts';
import { createOrganization } from '../../../organizations/organizations.ts';
import type { OrganizationScope } from '../../../organizations/scope.ts';
import { createMethodRunner } from '../../../runtime/run-method.ts';
import type { Database } from '../../../store/database.ts';
import { createIds } from '../../../text/uuid.ts';
import type { Clock } from '../../../time/clock.ts';
import { createAdmission } from '../../admission.ts';
import { updateConnectionSettings } from '../../change-connection.ts';
import { createConnection } from '../../connections.ts';
import type { ConnectionDeps } from '../../connections.ts';
import { createDocumentCache } from '../../document-cache.ts';
import { createIntegration } from '../../integrations.ts';
import { createOpenConnections } from '../../open-connection.ts';
import type { OpenConnection } from '../../open-connection.ts';
import { createVault } from '../../vault.ts';
import { createSignIns } from '../sign-ins.ts';
import type { SignIns } from '../sign-ins.ts';
import { oauthDocument } from './documents.ts';
import type { TokenServer } from './token-server.ts';

/** A clock that stands still until the test moves it; sleeping lets others work. */
export interface TestClock extends Clock {
  pass(ms: number): void;
}

export function createTestClock(): TestClock {
  let passed = 0;
  const start = Date.now();
  return {
    now: () => start + passed,
    monotonic: () => passed,
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
    pass: (ms) => {
      passed += ms;
    },
  };
}

export interface TestConnection {
  readonly scope: OrganizationScope;
  readonly id: string;
  open(): Promise<OpenConnection>;
  /** Saves other property values, as an administrator does. */
  change(properties: Readonly<Record<string, string>>): Promise<void>;
}

export interface SignInKit {
  readonly log: { level: string; fields: object; message: string }[];
  readonly registered: string[];
  /** How often work was woken. */
  wakes(): number;
  /** One more process on the same database. */
  node(options?: { readonly redirectUri?: undefined }): SignIns;
  /** A connection of an organization of its own. */
  connect(options?: {
    readonly document?: string;
    readonly properties?: Readonly<Record<string, string>>;
  }): Promise<TestConnection>;
  close(): Promise<void>;
}

export const SIGNAL = new AbortController().signal;
export const REDIRECT_URI = 'https://patchcord.test/v1/sign-in/callback';
export const SECRET = 'client-secret-9f8e7d';

/** Sign-ins over a real database, the real egress door and a token server. */
export function createSignInKit(deps: {
  readonly database: Database;
  readonly clock: TestClock;
  readonly server: Pick<TokenServer, 'origin' | 'port'>;
  /** In place of the real door. */
  readonly egress?: Egress;
}): SignInKit {
  const { database, clock, server } = deps;
  const ids = createIds({ clock, randomBytes });
  const vault = createVault({ id: 'aaaa', bytes: new Uint8Array(32).fill(7) }, randomBytes);
  const documents = createDocumentCache(compileDocument);
  const openConnections = createOpenConnections({ database, vault, documents });
  const connectionDeps: ConnectionDeps = {
    database,
    ids,
    vault,
    documents,
    checkUrl: () => ({ ok: true }),
  };
  const phones = createPhoneNumbers();
  const kit = createEgressKit();
  const egress = deps.egress ?? kit.open([server.port]);
  const log: SignInKit['log'] = [];
  const registered: string[] = [];
  const note =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void =>
      void log.push({ level, fields, message });
  let wakes = 0;
  let nodes = 0;
  return {
    log,
    registered,
    wakes: () => wakes,
    node: (options = {}) => {
      nodes += 1;
      return createSignIns({
        database,
        vault,
        ids,
        randomBytes,
        random: () => 0.5,
        egress,
        phones,
        clock,
        openConnections,
        runner: createMethodRunner({ egress, phones, clock, randomId: () => ids.next() }),
        admission: createAdmission({ database, clock }),
        redirectUri: 'redirectUri' in options ? undefined : REDIRECT_URI,
        node: `node-${String(nodes)}`,
        log: { info: note('info'), warn: note('warn'), error: note('error') },
        registerSecret: (secret) => void registered.push(secret),
        forgetSecret: (secret) => {
          const at = registered.indexOf(secret);
          if (at >= 0) registered.splice(at, 1);
        },
        wake: () => {
          wakes += 1;
        },
      });
    },
    connect: async (options = {}) => {
      const { id: organizationId } = await createOrganization(
        { database, ids },
        { name: 'Acme', country: 'GB', timezone: 'Europe/London', actor: 'test' },
      );
      const scope = { organizationId };
      const integration = await createIntegration(
        { database, ids, compile: compileDocument },
        scope,
        {
          document: options.document ?? oauthDocument(),
          actor: 'test',
        },
      );
      const view = await createConnection(connectionDeps, scope, {
        integrationId: integration.id,
        properties: options.properties ?? {
          'Instance URL': server.origin,
          'Client ID': 'client-1',
          'Client secret': SECRET,
        },
        actor: 'test',
      });
      const { id } = view.row;
      return {
        scope,
        id,
        open: () => openConnections.open(scope, id),
        change: async (properties) => {
          const { revision } = await openConnections.open(scope, id);
          const change = { id, revision, properties, actor: 'test' };
          await updateConnectionSettings(connectionDeps, scope, change);
        },
      };
    },
    close: () => kit.close(),
  };
}

/** Goes to the sign-in page and back, as a person's browser does; gives what came of it. */
export async function signIn(
  signIns: SignIns,
  of: { readonly scope: OrganizationScope; readonly id: string },
  query: Readonly<Record<string, string>> = { code: 'good' },
): ReturnType<SignIns['finishAuthorization']> {
  const { url } = await signIns.startAuthorization(of.scope, of.id, { actor: 'key:1' });
  const state = new URL(url).searchParams.get('state') ?? '';
  return await signIns.finishAuthorization({ state, ...query });
}
