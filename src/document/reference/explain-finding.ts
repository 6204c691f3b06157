import { FINDING_CODES } from '../findings/finding-codes.ts';
import type { FindingCode, FindingCodeRow, Severity } from '../findings/finding-codes.ts';
import { documentOfExample, exampleText } from '../findings/finding-example.ts';
import type { FindingExample } from '../findings/finding-example.ts';
import { FINDING_EXAMPLES } from '../findings/finding-examples.ts';
import { lintDocument } from '../lint/lint-document.ts';

/** All that is to be said of one code of lint. */
export interface FindingExplanation {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly meaning: string;
  /** How to mend it. */
  readonly advice: string;
  readonly bad: ShownExample;
  /** What lint says of the bad example, under this code. */
  readonly says: { readonly message: string; readonly fix?: string };
  readonly good: ShownExample;
}

/** JSON, or the example in words where it is too long to be shown. */
export interface ShownExample {
  readonly kind: 'json' | 'words';
  readonly text: string;
}

export const FINDING_GROUPS: Readonly<Record<FindingCodeRow['group'], string>> = {
  text: 'The text as JSON',
  shape: 'Keys and values',
  names: 'Names and placeholders',
  variables: 'Variables, dates and expressions',
  addresses: 'Addresses',
  methods: 'Methods, requests and answers',
  sign_in: 'Sign-in',
  secrets: 'Credentials',
};

export const ALL_FINDING_CODES: readonly FindingCode[] =
  Object.keys(FINDING_CODES).filter(isFindingCode);

/** True for a code that lint can report. */
export function isFindingCode(code: string): code is FindingCode {
  return Object.hasOwn(FINDING_CODES, code);
}

/** What a code means, with its examples and what lint says of the bad one: lint is asked now. */
export function explainFinding(code: FindingCode): FindingExplanation {
  const { severity, meaning, advice } = FINDING_CODES[code];
  const example = FINDING_EXAMPLES[code];
  const found = lintDocument(documentOfExample(example.bad)).find((each) => each.code === code);
  if (found === undefined) throw new RangeError(`The bad example of ${code} has no such finding.`);
  const { message, fix } = found;
  return {
    code,
    severity,
    meaning,
    advice,
    bad: shown(example, 'bad'),
    says: fix === undefined ? { message } : { message, fix },
    good: shown(example, 'good'),
  };
}

function shown(example: FindingExample, which: 'bad' | 'good'): ShownExample {
  return example.inWords === undefined
    ? { kind: 'json', text: exampleText(example[which]) }
    : { kind: 'words', text: example.inWords[which] };
}
