import type { NearNumber, NumberHit } from '../index/contact-index.ts';
import { shownNumber } from '../number-keys/number-key.ts';
import type { NumberKey, NumberKeys, NumberKind } from '../number-keys/number-key.ts';
import { askNumber, isOneLine } from '../number-keys/number-question.ts';
import { settled } from './identified.ts';
import type { Identified, IdentifyConnection, IdentifyDeps, Told } from './identified.ts';
import { matchOfHit } from './match.ts';
import type { Match } from './match.ts';

/** What is known of a number here. */
export interface KnownHere {
  /** `undefined`: the CRM must be asked. */
  readonly identified: Identified | undefined;
  readonly told: readonly Told[];
  /** Contacts with these digits, which may be somebody else's: for a person to judge. */
  readonly possible: readonly Match[];
}

/** Numbers that belong to nobody in particular: a CRM is not asked for them. */
const NOBODYS: Partial<Readonly<Record<NumberKind, string>>> = {
  service: 'This is a code of the phone system, and of no person: the CRM is not asked.',
  short_code: 'This is a short code such as 112, and of no person: the CRM is not asked.',
};

/**
 * Who has the number, by what is known here: nobody where it is the organization's own, else the index,
 * else what we made; at last nobody where it is a code.
 */
export async function identifyHere(
  deps: IdentifyDeps,
  connection: IdentifyConnection,
  number: string,
): Promise<KnownHere> {
  const told: Told[] = [];
  let possible: readonly Match[] = [];
  // A phone rings: where the database is another process, neither question waits for the other's answer.
  const [own, inIndex] = await Promise.all([
    ownNumbers(deps, connection, number),
    index(deps, connection, number),
  ]);
  for (const find of [() => own, () => inIndex, () => made(deps, connection, number)]) {
    const found = await find();
    if (found.told !== undefined) told.push(found.told);
    if (found.status === 'possible') {
      possible = found.matches;
    } else if (found.status !== undefined) {
      const identified = settled(connection, { ...found, status: found.status }, told);
      return { identified, told, possible: [] };
    }
  }
  const nobodys = NOBODYS[deps.keys.keyOf(number, connection.country).kind];
  if (nobodys === undefined) return { identified: undefined, told, possible };
  const nobody = { status: 'not_asked' as const, matches: [], message: nobodys };
  return { identified: settled(connection, nobody, told), told, possible: [] };
}

interface Found {
  /** Undefined: the next source is asked. */
  readonly status: 'found' | 'possible' | 'own_number' | undefined;
  readonly matches: readonly Match[];
  readonly message?: string;
  readonly told?: Told;
  /** They are strangers to each other: no rule chooses one of them. */
  readonly strangers?: boolean;
}

type Source = (
  deps: IdentifyDeps,
  connection: IdentifyConnection,
  number: string,
) => Promise<Found>;

const NOTHING: Found = { status: undefined, matches: [] };

const ownNumbers: Source = async (deps, connection, number) => {
  const { keys, clock } = deps;
  const started = clock.monotonic();
  const key = keys.keyOf(number, connection.country);
  const listed = isOwn(keys, connection, { number, key });
  if (!listed && !(await deps.isExtension(connection.organizationId, key))) return NOTHING;
  const message = listed
    ? 'The number is on the list of own numbers of the connection.'
    : 'The number is an extension of the organization.';
  const ms = clock.monotonic() - started;
  const asked = shownNumber(key);
  const told: Told = { source: 'own_numbers', asked, answered: 1, matched: 1, message, ms };
  return { status: 'own_number', matches: [], message, told };
};

function isOwn(
  keys: NumberKeys,
  { ownNumbers, country }: IdentifyConnection,
  { number, key }: { readonly number: string; readonly key: NumberKey },
): boolean {
  if (key.digits === '') return false;
  if (ownNumbers.some((own) => keys.keyOf(own, country).digits === key.digits)) return true;
  if (key.kind !== 'number' || key.e164 !== undefined) return false;
  // In no plan one number has the digits of each way to write it.
  const { judge, endsLike } = askNumber(keys, number, { country });
  return ownNumbers.some((own) => endsLike(own) && judge(own) === 'e164');
}

const index: Source = async (deps, connection, number) => {
  if (deps.index === undefined) return NOTHING;
  const { country, lastDigits: suffix, id: connectionId, organizationId } = connection;
  const started = deps.clock.monotonic();
  const near: NearNumber[] = [];
  const more = new Set<string>();
  const options = {
    ...{ country, suffix, near: (one: NearNumber) => void near.push(one) },
    more: () => void more.add(MORE),
  };
  const hits = await deps.index.byNumber({ organizationId, connectionId }, number, options);
  const ms = deps.clock.monotonic() - started;
  const key = deps.keys.keyOf(number, country);
  const asked = shownNumber(key);
  const base = { source: 'index' as const, asked, answered: hits.length + near.length, ms };
  const [first] = hits;
  if (first === undefined) {
    const why = whyNot(deps, near, connection);
    const message = ['Nobody in the index has this number.', ...unplanned(key), ...why, ...more];
    return { ...NOTHING, told: { ...base, matched: 0, message: message.join(' ') } };
  }
  const matches = hits.map(matchOfHit);
  if (first.matched === 'possible') {
    return {
      status: 'possible',
      matches,
      told: { ...base, matched: 0, message: [possibly(hits), ...more].join(' ') },
    };
  }
  const phones = hits.map(({ matchedPhone }) => matchedPhone);
  const strangers = first.matched === 'suffix' && !isOneLine(deps.keys, phones, country);
  const message = [MATCHED[first.matched], ...more].join(' ');
  const told = { ...base, matched: hits.length, message };
  return { status: 'found', matches, told, strangers };
};

const MORE = 'More than 1,000 contacts have a number that ends so; the others were not looked at.';

const MATCHED = {
  e164: 'The index has exactly this number.',
  national: 'The index has this number as it was dialled before its country changed its numbers.',
  switchboard: 'The number is a direct dial behind the number of a company in the index.',
  suffix: 'The index has a number with the same last digits.',
} as const;

/** Numbers that are told of; there may be many that end alike. */
const FEW = 3;

function possibly(hits: readonly NumberHit[]): string {
  const numbers = listed(hits.map(({ matchedPhone }) => matchedPhone));
  return `The index has these digits, but one of the two does not name its country, so that it may be somebody else's: ${numbers}. Numbers with plus and country code in the CRM are known for sure.`;
}

/** A number of no country's plan is compared by its digits. */
function unplanned({ kind, e164, international }: NumberKey): readonly string[] {
  if (kind !== 'number' || e164 !== undefined) return [];
  const why = international
    ? 'It is too short, too long or not in use in its country'
    : "It is no number of the connection's country, and names no other";
  return [`${why}, so that only the same digits find it.`];
}

/** Why numbers that end alike are not the one asked for. */
function whyNot(
  { keys }: IdentifyDeps,
  near: readonly NearNumber[],
  { country }: IdentifyConnection,
): readonly string[] {
  if (near.length === 0) return [];
  const read = near.map(({ phone }) => {
    const { e164, kind } = keys.keyOf(phone, country);
    return `${phone} (${e164 ?? (kind === 'number' ? `no number in ${country}` : kind)})`;
  });
  return [`These end alike, but are other numbers: ${listed(read)}.`];
}

function listed(texts: readonly string[]): string {
  const several = [...new Set(texts)];
  const more = several.length - FEW;
  return `${several.slice(0, FEW).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

const made: Source = async (deps, connection, number) => {
  const started = deps.clock.monotonic();
  const match = await deps.made(connection, number);
  if (match === undefined) return NOTHING;
  const ms = deps.clock.monotonic() - started;
  const asked = shownNumber(deps.keys.keyOf(number, connection.country));
  const message = 'Patchcord made this contact for an earlier call from the number.';
  const told: Told = {
    source: 'made',
    asked,
    answered: 1,
    matched: 1,
    message,
    ms,
  };
  return { status: 'found', matches: [match], told };
};
