import { randomBytes } from 'node:crypto';

import { fetchLogo } from '../../src/connections/logos/fetch-logo.ts';
import { createPhoneNumbers } from '../../src/contacts/phone-number.ts';
import { compileDocument } from '../../src/document/compile.ts';
import type { CompiledDocument } from '../../src/document/compiled-document.ts';
import type { MethodName } from '../../src/document/methods.ts';
import type { Egress } from '../../src/http/egress.ts';
import { createDirectorySpool } from '../../src/recordings/directory-spool.ts';
import { fetchRecording } from '../../src/recordings/fetch-recording.ts';
import type { Credential } from '../../src/runtime/credential.ts';
import { createMethodRunner } from '../../src/runtime/run-method.ts';
import { runToEnd } from '../../src/runtime/run-to-end.ts';
import { requestSignIn } from '../../src/runtime/sign-in/request-token.ts';
import { systemClock } from '../../src/time/clock.ts';
import { CRM_HOST, FORBIDDEN_NAMES } from './hostile-urls.ts';

/** Asks for a URL as the product does where it stands in this place; whatever comes of it. */
export type UrlField = (url: string) => Promise<unknown>;

/** Longest that one request may take. */
const DEADLINE_MS = 3_000;
const CRM = `https://${CRM_HOST}`;
/** What `crm-answers.ts` gives under this path names the URL that is told here. */
export const toldUrl = (path: string, url: string): string =>
  `${CRM}${path}?url=${encodeURIComponent(Buffer.from(url).toString('base64url'))}`;

const CLIENT = { client_id: 'app-1', client_secret: '$Secret$' };
const FIND = { response_map: { items: [{ id: '$contact_id$', phone: '$phone$' }] } };
const LIST = { ...FIND, request_method: 'GET' };

/** Every place of a document, an event or an answer whose URL the product asks for by itself. */
export function urlFields(egress: Egress, folder: string): Readonly<Record<string, UrlField>> {
  const phones = createPhoneNumbers();
  const deps = { egress, phones, clock: systemClock, randomId: () => 'boundary-0123456789' };
  const runner = createMethodRunner(deps);
  const spool = createDirectorySpool({ directory: folder, key: randomBytes(32), randomBytes });
  const signal = new AbortController().signal;
  const of = { organizationId: 'o1', signal };

  const connectionOf = (document: CompiledDocument, properties: Record<string, string>) => ({
    id: 'c1',
    organizationId: 'o1',
    properties,
    country: 'GB',
    timezone: 'UTC',
    origins: document.originsOf(properties),
  });
  const method = (
    name: MethodName,
    source: object,
    credential?: (url: string) => Credential,
  ): UrlField => {
    const document = documentOf(source);
    return async (url) => {
      const call = {
        document,
        method: name,
        connection: connectionOf(document, { Address: url }),
        values: { phone: '+442071838750', party_number: '+442071838750', call_key: 'k1' },
        deadlineMs: DEADLINE_MS,
        ...(credential === undefined ? {} : { credential: credential(url) }),
      };
      return await runToEnd(
        (progress) => runner.prepare(progress === undefined ? call : { ...call, progress }),
        signal,
      );
    };
  };
  const signIn = (source: object): UrlField => {
    const document = documentOf(source);
    return async (url) => {
      const connection = connectionOf(document, { Address: url });
      return await requestSignIn(
        deps,
        {
          document,
          connection,
          fields: { grant_type: 'client_credentials' },
          deadlineMs: DEADLINE_MS,
        },
        signal,
      );
    };
  };
  const told =
    (path: string, run: UrlField): UrlField =>
    (url) =>
      run(toldUrl(path, url));
  const recording = (url: string): Promise<unknown> =>
    fetchRecording({ egress, spool }, { ...of, url });
  const logo = (url: string): Promise<unknown> => fetchLogo({ egress }, { ...of, url });
  const page = (paging: object, map: object): object => ({
    API: { Contacts: { ...LIST, request_url: '$Address$', paging, response_map: map } },
  });

  return {
    resource_url: method('FindContact', {
      resource_url: '$Address$',
      API: { FindContact: { ...LIST, request_path: '/ok' } },
    }),
    request_url: method('FindContact', {
      API: { FindContact: { ...LIST, request_url: '$Address$' } },
    }),
    'request_url of a change': method('CreateActivity', {
      API: { CreateActivity: { request_method: 'POST', request_url: '$Address$' } },
    }),
    token_endpoint: signIn({
      OAuth2: { flow: 'client_credentials', ...CLIENT, token_endpoint: '$Address$' },
    }),
    'login of a session': signIn({
      auth: {
        type: 'Session',
        request_url: '$Address$',
        response_map: { token: '$session_token$' },
        present: { in: 'header', name: 'X-Session', value: '$session_token$' },
      },
    }),
    'a property that the sign-in fills': method(
      'FindContact',
      {
        properties: [{ label: 'Instance', type: 'url', filled_by: 'sign_in' }],
        hosts: [CRM_HOST],
        resource_url: '$Instance$',
        OAuth2: {
          flow: 'client_credentials',
          ...CLIENT,
          token_endpoint: `${CRM}/token`,
          token_response_map: { instance: '$Instance$' },
        },
        API: { FindContact: { ...LIST, request_path: '/ok' } },
      },
      (url) => ({ accessToken: 'a', locals: {}, properties: { Instance: url }, generation: 1 }),
    ),
    'the next page in the answer': told(
      '/next',
      method('Contacts', page({ type: 'next_url' }, { ...FIND.response_map, next: '$next_url$' })),
    ),
    'the next page in the Link header': told(
      '/link',
      method('Contacts', page({ type: 'link_header' }, FIND.response_map)),
    ),
    'a redirect of the CRM': told(
      '/redirect',
      method('FindContact', { API: { FindContact: { ...LIST, request_url: '$Address$' } } }),
    ),
    'an address that an earlier step was given': told(
      '/next',
      method('UploadFile', {
        // Whoever writes documents may list any host: the door judges all the same.
        hosts: [CRM_HOST, ...Object.keys(FORBIDDEN_NAMES)],
        parameters: { upload_url: 'string' },
        API: {
          UploadFile: {
            steps: [
              {
                request_method: 'GET',
                request_url: '$Address$',
                response_map: { next: '$upload_url$' },
              },
              { request_method: 'PUT', request_url: '$upload_url$', auth: 'none' },
            ],
          },
        },
      }),
    ),
    recording,
    'a redirect of the recording': told('/redirect', recording),
    logo,
    'a redirect of the logo': told('/redirect', logo),
  };
}

function documentOf(source: object): CompiledDocument {
  const properties = [
    { label: 'Address', type: 'url' },
    { label: 'Secret', type: 'secret', default: 's3cret' },
  ];
  const own = 'properties' in source && Array.isArray(source.properties) ? source.properties : [];
  const API = { Users: { request_method: 'GET', request_path: '/ok' } };
  const base = { id: 'hostile', name: 'Hostile', class: 'crm', resource_url: CRM, API };
  return compileDocument(
    JSON.stringify({ ...base, ...source, properties: [...properties, ...own] }),
  );
}
