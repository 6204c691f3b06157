import type { OrganizationScope } from '../../organizations/scope.ts';
import type { Credential } from '../../runtime/credential.ts';
import type { Database } from '../../store/database.ts';
import type { OpenConnection } from '../open-connection.ts';
import type { Vault } from '../vault.ts';
import { fits, renewalOf } from './connection-grant.ts';
import { decide } from './decide.ts';
import type { Decision, Renewal } from './decide.ts';
import { NO_GRANT } from './grant.ts';
import type { Grant } from './grant.ts';
import { findSignIn } from './sign-in-repository.ts';
import type { SignInRow } from './sign-in-repository.ts';
import { openContent, sealedOf, toGrant, tokenPlace } from './stored-grant.ts';
import type { GrantContent } from './stored-grant.ts';

/** A connection's sign-in as it is stored now, opened. */
export interface ReadGrant {
  readonly grant: Grant;
  readonly content: GrantContent | undefined;
  readonly renewal: Renewal;
  readonly decision: Decision;
}

export interface GrantReaderDeps {
  readonly database: Database;
  readonly vault: Vault;
  /** Told each token before anything can print it, and when nothing uses it any more. */
  readonly registerSecret: (secret: string) => void;
  readonly forgetSecret: (secret: string) => void;
}

export interface GrantReader {
  /** Reads and judges it. Rejects with `internal` when it cannot be opened. */
  read(connection: OpenConnection): Promise<ReadGrant>;
}

/** Opened sign-ins that are kept: those used last. */
const MAX_OPEN = 1_000;
/** A token stays known this many generations: requests under way may still show it. */
const KEPT_GENERATIONS = 2;

interface Kept {
  readonly generation: number;
  readonly content: GrantContent;
  /** Of the generations before. */
  readonly former: readonly (readonly string[])[];
}

/** Reads sign-ins; the row each time, what is sealed in it once per generation. */
export function createGrantReader(deps: GrantReaderDeps): GrantReader {
  const kept = new Map<string, Kept>();
  const forget = (tokens: readonly string[]): void => {
    for (const token of tokens) deps.forgetSecret(token);
  };
  const open = (row: SignInRow): GrantContent | undefined => {
    const sealed = sealedOf(row);
    if (sealed === undefined) return undefined;
    const id = row.connection_id;
    const known = kept.get(id);
    kept.delete(id);
    if (known?.generation === row.generation) {
      kept.set(id, known);
      return known.content;
    }
    const { organization_id: organizationId } = row;
    const place = tokenPlace({ organizationId, connectionId: id }, 'sign_in');
    const content = openContent(deps.vault, place, sealed);
    for (const token of tokensOf(content)) deps.registerSecret(token);
    const former = known === undefined ? [] : [tokensOf(known.content), ...known.former];
    forget(former.slice(KEPT_GENERATIONS).flat());
    kept.set(id, {
      generation: row.generation,
      content,
      former: former.slice(0, KEPT_GENERATIONS),
    });
    const [oldest] = kept;
    if (kept.size > MAX_OPEN && oldest !== undefined) {
      kept.delete(oldest[0]);
      forget([...tokensOf(oldest[1].content), ...oldest[1].former.flat()]);
    }
    return content;
  };
  return {
    read: async (connection) => {
      const row = await findSignIn(deps.database.read, scopeOf(connection), connection.id);
      const grant = row === undefined ? NO_GRANT : toGrant(row);
      const content = row === undefined ? undefined : open(row);
      const renewal = renewalOf(connection, content);
      const decision = decide(grant, {
        hasToken: content !== undefined && fits(connection, content),
        renewal,
        now: deps.database.now(),
      });
      return { grant, content, renewal, decision };
    },
  };
}

/** The organization of an opened connection. */
export function scopeOf({ organizationId }: OpenConnection): OrganizationScope {
  return { organizationId };
}

/** What requests are made with. */
export function credentialOf(grant: Grant, content: GrantContent): Credential {
  const { accessToken, sessionToken, locals, properties } = content;
  return {
    ...(accessToken === undefined ? {} : { accessToken }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
    locals,
    properties,
    generation: grant.generation,
  };
}

/** Everything in it that must not be shown. */
export function tokensOf(content: GrantContent): readonly string[] {
  const { accessToken, sessionToken, refreshToken } = content;
  return [accessToken, sessionToken, refreshToken].filter((token) => token !== undefined);
}
