import { completeNames } from '../document/values/person-names.ts';
import { readValue } from '../document/values/values.ts';
import type { Scalar, Values } from '../document/values/values.ts';
import type { RecordingUrls } from '../recordings/recording-link.ts';
import { cleanNumber } from '../contacts/clean-number.ts';
import type { CallFacts } from './call-facts.ts';
import { partyNumber } from './call-rules.ts';
import type { AddressBook } from './recording-addresses.ts';
import { defined } from './defined.ts';
import type { Owner } from './owner.ts';
import type { StepMethod, UpdateReason } from './step.ts';
import { subjectOf } from './subject.ts';
import type { SubjectTexts } from './subject.ts';

/** What the CRM told about this call on this connection, kept with the lane. */
export interface LaneMemory {
  /** As bound: lists for phone, mobile, email. */
  readonly contact?: Readonly<Record<string, string | readonly string[]>>;
  readonly activity?: Readonly<Record<string, string | readonly string[]>>;
  /** Contacts among which a person must choose. */
  readonly candidates?: number;
  /** The first of them: whom the person chooses is known with all that the CRM told. */
  readonly choices?: readonly Readonly<Record<string, string | readonly string[]>>[];
  readonly createdAt?: number;
  /** Ids of steps for which the contact was looked for again, because the CRM refused it. */
  readonly contactAgain?: readonly string[];
}

export interface CallValuesInput {
  readonly facts: CallFacts;
  readonly memory: LaneMemory;
  readonly owner: Owner;
  readonly callKey: string;
  readonly texts: SubjectTexts;
  readonly connection: { readonly country: string; readonly timezone: string };
  readonly method: StepMethod | 'FindActivity';
  readonly reasons: readonly UpdateReason[];
  readonly onlyConnection: boolean;
  readonly possibleDuplicate: boolean;
  readonly recordings?: CallRecordings;
  readonly file?: { readonly name?: string; readonly type?: string; readonly size: number };
}

/** What a document may know of the call's recordings. */
export interface CallRecordings {
  /** False where the connection's option leaves recordings out. */
  readonly told: boolean;
  /** Which one the step is about; without it the newest. */
  readonly key: string | undefined;
  /** Our own addresses of those whose bytes are here, by key. */
  readonly urls: ReadonlyMap<string, RecordingUrls>;
  /** The phone system's. */
  readonly addresses: Pick<AddressBook, 'find'>;
}

/** Said in the second record that a lost answer may have led to. */
const DUPLICATE_NOTE =
  'Possible duplicate: the answer to an earlier request for this call was lost.';

/**
 * The values of a call for a document's parameters: those of the call, its owner, its contact and
 * what earlier methods bound, the nearer winning. Times are epoch milliseconds, durations seconds.
 */
export function callValues(input: CallValuesInput): Values {
  const { facts, memory } = input;
  const contact = contactValues(input);
  const values: Record<string, Scalar | undefined> = {
    ...ownerValues(input.owner),
    ...contact,
    ...flatten(memory.activity ?? {}),
    ...numbers(facts),
    ...times(facts),
    activity_type: (facts.direction ?? 'inbound') === 'inbound' ? 'inbound' : 'outbound',
    call_result: facts.result,
    call_cause: facts.cause,
    call_key: input.callKey,
    queue: facts.queue,
    domain: facts.domain,
    connection_id: facts.branchId,
    connection_name: facts.branchName,
    ...recordingLinks(input),
    ...fileValues(input),
    description: describe(input),
    update_reason: input.reasons.length > 0 ? input.reasons.join(',') : undefined,
    timezone: input.connection.timezone,
    country: input.connection.country,
  };
  return defined({ ...values, subject: subjectOf(facts, values, input.texts) });
}

function ownerValues(owner: Owner): Record<string, Scalar | undefined> {
  if (owner.kind === 'undecided') return {};
  const extension = owner.extension;
  if (owner.kind !== 'user') return { user_number: extension };
  return {
    ...owner.user?.locals,
    user_id: owner.userId,
    user_name: owner.user?.userName,
    user_email: owner.user?.email,
    user_phone: owner.user?.phone,
    user_number: extension,
  };
}

function contactValues(input: CallValuesInput): Record<string, Scalar | undefined> {
  const { facts, method } = input;
  const party = cleanNumber(partyNumber(facts));
  const chosen = input.onlyConnection ? chosenOf(facts) : undefined;
  const known = withNames(flatten(knownContact(input.memory, chosen)));
  const forNew =
    method === 'CreateContact' ? { contact_name: party, lastname: party, phone: party } : {};
  return {
    ...forNew,
    ...known,
    ...(chosen === undefined ? {} : defined(chosen)),
    phone: method === 'FindContact' ? party : (readValue(known, 'phone') ?? party),
  };
}

/** The contact of the call; of somebody else than the user chose nothing may go along. */
function knownContact(
  { contact = {}, choices = [] }: LaneMemory,
  chosen: Chosen | undefined,
): NonNullable<LaneMemory['contact']> {
  if (chosen === undefined) return contact;
  const same = [contact, ...choices].filter((one) => isSame(one, chosen));
  // Of a contact and a lead with one id nobody knows which is meant: neither is guessed.
  const kinds = new Set(same.map((one) => one['contact_type']));
  return kinds.size > 1 ? {} : (same[0] ?? {});
}

interface Chosen {
  readonly contact_id: string;
  readonly contact_type: string | undefined;
}

function chosenOf({ contactId, contactType }: CallFacts): Chosen | undefined {
  if (contactId === undefined) return undefined;
  return { contact_id: contactId, contact_type: contactType };
}

/** A contact and a lead may have the same id; where one of the two kinds is not known, the id decides. */
function isSame(known: NonNullable<LaneMemory['contact']>, chosen: Chosen): boolean {
  if (known['contact_id'] !== chosen.contact_id) return false;
  const types = new Set([known['contact_type'], chosen.contact_type]);
  return types.has(undefined) || types.size === 1;
}

/** Names derive from each other, so that a text with `contact_name` serves every CRM. */
function withNames(
  contact: Record<string, string | undefined>,
): Record<string, string | undefined> {
  const names = completeNames(
    defined({
      full: contact['contact_name'],
      first: contact['firstname'],
      last: contact['lastname'],
    }),
  );
  return defined({
    ...contact,
    contact_name: names.full,
    firstname: names.first,
    lastname: names.last,
  });
}

function numbers(facts: CallFacts): Record<string, Scalar | undefined> {
  return {
    party_number: cleanNumber(partyNumber(facts)),
    calling_number: cleanNumber(facts.callingNumber),
    called_number: cleanNumber(facts.calledNumber),
    did: cleanNumber(facts.did),
  };
}

function times(facts: CallFacts): Record<string, Scalar | undefined> {
  const ended = facts.phase === 'ended';
  return {
    call_timestamp: facts.startedAt,
    answer_timestamp: facts.answeredAt,
    call_timestop: ended ? facts.endedAt : undefined,
    call_duration: ended ? facts.duration : undefined,
  };
}

/**
 * Our own link opens the bytes without a sign-in, the phone system's page lasts: each comes first for
 * what it is, and one stands in for the other.
 */
function recordingLinks({
  facts,
  recordings,
}: CallValuesInput): Record<string, Scalar | undefined> {
  if (recordings?.told === false) return {};
  const all = facts.recordings.filter(
    ({ key }) => recordings?.key === undefined || key === recordings.key,
  );
  const ours = all
    .map(({ key }) => recordings?.urls.get(key))
    .findLast((urls) => urls !== undefined);
  const told = all.findLast((one) => one.url ?? one.pageUrl);
  const url = recordings?.addresses.find(told?.url);
  const pageUrl = recordings?.addresses.find(told?.pageUrl);
  return {
    content_url: ours?.contentUrl ?? url ?? pageUrl,
    call_url: pageUrl ?? ours?.callUrl ?? url,
  };
}

function fileValues({ file }: CallValuesInput): Record<string, Scalar | undefined> {
  return file === undefined
    ? {}
    : { filename: file.name, file_type: file.type, file_size: file.size };
}

function describe({ facts, possibleDuplicate }: CallValuesInput): string | undefined {
  if (!possibleDuplicate) return facts.description;
  return facts.description === undefined
    ? DUPLICATE_NOTE
    : `${facts.description}\n${DUPLICATE_NOTE}`;
}

/** Lists give their first element. */
function flatten(
  record: Readonly<Record<string, string | readonly string[]>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value[0],
    ]),
  );
}
