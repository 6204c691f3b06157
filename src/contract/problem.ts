import * as z from 'zod';
import { CATALOGUE } from '../errors/catalogue.ts';
import type { ErrorCode } from '../errors/catalogue.ts';

/** Media type of every refusal (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json';

export const Finding = z
  .object({
    code: z.string().meta({ description: 'Code of the finding.', examples: ['unknown_variable'] }),
    severity: z.enum(['error', 'warning', 'info']).meta({ description: 'How bad it is.' }),
    path: z
      .string()
      .meta({ description: 'JSON pointer into the document.', examples: ['/API/Users'] }),
    line: z
      .number()
      .int()
      .meta({ description: 'Line, from 1.', examples: [12] }),
    column: z
      .number()
      .int()
      .meta({ description: 'Column, from 1.', examples: [5] }),
    message: z.string().meta({
      description: 'One sentence for people.',
      examples: ['`$nmae$` is no parameter; did you mean `$name$`?'],
    }),
    fix: z.string().optional().meta({ description: 'What to write instead.' }),
  })
  .meta({ id: 'Finding', description: 'One result of linting a document.' });

export const Problem = z
  .object({
    type: z.string().meta({
      description: 'URI of the kind of problem.',
      examples: ['urn:patchcord:problem:not_found'],
    }),
    title: z.string().meta({ description: 'What this kind of problem means.' }),
    status: z
      .number()
      .int()
      .meta({ description: 'The HTTP status again.', examples: [404] }),
    detail: z.string().meta({ description: 'What happened here and what to do next.' }),
    code: z.string().meta({ description: 'Code of the error catalogue.', examples: ['not_found'] }),
    request_id: z.string().meta({ description: 'Quote it when you ask the operator.' }),
    errors: z
      .array(
        z.object({
          in: z.string().meta({ description: 'Part of the request: path, query or body.' }),
          path: z.string().meta({ description: 'The member, as a JSON pointer.' }),
          message: z.string().meta({ description: 'What is wrong with it.' }),
        }),
      )
      .optional()
      .meta({
        description:
          'With 400: each member that is wrong; with 404, which of the names in the request is of nothing.',
      }),
    findings: z.array(Finding).optional().meta({ description: 'With 422: every finding.' }),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'Data of this kind of problem.' }),
  })
  .meta({ id: 'Problem', description: 'A refusal, as RFC 9457 describes it.' });

export type Problem = z.infer<typeof Problem>;

/** The URI of a problem's kind. */
export function problemType(code: ErrorCode): string {
  return `urn:patchcord:problem:${code}`;
}

/** The codes of the catalogue, sorted by status and name. */
export function problemCodes(): readonly ErrorCode[] {
  // Object.keys of a constant table gives exactly its keys; TypeScript types them as string.
  const codes = Object.keys(CATALOGUE) as ErrorCode[];
  return codes.toSorted(
    (a, b) => CATALOGUE[a].status - CATALOGUE[b].status || a.localeCompare(b, 'en'),
  );
}
