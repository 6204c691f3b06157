export type Severity = 'error' | 'warning' | 'info';

export interface FindingCodeRow {
  readonly severity: Severity;
  /** The group under which the reference page shows the code. */
  readonly group: 'text' | 'shape' | 'names' | 'variables' | 'addresses' | 'methods' | 'secrets';
  readonly meaning: string;
  readonly advice: string;
}

/**
 * Every code that lint can report, once: a closed list. An error keeps a document from being used,
 * a warning asks for a look, an info tells how the document was read.
 */
export const FINDING_CODES = {
  byte_order_mark: {
    severity: 'info',
    group: 'text',
    meaning: 'The file begins with an invisible byte order mark, as some Windows editors write it.',
    advice: 'Nothing must be done; save the file as "UTF-8" without BOM to be rid of it.',
  },
  curly_quotes: {
    severity: 'error',
    group: 'text',
    meaning:
      'A text stands in curly quotes, which word processors and chat programs put in place of straight ones.',
    advice: 'Replace them by straight quotes ("). Write documents in a plain text editor.',
  },
  single_quotes: {
    severity: 'error',
    group: 'text',
    meaning: "A text stands in single quotes ('). JSON knows straight double quotes only.",
    advice: 'Replace them by straight double quotes (").',
  },
  missing_quotes: {
    severity: 'error',
    group: 'text',
    meaning: 'A key or a text has no quotes, or only one of the two.',
    advice: 'Put straight double quotes on both sides.',
  },
  trailing_comma: {
    severity: 'error',
    group: 'text',
    meaning: 'A comma stands after the last member, before } or ].',
    advice: 'Remove the comma.',
  },
  missing_comma: {
    severity: 'error',
    group: 'text',
    meaning: 'Two members follow each other without a comma between them.',
    advice: 'Put a comma between them.',
  },
  comment: {
    severity: 'error',
    group: 'text',
    meaning: 'A comment in a form that JSON does not have (// … or /* … */).',
    advice: 'Remove it, or write it as a member whose key begins with //: "//": "my note".',
  },
  invisible_character: {
    severity: 'error',
    group: 'text',
    meaning: 'An invisible character that JSON does not allow, such as a non-breaking blank.',
    advice: 'Replace it by an ordinary blank. It often comes with text pasted from a web page.',
  },
  json_syntax: {
    severity: 'error',
    group: 'text',
    meaning: 'The text is not valid JSON at this place.',
    advice: 'Compare brackets, colons and quotes around the place with an example.',
  },
  duplicate_key: {
    severity: 'error',
    group: 'text',
    meaning: 'An object has the same key twice, so one of the two values would be lost.',
    advice: 'Remove one of them, or give it another key.',
  },
  refused_key: {
    severity: 'error',
    group: 'text',
    meaning: 'A key that JavaScript programs give a special meaning: refused for safety.',
    advice: 'Remove the member.',
  },
  document_too_large: {
    severity: 'error',
    group: 'text',
    meaning: 'The document is larger than 256 KiB.',
    advice: 'Remove what is not needed, such as sample answers.',
  },
  too_deep: {
    severity: 'error',
    group: 'text',
    meaning: 'Objects and arrays are nested deeper than 32 levels.',
    advice: 'Look for a bracket that is opened and never closed.',
  },
} as const satisfies Record<string, FindingCodeRow>;

export type FindingCode = keyof typeof FINDING_CODES;
