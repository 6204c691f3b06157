import * as z from 'zod';
import { moment } from './parts.ts';

const headers = z.record(z.string(), z.string()).meta({
  description: 'Headers, without secrets.',
  examples: [{ 'content-type': 'application/json' }],
});

export const Exchange = z
  .object({
    request: z.object({
      method: z.string().meta({ description: 'HTTP method.', examples: ['POST'] }),
      url: z.string().meta({
        description: 'Address, without secrets.',
        examples: ['https://crm.example.com/calls'],
      }),
      headers,
      body: z.string().nullable().meta({ description: 'Body as text; a file is only named.' }),
    }),
    response: z
      .object({
        status: z
          .number()
          .int()
          .meta({ description: 'HTTP status.', examples: [201] }),
        headers,
        body: z
          .string()
          .meta({ description: 'Body as text, at most 16 KiB.', examples: ['{"id":"77"}'] }),
        truncated: z.boolean().meta({ description: 'True when the body was longer.' }),
      })
      .nullable(),
    failure: z
      .object({
        phase: z.string().meta({ description: 'How far the request came.', examples: ['connect'] }),
        code: z.string().meta({ description: 'Code of the failure.', examples: ['ECONNREFUSED'] }),
        message: z.string().meta({
          description: 'The failure in words.',
          examples: ['The connection was refused.'],
        }),
      })
      .nullable()
      .meta({ description: 'Why there is no answer; null with one.', examples: [null] }),
    started_at: moment('When the request began.'),
    duration_ms: z
      .number()
      .meta({ description: 'Milliseconds until the answer or the failure.', examples: [184] }),
  })
  .meta({ id: 'Exchange', description: 'One HTTP request to the CRM and its answer, scrubbed.' });
