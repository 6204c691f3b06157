import { afterEach, expect, test } from 'vitest';
import { startFakeCrm } from './fake-crm.ts';
import type { FakeCrm } from './fake-crm.ts';

let crm: FakeCrm | undefined;

afterEach(async () => {
  await crm?.close();
  crm = undefined;
});

async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${crm?.origin ?? ''}${path}`, {
    method,
    headers: { authorization: `Bearer ${crm?.token ?? ''}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

test('a call is created, found by its key, stopped, and carries its recording byte for byte', async () => {
  crm = await startFakeCrm({ firstId: '9007199254740993123' });
  const form = new FormData();
  form.append('file', new Blob([Uint8Array.of(0, 255, 10)], { type: 'audio/wav' }), 'a.wav');

  const created = await ask('POST', '/calls', { key: 'k1' });
  const found = await ask('GET', '/calls?key=k1');
  await ask('POST', '/calls/9007199254740993123/stop', { duration: 5 });
  await fetch(`${crm.origin}/calls/9007199254740993123/recording`, {
    method: 'POST',
    headers: { authorization: `Bearer ${crm.token}` },
    body: form,
  });

  expect(await created.text()).toBe('{"id":9007199254740993123}');
  expect(await found.text()).toContain('"id":9007199254740993123');
  expect(crm.calls[0]?.stopped).toBe(1);
  expect(crm.calls[0]?.recordings[0]).toEqual({
    name: 'a.wav',
    type: 'audio/wav',
    bytes: Buffer.from([0, 255, 10]),
  });
});

test('a request without the token is refused and recorded', async () => {
  crm = await startFakeCrm();

  const answer = await fetch(`${crm.origin}/users`);

  expect(answer.status).toBe(401);
  expect(crm.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /users']);
});

test('a habit with a number of times wears off', async () => {
  crm = await startFakeCrm();
  crm.behave('GET /users', 'throttle', { times: 1 });

  const first = await ask('GET', '/users');
  const second = await ask('GET', '/users');

  expect([first.status, first.headers.get('retry-after'), second.status]).toEqual([429, '7', 200]);
});

test('execute_then_drop changes the CRM and never answers', async () => {
  crm = await startFakeCrm();
  crm.behave('POST /calls', 'execute_then_drop', { times: 1 });

  await expect(ask('POST', '/calls', { key: 'k' })).rejects.toThrow();

  expect(crm.calls).toHaveLength(1);
});
