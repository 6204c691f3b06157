import { isOneLine } from '../number-keys/number-question.ts';
import { settled } from './identified.ts';
import type { Identified, IdentifyConnection, IdentifyDeps, Told } from './identified.ts';
import { matchOfHit } from './match.ts';
import type { Match } from './match.ts';

/**
 * Who has the number, by what is known here: nobody where it is the organization's own, else the index,
 * else what we made. `undefined`: the CRM must be asked.
 */
export async function identifyHere(
  deps: IdentifyDeps,
  connection: IdentifyConnection,
  number: string,
): Promise<{ readonly identified: Identified | undefined; readonly told: readonly Told[] }> {
  const told: Told[] = [];
  for (const source of [ownNumbers, index, made]) {
    const found = await source(deps, connection, number);
    if (found.told !== undefined) told.push(found.told);
    if (found.status !== undefined) {
      return { identified: settled(connection, { ...found, status: found.status }, told), told };
    }
  }
  return { identified: undefined, told };
}

interface Found {
  /** Undefined: the next source is asked. */
  readonly status: 'found' | 'own_number' | undefined;
  readonly matches: readonly Match[];
  readonly message?: string;
  readonly told?: Told;
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
  const listed = connection.ownNumbers.some(
    (own) => key.digits !== '' && keys.keyOf(own, connection.country).digits === key.digits,
  );
  if (!listed && !(await deps.isExtension(connection.organizationId, key))) return NOTHING;
  const message = listed
    ? 'The number is on the list of own numbers of the connection.'
    : 'The number is an extension of the organization.';
  const ms = clock.monotonic() - started;
  const asked = key.e164 ?? key.digits;
  const told: Told = { source: 'own_numbers', asked, answered: 1, matched: 1, message, ms };
  return { status: 'own_number', matches: [], message, told };
};

const index: Source = async (deps, connection, number) => {
  if (deps.index === undefined) return NOTHING;
  const { country, lastDigits: suffix, id: connectionId, organizationId } = connection;
  const started = deps.clock.monotonic();
  const options = { country, suffix };
  const hits = await deps.index.byNumber({ organizationId, connectionId }, number, options);
  const ms = deps.clock.monotonic() - started;
  const key = deps.keys.keyOf(number, country);
  const asked = key.e164 ?? key.digits;
  const answered = hits.length;
  const base = { source: 'index' as const, asked, answered, ms };
  const [first] = hits;
  if (first === undefined) {
    const message = 'Nobody in the index has this number.';
    return { ...NOTHING, told: { ...base, matched: 0, message } };
  }
  const phones = hits.map(({ matchedPhone }) => matchedPhone);
  if (first.matched === 'national' && !isOneLine(deps.keys, phones, country)) {
    const message =
      'Several people have these digits in different countries: which of them it is, cannot be told.';
    return { ...NOTHING, told: { ...base, matched: 0, message } };
  }
  const told = { ...base, matched: answered, message: MATCHED[first.matched] };
  return { status: 'found', matches: hits.map(matchOfHit), told };
};

const MATCHED = {
  e164: 'The index has exactly this number.',
  national: 'The index has this number without its country.',
  suffix: 'The index has a number with the same last digits.',
} as const;

const made: Source = async (deps, connection, number) => {
  const started = deps.clock.monotonic();
  const match = await deps.made(connection, number);
  if (match === undefined) return NOTHING;
  const ms = deps.clock.monotonic() - started;
  const { e164, digits } = deps.keys.keyOf(number, connection.country);
  const message = 'Patchcord made this contact for an earlier call from the number.';
  const told: Told = {
    source: 'made',
    asked: e164 ?? digits,
    answered: 1,
    matched: 1,
    message,
    ms,
  };
  return { status: 'found', matches: [match], told };
};
