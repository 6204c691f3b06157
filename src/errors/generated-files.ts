import { CATALOGUE } from './catalogue.ts';
import type { ErrorRow } from './catalogue.ts';

/** The reference page of the error codes, in the order of the catalogue. */
export function generatedFiles(): readonly { readonly path: string; readonly text: string }[] {
  const sections = Object.entries(CATALOGUE).map(([code, row]) => errorSection(code, row));
  return [{ path: 'docs/reference/errors.md', text: `${INTRODUCTION}\n${sections.join('\n')}` }];
}

const INTRODUCTION = `# Errors

Every error of Patchcord has a code. The HTTP API answers with it as \`code\` in an
\`application/problem+json\` body (RFC 9457); the command line writes it before its message. The category
says who acts: the caller, the author of the document, an administrator, or nobody, because the same
request may succeed later.

This page is generated from \`src/errors/catalogue.ts\`.
`;

function errorSection(code: string, row: ErrorRow): string {
  const again = row.retry ? 'The same request may succeed later.' : 'Sent again, it fails again.';
  return `## \`${code}\`

${row.meaning}

HTTP status ${row.status}, category \`${row.category}\`, logged at level ${row.level}. ${again}

**What to do:** ${row.remedy}
`;
}
