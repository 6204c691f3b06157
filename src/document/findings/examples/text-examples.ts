import type { FindingExample } from '../finding-example.ts';

const SOUND = `{
  "id": "example",
  "name": "Example",
  "class": "crm",
  "resource_url": "https://api.example.com",
  "API": {
    "CreateActivity": { "request_method": "POST", "request_path": "/calls" }
  }
}
`;

const pasted = (from: string, to: string): string => SOUND.replace(from, to);

/** Examples of what can be wrong with the text as JSON. */
export const TEXT_EXAMPLES = {
  byte_order_mark: {
    bad: `\ufeff${SOUND}`,
    good: SOUND,
    path: '',
    at: '\ufeff',
    inWords: {
      bad: 'A file with the invisible character U+FEFF before its first `{`.',
      good: 'The same file, saved as UTF-8 without BOM.',
    },
  },
  curly_quotes: { bad: pasted('"Example"', '“Example”'), good: SOUND, path: '', at: '“' },
  single_quotes: { bad: pasted('"Example"', "'Example'"), good: SOUND, path: '', at: "'" },
  missing_quotes: { bad: pasted('"name"', 'name'), good: SOUND, path: '', at: 'name' },
  trailing_comma: { bad: pasted('"/calls" }', '"/calls", }'), good: SOUND, path: '', at: ', }' },
  missing_comma: { bad: pasted('"crm",', '"crm"'), good: SOUND, path: '', at: '"resource_url"' },
  comment: {
    bad: pasted('  "class"', '  // as the manual says\n  "class"'),
    good: pasted('  "class"', '  "//": "as the manual says",\n  "class"'),
    path: '',
    at: '// as',
  },
  invisible_character: {
    bad: pasted('"name": ', '"name":\u00a0'),
    good: SOUND,
    path: '',
    at: '\u00a0',
    inWords: {
      bad: 'A non-breaking blank (U+00A0, shown as ␣) behind a colon: `"name":␣"Example"`.',
      good: 'An ordinary blank: `"name": "Example"`.',
    },
  },
  json_syntax: { bad: pasted('"name":', '"name"'), good: SOUND, path: '', at: '"Example"' },
  duplicate_key: {
    bad: pasted('  "class"', '  "name": "Example CRM",\n  "class"'),
    good: SOUND,
    path: '/name',
    at: '"name": "Example CRM"',
  },
  refused_key: {
    bad: pasted('"/calls" }', '"/calls", "request_parameters": { "constructor": "x" } }'),
    good: pasted('"/calls" }', '"/calls", "request_parameters": { "builder": "x" } }'),
    path: '/API/CreateActivity/request_parameters/constructor',
    at: '"constructor"',
  },
  document_too_large: {
    bad: { '//': 'x'.repeat(262_144) },
    good: { '//': 'x'.repeat(200_000) },
    path: '',
    at: '{',
    inWords: {
      bad: 'A document with a sample answer of 300 KiB in a note.',
      good: 'The same document without it.',
    },
  },
  too_deep: {
    bad: nested(31),
    good: nested(30),
    path: '',
    at: '{ "too"',
    inWords: {
      bad: 'A value inside 33 brackets or more: `[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…`.',
      good: 'One inside 32 at most.',
    },
  },
  too_many_findings: {
    bad: unknownKeys(1_001),
    good: {},
    path: '/unknown 999',
    at: '"unknown 999"',
    inWords: {
      bad: 'A document with 1,001 keys that Patchcord does not know.',
      good: 'The same document after the first of them are mended.',
    },
  },
} as const satisfies Readonly<Record<string, FindingExample>>;

/** A note that stands inside so many brackets. */
function nested(depth: number): string {
  const note = `${'['.repeat(depth)}{ "too": "deep" }${']'.repeat(depth)}`;
  return pasted(
    '  "class"',
    `  "//": ${note},
  "class"`,
  );
}

function unknownKeys(count: number): Readonly<Record<string, number>> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`unknown ${String(i)}`, 1]));
}
