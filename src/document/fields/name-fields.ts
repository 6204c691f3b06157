import { BOOLEAN, choice, field, list, oneOf, text, tree, whole, words } from './field.ts';
import type { Field } from './field.ts';

const TYPES = [
  choice('string', 'Text, as it is.'),
  choice('number', 'A number without quotes; dates as epoch milliseconds.'),
  choice('boolean', 'true or false.'),
  choice('ISO8601Date', 'A date and time such as 2024-09-10T15:00:00.000Z.'),
  choice('epoch_seconds', 'Seconds since 1970-01-01, rounded down.'),
  choice('epoch_milliseconds', 'Milliseconds since 1970-01-01.'),
  choice('date', 'A day such as 2024-09-10.'),
];
const KEPT_WHOLE = choice(
  'object',
  'A piece of an answer, kept whole; only for values of your own.',
);
/** The types of parameters; names are read without case. */
export const TYPE_NAMES = oneOf([...TYPES, KEPT_WHOLE], { anyCase: true });

/** The keys of a property written as an object. */
export const PROPERTY_FIELDS: readonly Field[] = [
  field(
    'label',
    'X',
    words(),
    "The field's label, and the name of its placeholder.",
    'Instance URL',
    { required: true },
  ),
  field(
    'type',
    'X',
    oneOf(
      [
        choice('text', 'Any text.'),
        choice('secret', 'A text that is stored encrypted and never shown again.'),
        choice('url', 'An address that begins with https://.'),
        choice('number', 'A number.'),
        choice('boolean', 'Yes or no.'),
        choice('choice', 'One of `choices`.'),
      ],
      { anyCase: true },
    ),
    'What may be typed into the field.',
    'url',
    { default: 'text' },
  ),
  field(
    'secret',
    'X',
    BOOLEAN,
    'True for a value that must never be shown or logged; for addresses with a key inside.',
    true,
    { default: false },
  ),
  field(
    'help',
    'X',
    words(),
    'A sentence under the field: where to find the value.',
    'The address that you see after signing in.',
  ),
  field(
    'example',
    'X',
    words(),
    'An example, shown while the field is empty.',
    'https://acme.example.com',
  ),
  field(
    'default',
    'X',
    [words(), whole(-1e15, 1e15), BOOLEAN],
    'The value that stands in the field at first.',
    'https://api.example.com',
  ),
  field(
    'pattern',
    'X',
    words({ maxLength: 1_000 }),
    'A regular expression that the whole value must match.',
    '[A-Za-z0-9]{32}',
    { advanced: true },
  ),
  field(
    'choices',
    'X',
    list(words(), whole(-1e15, 1e15), BOOLEAN),
    'The values to choose from, for the type `choice`.',
    ['eu', 'us'],
    { requiredFor: ['choice'] },
  ),
  field('required', 'X', BOOLEAN, 'False for a field that may stay empty.', false, {
    default: true,
  }),
  field(
    'filled_by',
    'X',
    oneOf([choice('sign_in', 'The value comes with the sign-in.')]),
    'For a value that is not typed in but comes with the sign-in; an address among them needs `hosts`.',
    'sign_in',
    { advanced: true },
  ),
];

/** The keys of a parameter's type written as an object. */
export const PARAMETER_FIELDS: readonly Field[] = [
  field('type', 'X', TYPE_NAMES, 'The type that this CRM wants.', 'ISO8601Date', {
    required: true,
  }),
  field(
    'format',
    'X',
    words(),
    'The form of a date, for writing and reading: yyyy, MM, dd, HH, mm, ss, SSS.',
    'yyyy-MM-dd HH:mm:ss',
  ),
  field(
    'timezone',
    'X',
    text('request'),
    "The zone in which a date is written: a name such as `Europe/London`, or `$timezone$` for the connection's.",
    '$timezone$',
  ),
  field(
    'default',
    'X',
    [text('request'), whole(-1e15, 1e15), BOOLEAN],
    'What stands in where there is no value.',
    '2000-01-01T00:00:00.000Z',
  ),
  field('max_length', 'X', whole(1, 1_000_000), 'The value is cut after so many characters.', 255),
];

/** The object forms of a variable; any other object is a choice by the name that is its one key. */
export const VARIABLE_EXPRESSION_FIELDS: readonly Field[] = [
  field(
    'expression',
    'X',
    text('expression'),
    'A formula in the Common Expression Language.',
    "call_result == 'answered' ? 'Held' : 'Not Held'",
    { required: true },
  ),
  field(
    'type',
    'X',
    oneOf(TYPES, { anyCase: true }),
    'The type in which the result goes out.',
    'string',
  ),
];
export const VARIABLE_JSON_FIELDS: readonly Field[] = [
  field(
    'json',
    'X',
    tree('request', 'object', 'list'),
    'A tree that is sent as JSON text inside another text.',
    { phone: '$party_number_digits$' },
    { required: true },
  ),
];
export const VARIABLE_TEXT_FIELDS: readonly Field[] = [
  field(
    'text',
    'D',
    text('request'),
    'A text that must not be read as arithmetic.',
    '$call_duration$ * 1000',
    { required: true },
  ),
];
