/** What a method does to the CRM: `find` and `list` only read, `create` and `upload` add something. */
export type MethodKind = 'find' | 'list' | 'create' | 'upload' | 'change' | 'delete';

export const METHOD_NAMES = [
  'Users',
  'Account',
  'Contacts',
  'Organizations',
  'FindContact',
  'SearchContacts',
  'CreateContact',
  'UpdateContact',
  'DeleteContact',
  'CreateActivity',
  'AnswerCallActivity',
  'UpdateActivity',
  'AssignActivity',
  'StopCallActivity',
  'UploadFile',
  'FindActivity',
] as const;

export type MethodName = (typeof METHOD_NAMES)[number];

export interface MethodRow {
  readonly name: MethodName;
  readonly kind: MethodKind;
  /** False for those that only read. */
  readonly writes: boolean;
  /** What it is for. */
  readonly purpose: string;
  /** When it runs. */
  readonly moment: string;
  /** The id that makes a record of its answer. */
  readonly idField: 'user_id' | 'contact_id' | 'company_id' | 'activity_id' | 'account_id';
  /** Names that its answer may bind, beside local values; any other known name is compared. */
  readonly targets: ReadonlySet<string>;
  /** Methods of Patchcord that the original framework does not have. */
  readonly extension: boolean;
}

const USER = ['user_id', 'user_name', 'firstname', 'lastname', 'email', 'phone', 'mobile'];
const CONTACT = [
  'contact_id',
  'contact_name',
  'firstname',
  'lastname',
  'phone',
  'mobile',
  'email',
  'company_name',
  'company_id',
  'job_title',
  'contact_type',
];

/** The methods of a document, in the order of the reference. */
export const METHODS: ReadonlyMap<MethodName, MethodRow> = new Map<MethodName, MethodRow>([
  row('Users', 'list', 'user_id', [...USER, 'deleted'], {
    purpose: 'Lists the CRM users, to link them with extensions; it is also the connection test.',
    moment: 'At set-up and when users are linked.',
  }),
  row('Account', 'list', 'account_id', ['account_id', 'account_name'], {
    purpose:
      'Reads the account that the connection belongs to; it may fill properties with `filled_by`.',
    moment: 'After sign-in and in the connection test.',
    extension: true,
  }),
  row('Contacts', 'list', 'contact_id', [...CONTACT, 'since', 'deleted'], {
    purpose: 'Lists the contacts.',
    moment: 'At each sync: first in full, then with `since`.',
  }),
  row(
    'Organizations',
    'list',
    'company_id',
    ['company_id', 'company_name', 'phone', 'mobile', 'email', 'contact_type', 'since', 'deleted'],
    { purpose: 'Lists the companies.', moment: 'At each sync.' },
  ),
  row('FindContact', 'find', 'contact_id', CONTACT, {
    purpose: 'Identifies the caller by the phone number.',
    moment: 'When a call rings or is dialled.',
  }),
  row('SearchContacts', 'find', 'contact_id', CONTACT, {
    purpose: 'Finds contacts by what stands in the Search field.',
    moment: 'While somebody types in the Search field.',
  }),
  row('CreateContact', 'create', 'contact_id', CONTACT, {
    purpose: 'Creates a contact.',
    moment: 'When a user saves one, or by the rule for unknown callers.',
  }),
  row('UpdateContact', 'change', 'contact_id', CONTACT, {
    purpose: 'Changes a contact.',
    moment: 'When a user edits one.',
  }),
  row('DeleteContact', 'delete', 'contact_id', CONTACT, {
    purpose: 'Deletes a contact.',
    moment: 'When a user deletes one.',
  }),
  row('CreateActivity', 'create', 'activity_id', ['activity_id'], {
    purpose: 'Creates the record of a call.',
    moment: 'At ring or dial if `StopCallActivity` exists, else when the call ends.',
  }),
  row('AnswerCallActivity', 'change', 'activity_id', ['activity_id'], {
    purpose: 'Tells the CRM that the call was answered.',
    moment: 'When somebody answers.',
    extension: true,
  }),
  row('UpdateActivity', 'change', 'activity_id', ['activity_id'], {
    purpose: 'Changes the record of a call.',
    moment: 'When subject or comment is saved, the contact changes, or the recording is ready.',
  }),
  row('AssignActivity', 'change', 'activity_id', ['activity_id'], {
    purpose: 'Gives the record of a call to another contact.',
    moment: 'When the user picks another contact.',
    extension: true,
  }),
  row('StopCallActivity', 'change', 'activity_id', ['activity_id'], {
    purpose: 'Writes the end of the call: duration, cause, result.',
    moment: 'When the call ends, answered or not.',
  }),
  row('UploadFile', 'upload', 'activity_id', ['activity_id'], {
    purpose: 'Attaches the recording to the record of the call.',
    moment: 'When the recording is ready and the connection uploads recordings.',
  }),
  row('FindActivity', 'find', 'activity_id', ['activity_id'], {
    purpose: 'Finds the record of a call by `call_key`.',
    moment: 'When an earlier request has an unknown outcome.',
    extension: true,
  }),
]);

/** Old spelling → method. */
export const METHOD_ALIASES: ReadonlyMap<string, MethodName> = new Map([
  ['SearchContact', 'SearchContacts'],
]);

/** The method of that name or old spelling; exact case. */
export function methodNamed(name: string): MethodName | undefined {
  return METHOD_NAMES.find((known) => known === name) ?? METHOD_ALIASES.get(name);
}

/**
 * Which objects of a method run where it is a list: each of them, one after the other until something
 * is found, or the first whose `when` holds.
 */
export function objectsThatRun(name: MethodName): 'all' | 'until_found' | 'first' {
  if (name === 'FindContact') return 'until_found';
  return ALL_RUN.includes(name) ? 'all' : 'first';
}

const ALL_RUN: readonly MethodName[] = ['Users', 'Contacts', 'Organizations', 'SearchContacts'];

/** The row of a method. */
export function methodRow(name: MethodName): MethodRow {
  const found = METHODS.get(name);
  if (found === undefined) throw new RangeError(`the table of methods lacks ${name}`);
  return found;
}

function row(
  name: MethodName,
  kind: MethodKind,
  idField: MethodRow['idField'],
  targets: readonly string[],
  words: { readonly purpose: string; readonly moment: string; readonly extension?: boolean },
): [MethodName, MethodRow] {
  const { purpose, moment, extension = false } = words;
  const writes = kind !== 'find' && kind !== 'list';
  return [
    name,
    { name, kind, writes, idField, targets: new Set(targets), purpose, moment, extension },
  ];
}
