import { setTimeout as sleep } from 'node:timers/promises';

/** What a person or a phone system would send, with one key. Throws the problem's words on an answer over 299. */
export interface ApiClient {
  get(path: string): Promise<unknown>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
  patch(path: string, body: unknown): Promise<unknown>;
  delete(path: string): Promise<unknown>;
  upload(path: string, bytes: Uint8Array, contentType: string): Promise<unknown>;
}

interface Parcel {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly type: string;
}

export function apiClient(origin: string, key: string): ApiClient {
  const send = async (
    method: string,
    path: string,
    parcel?: Parcel,
    more: Readonly<Record<string, string>> = {},
  ): Promise<unknown> => {
    const headers = new Headers({ authorization: `Bearer ${key}`, ...more });
    if (parcel !== undefined) headers.set('content-type', parcel.type);
    const answer = await persist(() =>
      fetch(`${origin}${path}`, { method, headers, body: parcel?.body ?? null }),
    );
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    return parsed;
  };
  return {
    get: (path) => send('GET', path),
    post: (path, body, headers) => send('POST', path, json(body), headers),
    put: (path, body) => send('PUT', path, json(body)),
    patch: (path, body) => send('PATCH', path, json(body)),
    delete: (path) => send('DELETE', path),
    upload: (path, bytes, type) => send('PUT', path, { body: new Uint8Array(bytes), type }),
  };
}

function json(body: unknown): Parcel | undefined {
  return body === undefined ? undefined : { body: JSON.stringify(body), type: 'application/json' };
}

/** Repeats a request that met a dead server: what phone systems do, and what the API allows. */
async function persist(send: () => Promise<Response>): Promise<Response> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      return await send();
    } catch (err) {
      if (Date.now() > deadline) throw err;
      await sleep(100);
    }
  }
}
