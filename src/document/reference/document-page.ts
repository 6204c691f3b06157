import type { Field, FieldSetName, Mark, Shape } from '../fields/field.ts';
import { jsonKindOf } from '../fields/field.ts';
import { FIELD_SET_NAMES, FIELDS } from '../fields/field-sets.ts';
import { FUNCTIONS } from '../expression/functions.ts';
import { METHODS } from '../methods.ts';
import { NUMBER_FORMS, PARAMETER_ALIASES, PARAMETERS } from '../names/parameters.ts';
import type { NumberForm } from '../names/parameters.ts';
import { DATE_FIELDS, DURATION_FIELDS } from '../../time/date-pattern.ts';
import { GENERATED_NOTICE } from './generated-notice.ts';

const MARKS: Readonly<Record<Mark, string>> = {
  M: 'original framework',
  R: 'original framework, older pages',
  D: 'Patchcord',
  X: 'extension of Patchcord',
};

/** The reference page of the document, in Markdown: every key, parameter, method and function. */
export function documentReference(): string {
  const parts = [
    '# The integration document\n',
    GENERATED_NOTICE,
    'A document is JSON. Texts may hold placeholders, `$contact_id$` or, with `"var_char": "{}"`, `{contact_id}`. Keys that begin with `_` or `//` are notes of the author. `patchcord lint FILE` checks a document, `patchcord new NAME` writes one to begin with, `patchcord schema` prints the JSON Schema for editors.\n',
    'Beside each key stands where it comes from: the original framework, whose documents run here as they are, or Patchcord.\n',
    contents(FIELD_SET_NAMES),
    ...FIELD_SET_NAMES.map(setSection),
    parametersSection(),
    methodsSection(),
    functionsSection(),
    datesSection(),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

function contents(sets: readonly FieldSetName[]): string {
  const titles = [
    ...sets.map((set) => FIELDS[set].title),
    'Parameters',
    'Methods',
    'Functions of expressions',
    'Patterns of dates and durations',
  ];
  return `${titles.map((title) => `- [${title}](#${anchor(title)})`).join('\n')}\n`;
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
}

function setSection(set: FieldSetName): string {
  const { title, description, fields } = FIELDS[set];
  const common = fields.filter((each) => each.advanced !== true);
  const advanced = fields.filter((each) => each.advanced === true);
  const parts = [`## ${title}\n`, `${description}\n`, ...common.map(fieldSection)];
  if (advanced.length > 0) {
    parts.push(`### ${title}: advanced keys\n`, ...advanced.map(fieldSection));
  }
  return parts.join('\n');
}

function fieldSection(field: Field): string {
  const facts = [
    `${field.shapes.map(shapeWords).join(' or ')}`,
    ...(field.required === true ? ['required'] : []),
    ...(field.requiredUnless === undefined
      ? []
      : [`required unless there is \`${field.requiredUnless}\``]),
    ...(field.requiredFor === undefined ? [] : [`required for ${codeList(field.requiredFor)}`]),
    ...(field.onlyFor === undefined ? [] : [`only for ${codeList(field.onlyFor)}`]),
    ...(field.default === undefined ? [] : [`default \`${JSON.stringify(field.default)}\``]),
    ...(field.secret === true ? ['a credential: never logged, never shown'] : []),
    MARKS[field.mark],
  ];
  const old = (field.aliases ?? []).map((alias) => `Old spelling: \`${alias}\`.\n`);
  const parts = [
    `#### \`${field.name}\`\n`,
    `${field.description}\n`,
    `*${facts.join('; ')}*\n`,
    ...old,
    ...field.shapes.flatMap(choiceRows),
    `\`\`\`json\n"${field.name}": ${JSON.stringify(field.example, null, 2)}\n\`\`\`\n`,
  ];
  return parts.join('\n');
}

function codeList(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

const KIND_WORDS = {
  text: 'text',
  number: 'number',
  boolean: 'true or false',
  null: 'null',
  object: 'object',
  list: 'list',
} as const;

function shapeWords(shape: Shape): string {
  if (shape.kind === 'number' && shape.maximum < 1e15) {
    return `number from ${String(shape.minimum)} to ${String(shape.maximum)}`;
  }
  if (shape.kind === 'object') {
    const { title } = FIELDS[shape.fields];
    return `object, see [${title}](#${anchor(title)})`;
  }
  if (shape.kind === 'list') {
    return `list of ${shape.items.map(shapeWords).join(' or ')}`;
  }
  return `${KIND_WORDS[jsonKindOf(shape)]}`;
}

function choiceRows(shape: Shape): readonly string[] {
  if (shape.kind !== 'text' || shape.choices === undefined) {
    return [];
  }
  const rows = shape.choices.map(
    ({ value, description }) => `| \`${value}\` | ${cell(description)} |`,
  );
  return [`| value | meaning |\n| --- | --- |\n${rows.join('\n')}\n`];
}

/** A text that cannot end a cell of a Markdown table, nor be read as HTML. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;');
}

function parametersSection(): string {
  const rows = PARAMETERS.map(
    ({ name, type, description, origin }) =>
      `| \`${name}\` | ${type} | ${cell(description)} | ${ORIGINS[origin]} |`,
  );
  const phones = PARAMETERS.filter(({ kind }) => kind === 'phone').map(({ name }) => name);
  return [
    '## Parameters\n',
    'Values that Patchcord fills in, or that an answer binds. Declare those that you use under `parameters`, with the type that the CRM wants.\n',
    `| name | type if not declared | meaning | from |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`,
    '### Forms of phone numbers\n',
    `Each phone number (${codeList(phones)}) goes out as E.164, or as it was delivered where it is no valid number of the connection's country. It also has these forms for requests; one that is not valid has its digits only.\n`,
    `| form | example | meaning |\n| --- | --- | --- |\n${NUMBER_FORMS.map(formRow).join('\n')}\n`,
    '### Old names\n',
    `| old name | name |\n| --- | --- |\n${[...PARAMETER_ALIASES].map(([old, name]) => `| \`${old}\` | \`${name}\` |`).join('\n')}\n`,
  ].join('\n');
}

/** Of +44 20 7183 8750, a number of London. */
const FORM_WORDS: Readonly<Record<NumberForm, readonly [example: string, meaning: string]>> = {
  e164: ['+442071838750', 'with plus and country code'],
  digits: ['442071838750', 'E.164 without its plus'],
  national: ['02071838750', 'as dialled inside the country'],
  significant: ['2071838750', 'without country code and leading zero'],
  international: ['+44 20 7183 8750', 'with plus and blanks'],
  country_code: ['44', 'calling code of the country'],
  country: ['GB', 'ISO 3166-1 code of the country'],
  last7: ['1838750', 'last 7 digits of the significant number'],
  last8: ['71838750', 'last 8 digits of the significant number'],
  last9: ['071838750', 'last 9 digits of the significant number'],
  last10: ['2071838750', 'last 10 digits of the significant number'],
};

function formRow(form: NumberForm): string {
  const [example, meaning] = FORM_WORDS[form];
  return `| \`phone_${form}\` | \`${example}\` | ${meaning} |`;
}

const ORIGINS = {
  original: MARKS.M,
  recovered: MARKS.R,
  extension: MARKS.X,
} as const;

function methodsSection(): string {
  const rows = [...METHODS.values()].map(({ name, purpose, moment, targets }) => {
    return `| \`${name}\` | ${cell(purpose)} | ${cell(moment)} | ${codeList([...targets])} |`;
  });
  return [
    '## Methods\n',
    'The keys of `API`. One is enough; each absent one switches a feature off. Besides the names of the table an answer may bind values of your own, declared under `parameters`.\n',
    `| method | what for | when it runs | its answer may bind |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`,
  ].join('\n');
}

function functionsSection(): string {
  const rows = [...FUNCTIONS.values()].map(
    ({ usage, description }) => `| \`${cell(usage)}\` | ${cell(description)} |`,
  );
  return [
    '## Functions of expressions\n',
    "An expression is written in the Common Expression Language: `call_duration > 0 ? 'long' : 'short'`. Parameters, values of your own and variables stand in it by name, properties as `properties['Client ID']`. A name without value is `null`.\n",
    "`success`, `derive` and the `when` of a row of `errors` also read the answer: `response.status`, `response.headers['Retry-After']` (any case of letters), `response.body` with members and places (`response.body.errors[0].code`). A member that is missing has no value, an empty list or object neither: `present(response.body.error)`.\n",
    `| function | result |\n| --- | --- |\n${rows.join('\n')}\n`,
  ].join('\n');
}

function datesSection(): string {
  const table = (fields: Readonly<Record<string, string>>): string => {
    const rows = Object.entries(fields).map(
      ([field, meaning]) => `| \`${field}\` | ${cell(meaning)} |`,
    );
    return `| letters | what they write |\n| --- | --- |\n${rows.join('\n')}\n`;
  };
  return [
    '## Patterns of dates and durations\n',
    "`format` of a parameter and `format_date` write and read dates with these letters. Text in single quotes stands for itself, and so do `T` and all signs that are no letters: `yyyy-MM-dd HH:mm`, `d MMM yyyy 'at' HH:mm`.\n",
    table(DATE_FIELDS),
    '`format_duration` writes seconds with these; the largest one takes all that is above it.\n',
    table(DURATION_FIELDS),
  ].join('\n');
}
