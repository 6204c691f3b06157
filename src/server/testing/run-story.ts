import type { Endpoint } from '../../contract/endpoint.ts';
import { ENDPOINTS } from '../../contract/endpoints.ts';
import type { StoryRole, StoryStep } from '../../contract/story/story-step.ts';
import type { Habit } from '../../runtime/testing/fake-crm-habits.ts';
import type { Database } from '../../store/database.ts';
import { startSigningCrm } from './signing-crm.ts';
import type { SigningCrm } from './signing-crm.ts';
import { startTestServer, valueAt } from './test-server.ts';
import type { Sent, TestServer } from './test-server.ts';

/** One step of the story as it went. */
export interface ToldStep {
  readonly step: StoryStep;
  readonly endpoint: Endpoint;
  readonly request: {
    readonly method: Endpoint['method'];
    /** With query. */
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly answer: Sent;
}

const HABITS: readonly Habit[] = ['refuse', 'execute_then_drop'];
const PUBLIC_URL = 'https://patchcord.example.com';
/** Tries of a step that waits for the worker, 20 ms apart. */
const PATIENCE = 500;

/**
 * Tells a story to a whole server with a small CRM behind it. Throws when a step names what is not
 * there, or answers with another status than its endpoint (or the step itself) says. `origin`: the
 * address of the CRM.
 */
export async function runStory(
  database: Database,
  story: readonly StoryStep[],
): Promise<{ readonly told: readonly ToldStep[]; readonly origin: string }> {
  const signing = await startSigningCrm();
  const { crm } = signing;
  crm.contacts.push({
    id: '7',
    first_name: 'Alice',
    last_name: 'Smith',
    phone: '+442071838750',
    email: 'alice@customer.example',
    company: 'Customer Ltd',
  });
  const server = await startTestServer({ database, crm, publicUrl: PUBLIC_URL, contacts: true });
  try {
    const kept = new Map<string, unknown>([['crm', { origin: crm.origin, token: crm.token }]]);
    const told: ToldStep[] = [];
    for (const step of story) told.push(await tell(server, signing, step, kept));
    return { told, origin: crm.origin };
  } finally {
    await server.close();
    await signing.close();
  }
}

async function tell(
  server: TestServer,
  signing: SigningCrm,
  step: StoryStep,
  kept: Map<string, unknown>,
): Promise<ToldStep> {
  const endpoint = ENDPOINTS.find(({ name }) => name === step.endpoint);
  if (endpoint === undefined) throw new Error(`There is no endpoint ${step.endpoint}.`);
  if (step.crm !== undefined) {
    const { route, habit: named, times } = step.crm;
    const habit = HABITS.find((each) => each === named);
    if (habit === undefined) throw new Error(`The CRM has no habit ${named}.`);
    signing.crm.behave(route, habit, { times });
  }
  if (step.account !== undefined) signing.account = step.account;
  const filled = (text: string): string => fill(text, kept);
  const request = requestOf(step, endpoint, filled);
  const key = step.as === undefined ? undefined : keyOf(step.as, server, kept);
  const answer = await ask(server, step, {
    ...request,
    ...(key === undefined ? {} : { key }),
  });
  const wanted = step.status ?? endpoint.status;
  if (answer.status !== wanted) {
    throw new Error(`${endpoint.name} answered ${answer.status}, not ${wanted}: ${answer.text}`);
  }
  if (step.keep !== undefined) {
    const body = typeof answer.body === 'object' ? answer.body : {};
    kept.set(step.keep, { ...body, etag: answer.headers['etag'] });
  }
  return { step, endpoint, request, answer };
}

type Request = ToldStep['request'];

async function ask(
  server: TestServer,
  step: StoryStep,
  request: Request & { readonly key?: string },
): Promise<Sent> {
  const { method, path, headers, body, key } = request;
  const options = {
    headers,
    ...(key === undefined ? {} : { key }),
    ...(typeof body === 'string' || (typeof body === 'object' && body !== null) ? { body } : {}),
  };
  for (let tries = 1; ; tries += 1) {
    const answer = await server.send(method, path, options);
    const { until } = step;
    if (until === undefined || valueAt(answer.body, ...until.path) === until.is) return answer;
    if (tries >= PATIENCE) {
      throw new Error(`${step.endpoint} never said ${until.is}: ${answer.text}`);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

function requestOf(step: StoryStep, endpoint: Endpoint, filled: (text: string) => string): Request {
  const path = endpoint.path.replaceAll(/\{(\w+)\}/gu, (_, name: string) =>
    encodeURIComponent(filled(step.params?.[name] ?? '')),
  );
  const query = new URLSearchParams(
    Object.entries(step.query ?? {}).map(([name, value]): [string, string] => [
      name,
      filled(value),
    ]),
  ).toString();
  return {
    method: endpoint.method,
    path: query === '' ? path : `${path}?${query}`,
    headers: fillAll(step.headers ?? {}, filled),
    body: fillTree(step.body, filled),
  };
}

function keyOf(role: StoryRole, server: TestServer, kept: ReadonlyMap<string, unknown>): string {
  return role === 'admin' ? server.adminKey : fill(`{{${role}_key.key}}`, kept);
}

function fill(text: string, kept: ReadonlyMap<string, unknown>): string {
  return text.replaceAll(/\{\{([^}]+)\}\}/gu, (_, path: string) => {
    const [place = '', key] = path.split('?');
    const [name = '', ...members] = place.split('.');
    const value = valueAt(kept.get(name), ...members);
    const found = key === undefined ? value : new URL(String(value)).searchParams.get(key);
    if (typeof found !== 'string') throw new Error(`Nothing was kept as ${path}.`);
    return found;
  });
}

function fillAll(
  texts: Readonly<Record<string, string>>,
  filled: (text: string) => string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, filled(text)]));
}

function fillTree(value: unknown, filled: (text: string) => string): unknown {
  if (typeof value === 'string') return filled(value);
  if (Array.isArray(value)) return value.map((item) => fillTree(item, filled));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, fillTree(member, filled)]),
  );
}
