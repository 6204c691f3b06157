import { FINDING_CODES } from '../findings/finding-codes.ts';
import type { FindingCode, FindingCodeRow } from '../findings/finding-codes.ts';
import { ALL_FINDING_CODES, explainFinding, FINDING_GROUPS } from './explain-finding.ts';
import type { ShownExample } from './explain-finding.ts';
import { GENERATED_NOTICE } from './generated-notice.ts';

/** The reference page of lint's findings, in Markdown: each code with a link to its own page. */
export function findingsReference(): string {
  const groups = Object.entries(FINDING_GROUPS);
  const parts = [
    '# Findings\n',
    GENERATED_NOTICE,
    '`patchcord lint FILE` reports every finding with its line, and where possible what to write instead. An **error** keeps a document from being used, a **warning** asks for a look, an **info** tells how the document was read.\n',
    'Each code has a page with a bad and a good example; `patchcord lint --explain CODE` prints it.\n',
    ...groups.map(([group, title]) => groupSection(group, title)),
  ];
  return `${parts.join('\n').trimEnd()}\n`;
}

function groupSection(group: string, title: string): string {
  const rows = ALL_FINDING_CODES.filter((code) => FINDING_CODES[code].group === group).map(
    (code) => {
      const { severity, meaning }: FindingCodeRow = FINDING_CODES[code];
      return `| [\`${code}\`](${findingPagePath(code)}) | ${severity} | ${meaning.replaceAll('|', '\\|')} |`;
    },
  );
  return `## ${title}\n\n| code | severity | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** Where the page of a code stands, beside the index. */
export function findingPagePath(code: FindingCode): string {
  return `findings/${code.replaceAll('_', '-')}.md`;
}

/** The page of one code, in Markdown: what it means, how it comes up, how it is written well. */
export function findingPage(code: FindingCode): string {
  const { severity, meaning, advice, bad, says, good } = explainFinding(code);
  const fix = says.fix === undefined ? '' : `\n> fix: ${says.fix}\n`;
  const parts = [
    `# \`${code}\`\n`,
    GENERATED_NOTICE,
    `**${severity}.** ${meaning}\n`,
    '## An example that has it\n',
    markdown(bad),
    `\`patchcord lint\` says:\n\n> ${says.message}\n${fix}`,
    '## One that has not\n',
    markdown(good),
    '## What to do\n',
    `${advice}\n`,
    '[All findings](../findings.md)\n',
  ];
  return parts.join('\n');
}

function markdown({ kind, text }: ShownExample): string {
  return kind === 'json' ? `\`\`\`json\n${text}\n\`\`\`\n` : `${text}\n`;
}
