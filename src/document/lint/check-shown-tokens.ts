import { namesIn, resolveAt } from './lint-context.ts';
import type { LintContext, Place } from './lint-context.ts';

/** Members that hold tokens by RFC 6749 and OpenID Connect, and as vendors write them. */
const TOKEN_NAME = /^(?:(?:access|refresh|id|session|auth)_?)?token$/i;
/** Members that are read as tokens by these very names, unless the map says otherwise. */
const OWN_NAMES: ReadonlySet<string> = new Set(['access_token', 'refresh_token']);

/**
 * Tells of a map that binds a token to what people see, or to a value that links may hold. `open`:
 * labels of properties that the sign-in fills and that are no secrets.
 */
export function checkShownTokens(context: LintContext, open: ReadonlySet<string>): void {
  for (const place of context.places) {
    const member = place.steps.at(-1);
    if (!isAnswer(place) || typeof member !== 'string' || !TOKEN_NAME.test(member)) continue;
    const isOwn = place.steps.length === 3 && OWN_NAMES.has(member);
    for (const name of namesIn(context, place)) {
      const ref = resolveAt(context, place, name);
      const isSeen = name === 'account_id' || name === 'account_name' || open.has(name);
      if (!isSeen && !(isOwn && ref?.kind === 'local')) continue;
      const written = context.placeholder(name);
      const index = Math.max(0, place.node.value.indexOf(written));
      const message = `"${member}" is a token, and ${written} would make it readable.`;
      const fix = 'remove it: "request_auth" or "present" puts the token into requests';
      context.report('token_shown', { node: place.node, steps: place.steps, index }, message, fix);
    }
  }
}

function isAnswer({ use, isKey, steps }: Place): boolean {
  if (use !== 'response' || isKey) return false;
  const [section, key] = steps;
  return section === 'OAuth2' ? key === 'token_response_map' : section === 'auth';
}
