/** How a value is treated inside: what counts as a reference, is numeric, or has number forms. */
export type ParameterKind = 'text' | 'reference' | 'number' | 'date' | 'phone';

/** The types in which a value may go out or be read. */
export const TYPE_NAMES = [
  'string',
  'number',
  'boolean',
  'ISO8601Date',
  'epoch_seconds',
  'epoch_milliseconds',
  'date',
  'object',
] as const;

export type TypeName = (typeof TYPE_NAMES)[number];

export interface BuiltinParameter {
  readonly name: string;
  readonly kind: ParameterKind;
  /** The form in which it goes out when the document declares none. */
  readonly type: TypeName;
  /** Whence it comes: the original framework, its older public pages, or Patchcord. */
  readonly origin: 'original' | 'recovered' | 'extension';
  readonly description: string;
}

/** Every parameter that a document may use without declaring it. */
export const PARAMETERS: readonly BuiltinParameter[] = [
  row(
    'phone',
    'phone',
    'string',
    'original',
    'Phone number of the contact, or of the user in `Users`.',
  ),
  row(
    'email',
    'text',
    'string',
    'original',
    'Email address of the contact, or of the user in `Users`.',
  ),
  row('user_id', 'reference', 'string', 'original', 'Id of the CRM user who has the call.'),
  row('contact_id', 'reference', 'string', 'original', 'Id of the CRM contact.'),
  row('activity_id', 'reference', 'string', 'original', 'Id of the call record in the CRM.'),
  row(
    'activity_type',
    'text',
    'string',
    'original',
    'Direction of the call: `inbound` or `outbound`.',
  ),
  row('user_name', 'text', 'string', 'original', 'Full name of the CRM user.'),
  row('contact_name', 'text', 'string', 'original', 'Full name of the CRM contact.'),
  row(
    'firstname',
    'text',
    'string',
    'original',
    'First name of the contact, or of the user in `Users`.',
  ),
  row(
    'lastname',
    'text',
    'string',
    'original',
    'Last name of the contact, or of the user in `Users`.',
  ),
  row('subject', 'text', 'string', 'original', 'Subject of the call; always has a value.'),
  row('description', 'text', 'string', 'original', "The user's comment on the call."),
  row('company_name', 'text', 'string', 'original', 'Name of the company (account, lead, firm).'),
  row('company_id', 'reference', 'string', 'original', 'Id of the company (account, lead, firm).'),
  row(
    'content_url',
    'reference',
    'string',
    'original',
    'Direct, signed, expiring link to the recording.',
  ),
  row('user_number', 'text', 'string', 'original', 'Extension of the phone user.'),
  row(
    'party_number',
    'phone',
    'string',
    'original',
    'Number of the other side, in either direction.',
  ),
  row('calling_number', 'phone', 'string', 'original', 'Number of the caller.'),
  row('called_number', 'phone', 'string', 'original', 'Number that was called.'),
  row('call_duration', 'number', 'number', 'original', 'Duration of the call in seconds.'),
  row(
    'call_timestamp',
    'date',
    'number',
    'original',
    'Start of the call; as a number, epoch milliseconds.',
  ),
  row(
    'call_timestop',
    'date',
    'number',
    'original',
    'End of the call; as a number, epoch milliseconds.',
  ),
  row('call_cause', 'text', 'string', 'original', 'Hang-up cause as the phone system has it.'),
  row(
    'call_url',
    'reference',
    'string',
    'original',
    'Lasting page of the recording, which asks for login.',
  ),
  row('domain', 'text', 'string', 'original', "The organization's domain in the phone system."),
  row('filename', 'reference', 'string', 'original', 'Name of the recording as a file.'),
  row(
    'file',
    'reference',
    'string',
    'original',
    'The recording: Base64 in JSON, bytes in multipart.',
  ),
  row(
    'since',
    'date',
    'ISO8601Date',
    'original',
    'Time of the last complete sync; none on the first run.',
  ),
  row('prefix', 'text', 'string', 'original', "What stands in the app's Search field."),
  row(
    'connection_id',
    'reference',
    'string',
    'original',
    'Id of the branch (site or line) of the call.',
  ),
  row(
    'connection_name',
    'text',
    'string',
    'original',
    'Name of the branch (site or line) of the call.',
  ),
  row('mobile', 'phone', 'string', 'recovered', 'Mobile number of the contact.'),
  row('job_title', 'text', 'string', 'recovered', 'Job title of the contact.'),
  row(
    'call_key',
    'text',
    'string',
    'extension',
    'Stable, unguessable key of the call, one per connection.',
  ),
  row(
    'call_result',
    'text',
    'string',
    'extension',
    '`answered`, `missed`, `voicemail`, `busy`, `failed` or `cancelled`.',
  ),
  row(
    'answer_timestamp',
    'date',
    'number',
    'extension',
    'When the call was answered; as a number, epoch milliseconds.',
  ),
  row(
    'queue',
    'text',
    'string',
    'extension',
    'Name of the queue or group that the call came through.',
  ),
  row(
    'did',
    'phone',
    'string',
    'extension',
    'Number of ours that was dialled (direct inward dialling).',
  ),
  row('transcript', 'text', 'string', 'extension', 'What was said, as text.'),
  row('summary', 'text', 'string', 'extension', 'Summary of what was said.'),
  row('user_email', 'text', 'string', 'extension', "The agent's email address."),
  row('user_phone', 'phone', 'string', 'extension', "The agent's phone number."),
  row(
    'contact_type',
    'text',
    'string',
    'extension',
    'Kind of record that the contact is, such as `lead`.',
  ),
  row('file_type', 'text', 'string', 'extension', 'Media type of the recording.'),
  row('file_size', 'number', 'number', 'extension', 'Size of the recording in bytes.'),
  row(
    'update_reason',
    'text',
    'string',
    'extension',
    'Why `UpdateActivity` runs: `note`, `contact`, `recording`, `owner` or `call` (an event came late); several with commas.',
  ),
  row('timezone', 'text', 'string', 'extension', 'IANA time zone of the connection.'),
  row('country', 'text', 'string', 'extension', "ISO 3166-1 code of the connection's country."),
];

/** Old name → name; read with a warning. */
export const PARAMETER_ALIASES: ReadonlyMap<string, string> = new Map([
  ['call_start', 'call_timestamp'],
  ['call_end', 'call_timestop'],
  ['caller_number', 'calling_number'],
  ['extension', 'user_number'],
  ['call_id', 'call_key'],
]);

/** The forms of each parameter of kind `phone`, as suffixes: `party_number_e164`. */
export const NUMBER_FORMS = [
  'e164',
  'digits',
  'national',
  'significant',
  'international',
  'country_code',
  'country',
  'last7',
  'last8',
  'last9',
  'last10',
] as const;

export type NumberForm = (typeof NUMBER_FORMS)[number];

/** The forms of a number that are a number themselves: `phone_formats` may ask for each. */
export const PHONE_FORMATS = [
  'e164',
  'digits',
  'national',
  'significant',
  'international',
  'last7',
  'last8',
  'last9',
  'last10',
] as const;

export type PhoneFormat = (typeof PHONE_FORMATS)[number];

/** Each built-in parameter with its number forms, and the same of its old names. */
export const BUILTIN_NAMES: ReadonlySet<string> = new Set(
  PARAMETERS.flatMap(({ name, kind }) =>
    [name, ...oldNamesOf(name)].flatMap((spelling) =>
      kind === 'phone'
        ? [spelling, ...NUMBER_FORMS.map((form) => `${spelling}_${form}`)]
        : [spelling],
    ),
  ),
);

/** The old names of a parameter. */
export function oldNamesOf(parameter: string): readonly string[] {
  return [...PARAMETER_ALIASES].flatMap(([old, name]) => (name === parameter ? [old] : []));
}

/** True when dates of this type name are written and read as such. */
export function isDateType(type: TypeName): boolean {
  return (
    type === 'ISO8601Date' ||
    type === 'epoch_seconds' ||
    type === 'epoch_milliseconds' ||
    type === 'date'
  );
}

function row(
  name: string,
  kind: ParameterKind,
  type: TypeName,
  origin: BuiltinParameter['origin'],
  description: string,
): BuiltinParameter {
  return { name, kind, type, origin, description };
}
