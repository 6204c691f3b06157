import { integrationSchema } from './reference/json-schema.ts';
import { documentReference } from './reference/document-page.ts';
import { ALL_FINDING_CODES } from './reference/explain-finding.ts';
import { findingPage, findingPagePath, findingsReference } from './reference/findings-page.ts';

export interface GeneratedFile {
  /** From the root of the project. */
  readonly path: string;
  readonly text: string;
}

/** The files that are made from the tables of the document; a check compares them with the tree. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [
    {
      path: 'schemas/integration.schema.json',
      text: `${JSON.stringify(integrationSchema(), null, 2)}\n`,
    },
    { path: 'docs/reference/document.md', text: documentReference() },
    { path: 'docs/reference/findings.md', text: findingsReference() },
    ...ALL_FINDING_CODES.map((code) => ({
      path: `docs/reference/${findingPagePath(code)}`,
      text: findingPage(code),
    })),
  ];
}
