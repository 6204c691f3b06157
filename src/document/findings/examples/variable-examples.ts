import type { Json, JsonObject } from '../../json-value.ts';
import type { FindingExample } from '../finding-example.ts';

const variable = (name: string, definition: Json): JsonObject => ({
  variables: { [name]: definition },
});
const expression = (text: string): JsonObject => variable('note', { expression: text });
const INSIDE = '/variables/note/expression';

/** Examples of variables, dates and expressions. */
export const VARIABLE_EXAMPLES = {
  choice_unknown_key: {
    bad: variable('call_title', { direction: { inbound: 'Call in', outbound: 'Call out' } }),
    good: variable('call_title', { activity_type: { inbound: 'Call in', outbound: 'Call out' } }),
    path: '/variables/call_title/direction',
    at: '"direction"',
  },
  choice_keys: {
    bad: variable('call_title', {
      activity_type: { inbound: 'Call in' },
      call_cause: { busy: 'Busy' },
    }),
    good: variable('call_title', {
      activity_type: { inbound: 'Call in', default: { call_cause: { busy: 'Busy' } } },
    }),
    path: '/variables/call_title',
    at: '"call_cause": { "busy"',
  },
  choice_row_never_matches: {
    bad: variable('call_title', { activity_type: { Inbound: 'Call in', default: 'Call out' } }),
    good: variable('call_title', { activity_type: { inbound: 'Call in', default: 'Call out' } }),
    path: '/variables/call_title/activity_type/Inbound',
    at: '"Inbound"',
  },
  variable_cycle: {
    bad: { variables: { call_title: '$call_note$', call_note: 'About $call_title$' } },
    good: { variables: { call_title: 'Call', call_note: 'About $call_title$' } },
    path: '/variables/call_title',
    at: '"call_title"',
  },
  chain_too_long: {
    bad: { variables: chain(101) },
    good: { variables: chain(100) },
    path: '/variables/part 100',
    at: '"part 100"',
    inWords: {
      bad: '101 variables, each made with the one before: `"part 2": "$part 1$, 2"`, and so on.',
      good: 'One variable that holds the whole text.',
    },
  },
  read_as_arithmetic: {
    bad: variable('duration', '$call_duration$ * 1000'),
    good: variable('duration', { text: '$call_duration$ * 1000' }),
    path: '/variables/duration',
    at: '"$call_duration$',
  },
  not_arithmetic: {
    bad: variable('duration', '$call_cause$ * 1000'),
    good: variable('numbers', '$user_number$-$party_number$'),
    path: '/variables/duration',
    at: '"$call_cause$',
  },
  date_form: {
    bad: { parameters: { since: 'ISO8601Date' } },
    good: { parameters: { since: { type: 'ISO8601Date', format: 'yyyy-MM-dd' } } },
    path: '/parameters/since',
    at: '"ISO8601Date"',
  },
  invalid_format: {
    bad: { parameters: { since: { type: 'date', format: 'YYYY-QQ-DD' } } },
    good: { parameters: { since: { type: 'date', format: 'yyyy-MM-dd' } } },
    path: '/parameters/since/format',
    at: 'YYYY',
  },
  expression_too_long: {
    bad: expression(`'${'x'.repeat(17_000)}'`),
    good: expression(`'${'x'.repeat(1_000)}'`),
    path: INSIDE,
    at: "'xxx",
    inWords: {
      bad: 'A variable whose expression has 300 names joined by `+`.',
      good: 'Two variables with half of them each, and one that joins the two.',
    },
  },
  expression_syntax: {
    bad: expression("subject + + 'x'"),
    good: expression("subject + 'x'"),
    path: INSIDE,
    at: "+ 'x'",
  },
  expression_not_allowed: {
    bad: expression("subject.matches('a+')"),
    good: expression('upper(subject)'),
    path: INSIDE,
    at: 'subject.matches',
  },
  expression_type: {
    bad: expression('upper(subject) * 2'),
    good: expression('call_duration * 2'),
    path: INSIDE,
    at: 'upper(subject) *',
  },
  expression_argument: {
    bad: expression("hash('md99', subject)"),
    good: expression("hash('sha256', subject)"),
    path: INSIDE,
    at: "'md99'",
  },
  compared_with_null: {
    bad: expression("contact_name == null ? 'somebody' : contact_name"),
    good: expression("present(contact_name) ? contact_name : 'somebody'"),
    path: INSIDE,
    at: 'contact_name ==',
  },
  unknown_variable: {
    bad: expression('caller_full_name'),
    good: expression('contact_name'),
    path: INSIDE,
    at: 'caller_full_name',
  },
  unknown_function: {
    bad: expression('uppercase(subject)'),
    good: expression('upper(subject)'),
    path: INSIDE,
    at: 'uppercase(',
  },
} as const satisfies Readonly<Record<string, FindingExample>>;

/** Each is made with the one before. */
function chain(length: number): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Array.from({ length }, (_, i) => [
      `part ${String(i)}`,
      i === 0 ? '0' : `$part ${String(i - 1)}$, ${String(i)}`,
    ]),
  );
}
