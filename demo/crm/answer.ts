import type { IncomingMessage, ServerResponse } from 'node:http';

/** Recordings of the demo are short, those that people try may be long. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Thrown by a route to answer with a status and a sentence; everything else is a 500. */
export class Refusal extends Error {
  readonly status: number;
  /** Further members of the answer. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** Reads a request's body whole; throws a 413 refusal beyond 64 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    // A request without `setEncoding` yields Buffers.
    const bytes = chunk as Buffer;
    size += bytes.byteLength;
    if (size > MAX_BODY_BYTES) {
      throw new Refusal(413, 'The body is larger than 64 MiB.');
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Reads a JSON object; throws a 400 refusal otherwise. */
export function readObject(body: Buffer): Readonly<Record<string, unknown>> {
  const value = parseJson(body.toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(400, 'The body must be a JSON object.');
  }
  return { ...value };
}

/** Reads a JSON object under the key that names it, as `{"contact": {…}}`; throws a 400 refusal otherwise. */
export function readMember(body: Buffer, key: string): Readonly<Record<string, unknown>> {
  const value = parseJson(body.toString('utf8'));
  const object = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw new Refusal(400, `The body must be a JSON object with an object "${key}".`);
  }
  return { ...object };
}

/** The first file of a multipart form; throws a 400 refusal where there is none. */
export async function readFile(body: Buffer, type: string): Promise<File> {
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
  const text = status === 204 ? '' : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text);
}

/** Waits, unless the asker goes away first. */
export function pause(response: ServerResponse, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    response.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
}
