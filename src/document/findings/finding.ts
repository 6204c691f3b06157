import { FINDING_CODES } from './finding-codes.ts';
import type { FindingCode, Severity } from './finding-codes.ts';

/** One thing that lint has to say about a document, with the place it is about. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** JSON Pointer (RFC 6901) of the value or member; empty for the whole text. */
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** One sentence for people who do not program. */
  readonly message: string;
  /** What to write instead, where that can be said. */
  readonly fix?: string;
}

export interface FindingText {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix?: string | undefined;
}

/** Makes a finding; its severity comes from the table of codes. */
export function finding(code: FindingCode, text: FindingText): Finding {
  const { path, line, column, message, fix } = text;
  const base = { code, severity: FINDING_CODES[code].severity, path, line, column, message };
  return fix === undefined ? base : { ...base, fix };
}

/** The findings in the order of the text; at one place errors stand before warnings and infos. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) => a.line - b.line || a.column - b.column || RANK[a.severity] - RANK[b.severity],
  );
}

/** Joins the steps from the root into a JSON Pointer (RFC 6901, section 3). */
export function jsonPointer(steps: readonly (string | number)[]): string {
  return steps
    .map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

const RANK = { error: 0, warning: 1, info: 2 } as const;
