import type { CallFacts } from './call-facts.ts';
import type { LogOptions } from './call-rules.ts';

/** An extension's CRM user on one connection. */
export interface LinkedUser {
  readonly extension: string;
  readonly userId: string;
  readonly userName?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  /** Local values that `Users` bound for this user. */
  readonly locals?: Readonly<Record<string, string>> | undefined;
}

export type Owner =
  /** Several ring and nobody has answered yet. */
  | { readonly kind: 'undecided' }
  | {
      readonly kind: 'user';
      readonly userId: string;
      readonly extension?: string;
      readonly user?: LinkedUser;
    }
  /** The call is logged for nobody in particular. */
  | { readonly kind: 'none'; readonly extension?: string }
  | { readonly kind: 'unlinked'; readonly extension: string | undefined; readonly message: string };

type OwnerOptions = Pick<LogOptions, 'owner_after_transfer' | 'owner_without_link' | 'queue_owner'>;

/**
 * Says whose call it is: who spoke (after a transfer the last or the first, by option), else the
 * only extension that rang, else at the end the queue's owner. Never silently the account of the API.
 */
export function ownerOf(
  facts: CallFacts,
  options: OwnerOptions,
  links: ReadonlyMap<string, LinkedUser>,
): Owner {
  const extension = responsibleExtension(facts, options);
  if (extension !== undefined) {
    const user = links.get(extension);
    if (user !== undefined) return { kind: 'user', userId: user.userId, extension, user };
    return withoutLink(options, extension);
  }
  // Until it ends, an event may come that tells who has the call.
  if (facts.phase !== 'ended') return { kind: 'undecided' };
  if (options.queue_owner !== undefined) return { kind: 'user', userId: options.queue_owner };
  // Nobody answered a group: if exactly one of those who rang has a link, the call is still nobody's.
  return withoutLink(options, undefined);
}

/** The extension that answers for the call, `undefined` while or because there is no single one. */
export function responsibleExtension(
  facts: CallFacts,
  options: Pick<OwnerOptions, 'owner_after_transfer'>,
): string | undefined {
  const spoke = options.owner_after_transfer === 'last' ? facts.spoke.at(-1) : facts.spoke[0];
  if (spoke !== undefined) return spoke;
  return facts.ringing.length === 1 ? facts.ringing[0] : undefined;
}

function withoutLink(options: OwnerOptions, extension: string | undefined): Owner {
  const named = /^user:(?<id>.+)$/.exec(options.owner_without_link)?.groups?.['id'];
  const of = extension === undefined ? {} : { extension };
  if (named !== undefined) return { kind: 'user', userId: named, ...of };
  if (options.owner_without_link === 'none') return { kind: 'none', ...of };
  const message =
    extension === undefined
      ? 'nobody answered, and the connection names no owner for calls of a group'
      : `extension ${extension} is linked with no CRM user`;
  return { kind: 'unlinked', extension, message };
}
