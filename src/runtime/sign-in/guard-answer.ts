import type { SignInAnswer } from '../../document/compiled-document.ts';
import type { PropertyField } from '../../document/names/properties.ts';
import { createScrubber } from '../../text/scrub.ts';

type Bound = Extract<SignInAnswer, { readonly status: 'bound' }>;

export interface GuardedBy {
  readonly properties: readonly PropertyField[];
  /** Values that the request was made with: stored secrets, the grant, an older refresh token. */
  readonly sent: readonly string[];
  /** Texts that the answer names as tokens, whether the document uses them or not. */
  readonly named: readonly string[];
}

/** A shorter text may be an innocent part of a name. */
const MIN_CHARACTERS = 8;

/**
 * Refuses an answer by which a document would make a token or a stored secret readable: bound as an
 * account, as a property that is no secret, or as a local value, which links may hold. An account
 * that holds a stored secret is no account. Pure.
 */
export function guardAnswer(answer: Bound, by: GuardedBy): SignInAnswer {
  const { accountId, accountName, accessToken, sessionToken, refreshToken } = answer;
  const tokens = [accessToken, sessionToken, refreshToken].filter((each) => each !== undefined);
  const secretLabels = new Set(by.properties.flatMap((each) => (each.secret ? [each.label] : [])));
  const locals = Object.entries(answer.locals);
  const open = Object.entries(answer.properties).filter(([label]) => !secretLabels.has(label));
  const account = Object.entries({ account_id: accountId ?? '', account_name: accountName ?? '' });
  const isToken = tellsOf(tokens);
  const isNamed = tellsOf([...tokens, ...by.named]);
  const shown =
    [...open, ...account].find(([, value]) => isNamed(value)) ??
    locals.find(([, value]) => isToken(value));
  if (shown !== undefined) return refused(shown[0], 'a token');
  const isSent = tellsOf(by.sent.filter((each) => each.length >= MIN_CHARACTERS));
  const { accountId: _id, accountName: _name, ...rest } = answer;
  const told = [...open, ...locals].find(([, value]) => isSent(value));
  if (told !== undefined) return refused(told[0], 'a secret of the connection');
  return {
    ...rest,
    ...(accountId === undefined || isSent(accountId) ? {} : { accountId }),
    ...(accountName === undefined || isSent(accountName) ? {} : { accountName }),
  };
}

/** Tells whether a text is one of these, holds one in any form, or is the greater part of one. */
function tellsOf(secrets: readonly string[]): (text: string) => boolean {
  const long = secrets.filter(({ length }) => length >= MIN_CHARACTERS);
  const scrub = createScrubber(long);
  const isPart = (text: string): boolean =>
    text.length >= MIN_CHARACTERS &&
    long.some((secret) => text.length * 2 >= secret.length && secret.includes(text));
  return (text) => secrets.includes(text) || scrub(text) !== text || isPart(text);
}

function refused(name: string, what: string): SignInAnswer {
  return {
    status: 'refused',
    message: `The answer gives ${what} as "${name}", where it could be read: bind something else there in the document.`,
  };
}
