import type { HostRule } from './host.ts';
import type { RenderContext } from '../request.ts';
import { createScope } from '../scope.ts';
import type { Scope } from '../scope.ts';
import { RenderStop, unsafeValue } from '../render-stop.ts';
import type { CompiledUrl, UrlPieces } from './url.ts';

/** Which origins a document may call. */
export interface OriginPolicy {
  /** The origins that these property values give, without those that `hosts` excludes. */
  of(properties: Readonly<Record<string, string>>): readonly string[];
  /** Throws a `RenderStop` for a URL of another origin. */
  check(pieces: UrlPieces, scope: Scope): void;
  /**
   * For a request with `"auth": "none"`, which an answer may send to any host of `hosts`: true for
   * a pinned origin, false for one that only `hosts` names; throws a `RenderStop` for all others.
   */
  checkBare(pieces: UrlPieces, scope: Scope): boolean;
}

/**
 * The rule of a document: a request goes to an origin that its literal URLs and the property values
 * give (or that the caller pinned), and where `hosts` is declared its host must be one of them.
 */
export function createOriginPolicy(
  urls: readonly CompiledUrl[],
  hosts: readonly HostRule[],
): OriginPolicy {
  const allowed = (host: string): boolean =>
    hosts.length === 0 || hosts.some((rule) => rule.matches(host));
  const originsOf = (properties: Readonly<Record<string, string>>): readonly string[] => {
    const scope = createScope(contextOf(properties));
    const found = urls.flatMap((url) => authorityOf(url, scope));
    return [...new Set(found.filter(({ host }) => allowed(host)).map(({ origin }) => origin))];
  };
  const isPinned = ({ authority }: UrlPieces, { context }: Scope): boolean =>
    allowed(authority.host) &&
    (context.origins ?? originsOf(context.properties)).includes(authority.origin);
  return {
    of: originsOf,
    check: (pieces, scope) => {
      const { authority } = pieces;
      // Where hosts are declared and nothing is pinned, an answer may choose among them.
      const isFree = scope.context.origins === undefined && hosts.length > 0;
      if (isFree ? allowed(authority.host) : isPinned(pieces, scope)) return;
      throw unsafeValue(authority.host, `the document may not call ${authority.origin}`);
    },
    checkBare: (pieces, scope) => {
      const { context } = scope;
      if (isPinned(pieces, scope)) return true;
      const { host, scheme, origin } = pieces.authority;
      if (context.mayReach?.(origin) === true) return false;
      if (hosts.length === 0 || !allowed(host)) {
        const message = `an answer gave an address at ${host}, which "hosts" of the document does not name`;
        throw unsafeValue(host, message);
      }
      if (scheme !== 'https') {
        const message = `an answer gave an address at ${host} that begins with http: everything sent there could be read on the way`;
        throw unsafeValue(host, message);
      }
      return false;
    },
  };
}

function authorityOf(
  url: CompiledUrl,
  scope: Scope,
): readonly ReturnType<CompiledUrl['authority']>[] {
  try {
    return [url.authority(scope)];
  } catch (err) {
    // The values of a call, or a property that is not filled yet: it gives no origin.
    if (err instanceof RenderStop) return [];
    throw err;
  }
}

// Origins come from properties alone: what a call brings can never pin one.
function contextOf(properties: Readonly<Record<string, string>>): RenderContext {
  return {
    values: {},
    properties,
    country: '',
    timezone: 'UTC',
    phones: { parse: () => undefined, same: () => false },
    boundary: '',
  };
}
