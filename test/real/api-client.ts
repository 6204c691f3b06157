/** What a person or a phone system would send, with one key. Throws the problem's words on an answer over 299. */
export interface ApiClient {
  get(path: string): Promise<unknown>;
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<unknown>;
  put(path: string, body: unknown): Promise<unknown>;
  upload(path: string, bytes: Uint8Array, contentType: string): Promise<unknown>;
}

export function apiClient(origin: string, key: string): ApiClient {
  const send = async (method: string, path: string, init: RequestInit = {}): Promise<unknown> => {
    const answer = await fetch(`${origin}${path}`, {
      ...init,
      method,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    return parsed;
  };
  const json = (body: unknown): RequestInit =>
    body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return {
    get: (path) => send('GET', path),
    post: (path, body, headers = {}) => send('POST', path, withHeaders(json(body), headers)),
    put: (path, body) => send('PUT', path, json(body)),
    upload: (path, bytes, contentType) =>
      send('PUT', path, { body: Buffer.from(bytes), headers: { 'content-type': contentType } }),
  };
}

function withHeaders(init: RequestInit, headers: Readonly<Record<string, string>>): RequestInit {
  return { ...init, headers: { ...init.headers, ...headers } };
}
