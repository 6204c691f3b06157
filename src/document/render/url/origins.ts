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
  return {
    of: originsOf,
    check: ({ authority }, scope) => {
      const { origins, properties } = scope.context;
      // Where hosts are declared and nothing is pinned, an answer may choose among them.
      const fits =
        origins === undefined && hosts.length > 0
          ? allowed(authority.host)
          : allowed(authority.host) &&
            (origins ?? originsOf(properties)).includes(authority.origin);
      if (!fits) {
        throw unsafeValue(authority.host, `the document may not call ${authority.origin}`);
      }
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
