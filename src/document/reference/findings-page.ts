import { FINDING_CODES } from '../findings/finding-codes.ts';
import type { FindingCodeRow } from '../findings/finding-codes.ts';
import { GENERATED_NOTICE } from './generated-notice.ts';

/** The reference page of lint's findings, in Markdown. */
export function findingsReference(): string {
  const parts = [
    '# Findings\n',
    GENERATED_NOTICE,
    '`patchcord lint FILE` reports every finding with its line, and where possible what to write instead. An **error** keeps a document from being used, a **warning** asks for a look, an **info** tells how the document was read.\n',
    ...Object.entries(GROUPS).map(([group, title]) => groupSection(group, title)),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

const GROUPS: Readonly<Record<FindingCodeRow['group'], string>> = {
  text: 'The text as JSON',
  shape: 'Keys and values',
  names: 'Names and placeholders',
  variables: 'Variables, dates and expressions',
  addresses: 'Addresses',
  methods: 'Methods, requests and answers',
  sign_in: 'Sign-in',
  secrets: 'Credentials',
};

function groupSection(group: string, title: string): string {
  const rows = Object.entries(FINDING_CODES)
    .filter(([, row]) => row.group === group)
    .map(
      ([code, row]) => `### \`${code}\`\n\n**${row.severity}.** ${row.meaning}\n\n${row.advice}\n`,
    );
  return `## ${title}\n\n${rows.join('\n')}`;
}
