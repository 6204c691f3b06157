import { randomBytes } from 'node:crypto';

import { createKey } from '../../access/keys.ts';
import { ADMIN } from '../../organizations/scope.ts';
import { textAt, valueAt } from '../../server/testing/test-server.ts';
import { createIds } from '../../text/uuid.ts';
import { systemClock } from '../../time/clock.ts';
import { placeCalls, signEvents } from './canary-calls.ts';
import { ECHO_DOCUMENT, LABELS, SIGN_IN_DOCUMENT } from './canary-documents.ts';
import type { CanaryStage } from './canary-stage.ts';
import { MODES } from './echoing-crm.ts';
import { readAll } from './read-all.ts';

const CONNECTIONS = 38;
const SIGNED_IN = 10;
const KEYS = 200;
const AT_ONCE = 20;

/** An organization with connections, keys, calls of every fate, and everything read once. */
export async function liveWithCanaries(stage: CanaryStage): Promise<void> {
  const { ask, secret, secrets, seen, send, server } = stage;
  const { database } = server;
  const ids = createIds({ clock: systemClock, randomBytes });
  const deps = { database, ids, randomBytes };
  const root = await createKey(deps, ADMIN, { name: 'root', scope: 'admin', actor: 'test' });
  const admin = root.key;
  secrets.push(admin);
  const organization = textAt(
    (
      await ask('POST', '/v1/organizations', {
        key: admin,
        body: { name: 'Acme', country: 'GB' },
      })
    ).body,
    'id',
  );
  const headers = { 'patchcord-organization': organization };
  const made = async (body: object, extra: object = {}): Promise<string> => {
    const options = { key: admin, headers: { ...headers, ...extra }, body };
    const sent = await send('POST', '/v1/keys', options);
    const key = textAt(sent.body, 'key');
    secrets.push(key);
    seen.push(['POST /v1/keys', sent.text.replaceAll(key, '')]);
    return key;
  };
  const key = await made({ name: 'admin', scope: 'organization' });
  const phone = textAt(
    (await ask('POST', '/v1/phone-systems', { key, body: { name: 'PBX' } })).body,
    'id',
  );
  const events = await made({ name: 'PBX', scope: 'events', phone_system_id: phone });
  await signEvents(stage, key, phone, events);
  const makeOne = async (number: number): Promise<void> => {
    // Half of the answers are kept for a repeat of the request.
    const extra = number % 2 === 0 ? {} : { 'idempotency-key': `"canary-${number}"` };
    const other = await made({ name: `k${number}`, scope: 'organization' }, extra);
    if (number % 10 === 0) await ask('GET', '/v1/connections', { key: other });
  };
  for (let first = 0; first < KEYS; first += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, next) => makeOne(first + next)));
  }
  const extension = textAt(
    (await ask('POST', '/v1/extensions', { key, body: { number: '101', name: 'Ada' } })).body,
    'id',
  );
  const connections = await connect(stage, key);
  for (const id of connections) {
    await ask('PUT', `/v1/connections/${id}/user-links/${extension}`, {
      key,
      body: { crm_user_id: '11' },
    });
  }
  await placeCalls(stage, events, phone, connections.length);
  for (const id of connections.filter((_, at) => at % 7 === 0)) {
    await ask('POST', `/v1/connections/${id}/test`, { key });
    const read = await ask('GET', `/v1/connections/${id}`, { key });
    const match = { 'if-match': String(read.headers['etag']) };
    const label = isAmong(read.body, 'Client secret') ? 'Client secret' : 'Secret 5';
    const properties = { [label]: secret() };
    await ask('PATCH', `/v1/connections/${id}`, { key, headers: match, body: { properties } });
  }
  // A secret in the wrong place, refused: the answer must not repeat it.
  await ask('POST', '/v1/connections', { key, body: { properties: { 'Secret 1': secret() } } });
  await ask('GET', `/v1/contacts/identify?number=${encodeURIComponent('+442071838750')}`, { key });
  await readAll(stage, {
    key,
    admin,
    organization,
    phone,
    extension,
    connection: connections[0] ?? '',
  });
  await ask('POST', '/v1/integrations/lint', { key, body: { document: ECHO_DOCUMENT } });
}

async function connect(stage: CanaryStage, key: string): Promise<readonly string[]> {
  const { ask, crm, secret } = stage;
  const integration = async (document: string): Promise<string> =>
    textAt((await ask('POST', '/v1/integrations', { key, body: { document } })).body, 'id');
  const [plain, signed] = [await integration(ECHO_DOCUMENT), await integration(SIGN_IN_DOCUMENT)];
  const made: string[] = [];
  for (let count = 0; count < CONNECTIONS + SIGNED_IN; count += 1) {
    const isPlain = count < CONNECTIONS;
    const own = isPlain
      ? Object.fromEntries(LABELS.map((label) => [label, secret()]))
      : { 'Client secret': secret() };
    const properties = {
      Address: crm.origin,
      Mode: MODES[count % MODES.length] ?? '',
      ...own,
    };
    const sent = await ask('POST', '/v1/connections', {
      key,
      body: {
        integration_id: isPlain ? plain : signed,
        name: `Connection ${count}`,
        properties,
      },
    });
    made.push(textAt(sent.body, 'id'));
  }
  return made;
}

const isAmong = (body: unknown, label: string): boolean =>
  JSON.stringify(valueAt(body, 'secrets') ?? valueAt(body, 'properties') ?? '').includes(label);
