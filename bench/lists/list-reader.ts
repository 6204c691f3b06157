import { createPhoneNumbers } from '../../src/contacts/phone-number.ts';
import { compileDocument } from '../../src/document/compile.ts';
import { parseAllowRules } from '../../src/http/allow-rules.ts';
import { createEgress } from '../../src/http/egress.ts';
import { createMethodRunner } from '../../src/runtime/run-method.ts';
import { systemClock } from '../../src/time/clock.ts';

// Reads the list of `list-crm.ts` once, in a process of its own: `node list-reader.ts <way> <host>`.
// `stream` and `packed`: as Patchcord reads it; `parse`: fetched whole and given to JSON.parse.
// Tells milliseconds, records and MiB of the largest resident set on one line.

const [way = 'stream', host = ''] = process.argv.slice(2);

const DOCUMENT = {
  id: 'crm',
  name: 'CRM',
  resource_url: `http://${host}`,
  API: {
    Contacts: {
      request_method: 'GET',
      request_path: way === 'packed' ? '/packed' : '/plain',
      success: 'response.body.success == true',
      response_map: {
        next: '$cursor$',
        data: {
          items: [
            {
              id: '$contact_id$',
              first_name: '$firstname$',
              last_name: '$lastname$',
              company: { id: '$company_id$', name: '$company_name$' },
              title: '$job_title$',
              email: '$email$',
              phones: [{ value: '$phone$' }],
              updated_at: '$since$',
            },
          ],
        },
      },
      request_parameters: { at: '$cursor$' },
      paging: { type: 'cursor' },
    },
  },
};

async function streamed(): Promise<number> {
  const rules = parseAllowRules(host);
  if (!rules.ok) throw new Error('no address');
  const { rules: allow } = rules;
  const egress = createEgress({ allow, plainHttp: allow, monotonic: systemClock.monotonic });
  const phones = createPhoneNumbers();
  const randomId = (): string => 'boundary-0123456789';
  const runner = createMethodRunner({ egress, phones, clock: systemClock, randomId });
  const document = compileDocument(JSON.stringify(DOCUMENT));
  const connection = {
    ...{ id: 'c1', organizationId: 'o1', properties: {}, country: 'GB' },
    ...{ timezone: 'Europe/London', origins: [`http://${host}`] },
  };
  const call = { document, method: 'Contacts', connection, values: {} } as const;
  let records = 0;
  for await (const event of runner.list(call, new AbortController().signal)) {
    if (event.kind === 'records') records += event.records.length;
    if (event.kind === 'ended' && !event.complete) throw new Error(event.outcome.message);
  }
  await egress.close();
  return records;
}

async function parsed(): Promise<number> {
  const answer = await fetch(`http://${host}/plain`);
  const { data }: { data: { items: readonly unknown[] } } = JSON.parse(await answer.text());
  return data.items.length;
}

const begun = performance.now();
const records = way === 'parse' ? await parsed() : await streamed();
const ms = performance.now() - begun;
const mib = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${ms.toFixed(1)} ${String(records)} ${mib.toFixed(1)}\n`);
