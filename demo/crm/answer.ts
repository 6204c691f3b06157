import type { IncomingMessage, ServerResponse } from 'node:http';

/** Uploads of the demo are recordings of a few seconds. */
const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** Thrown by a route to answer with a status and a sentence; everything else is a 500. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Reads a request's body whole; throws a 413 refusal beyond 20 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    // A request without `setEncoding` yields Buffers.
    const bytes = chunk as Buffer;
    size += bytes.byteLength;
    if (size > MAX_BODY_BYTES) {
      throw new Refusal(413, 'The body is larger than 20 MiB.');
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Reads a JSON object under the key that names it, as `{"contact": {…}}`; throws a 400 refusal otherwise. */
export async function readObject(
  request: IncomingMessage,
  key: string,
): Promise<Readonly<Record<string, unknown>>> {
  const object = member(parseJson((await readBody(request)).toString('utf8')), key);
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new Refusal(400, `The body must be a JSON object with an object "${key}".`);
  }
  return { ...object };
}

/** The first file of a multipart form; throws a 400 refusal where there is none. */
export async function readFile(request: IncomingMessage): Promise<File> {
  const type = request.headers['content-type'] ?? '';
  const body = await readBody(request);
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined);
  const file =
    form === undefined ? undefined : [...form.values()].find((value) => value instanceof File);
  if (!(file instanceof File)) {
    throw new Refusal(400, 'The body must be multipart/form-data with a file.');
  }
  return file;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text);
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
