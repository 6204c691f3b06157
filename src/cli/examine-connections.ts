import { connectionWarnings } from '../connections/connection-warnings.ts';
import { ADMIN } from '../organizations/scope.ts';
import { listConnectionReports } from '../server/connection-report-repository.ts';
import type { ConnectionReport } from '../server/connection-report-repository.ts';
import type { Database } from '../store/database.ts';
import type { Examination } from './examination.ts';

/** A connection, how it does, and what to do. */
export interface ConnectionExamination extends Examination {
  readonly connection: ConnectionReport;
}

/** A connection's live test: whether its CRM accepts the credentials now. */
export type TestConnection = (
  connection: ConnectionReport,
) => Promise<{ readonly ok: boolean; readonly message: string }>;

/** More are not listed; the API pages through all. */
const MOST = 5_000;
/** CRMs asked at one time by the live test. */
const AT_ONCE = 4;
const MINUTE_MS = 60_000;
/** Calls that are due leave within seconds. */
const LONG_WAIT_MS = 5 * MINUTE_MS;

/** Every connection: state, sign-in, last success, waiting calls, and with `test` a live test. */
export async function examineConnections(
  database: Database,
  test: TestConnection | undefined,
): Promise<readonly ConnectionExamination[]> {
  const reports = await listConnectionReports(database.read, ADMIN, MOST);
  const found = new Map<string, ConnectionExamination>();
  const waiting = [...reports];
  const work = async (): Promise<void> => {
    for (let report = waiting.shift(); report !== undefined; report = waiting.shift()) {
      found.set(report.id, await examineOne(report, database.now(), test));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return reports.flatMap((report) => found.get(report.id) ?? []);
}

async function examineOne(
  connection: ConnectionReport,
  now: number,
  test: TestConnection | undefined,
): Promise<ConnectionExamination> {
  const asleep = connection.hold !== null || connection.state === 'paused';
  const live = test === undefined || asleep ? undefined : await test(connection);
  return judgeConnection(connection, now, live);
}

/** What is said of a connection at `now` (epoch milliseconds), with the answer of its live test. */
export function judgeConnection(
  connection: ConnectionReport,
  now: number,
  live?: Awaited<ReturnType<TestConnection>>,
): ConnectionExamination {
  const state = judgeState(connection, now);
  const words = [
    state.words,
    connection.account_name === null ? '' : `signed in as ${connection.account_name}`,
    lastSuccess(connection, now),
    waitingCalls(connection, now),
    parked(connection),
    ...connectionWarnings(connection),
    live === undefined ? '' : `test: ${live.message.trim().replace(/[.]$/u, '')}`,
  ].filter((word) => word !== '');
  const facts = words.join('; ');
  const failed = live?.ok === false || state.status === 'failed';
  const warned =
    connection.parked_steps > 0 ||
    connectionWarnings(connection).length > 0 ||
    state.status === 'warning';
  return {
    name: `${connection.organization_name} / ${connection.name}`,
    status: failed ? 'failed' : warned ? 'warning' : 'ok',
    message: state.todo === '' ? facts : `${facts}. ${state.todo}`,
    connection,
  };
}

interface Judged {
  readonly status: Examination['status'];
  readonly words: string;
  readonly todo: string;
}

function judgeState(connection: ConnectionReport, now: number): Judged {
  const { id, hold, state_reason: reason, state_until: until } = connection;
  const why = reason === null ? '' : `: ${reason.trim().replace(/[.]$/u, '')}`;
  if (hold !== null) {
    const todo =
      hold === 'suspended'
        ? `\`patchcord organization resume ${connection.organization_id}\` sends what waits.`
        : '';
    return { status: 'ok', words: `its organization is ${hold}`, todo };
  }
  switch (connection.state) {
    case 'active': {
      const stuck = connection.due_since !== null && now - connection.due_since > LONG_WAIT_MS;
      const todo = 'They are due and are not sent: is a server running? Its log says more.';
      return stuck
        ? { status: 'warning', words: 'active', todo }
        : { status: 'ok', words: 'active', todo: '' };
    }
    case 'throttled':
      return {
        status: 'ok',
        words: `the CRM asked to wait until ${iso(until ?? now)}${why}`,
        todo: '',
      };
    case 'paused':
      return {
        status: connection.waiting_calls > 0 ? 'warning' : 'ok',
        words: `paused${why}`,
        todo: `\`POST /v1/connections/${id}/resume\` sends what waits.`,
      };
    case 'broken':
      return {
        status: 'failed',
        words: `the CRM fails or does not answer since ${iso(connection.state_since)}${why}`,
        todo: 'Nothing is lost: it is tried again by itself. Look whether the CRM can be reached from here.',
      };
    case 'needs_auth':
      return needsAuth(connection, why);
    case 'forbidden':
      return {
        status: 'failed',
        words: `the CRM's user lacks a right since ${iso(connection.state_since)}${why}`,
        todo: `Give it the right in the CRM, then \`POST /v1/connections/${id}/test\`.`,
      };
  }
}

/** Nobody was there yet: nothing is wrong, and nothing was refused. */
const NOBODY_YET = /^Nobody has signed in/u;

function needsAuth(connection: ConnectionReport, why: string): Judged {
  const { id, state_since: since, state_reason: reason } = connection;
  const page = `\`POST /v1/connections/${id}/sign-in\` gives the page to open`;
  if (reason !== null && NOBODY_YET.test(reason)) {
    const words = `nobody has signed in at the CRM since ${iso(since)}`;
    return { status: 'warning', words, todo: `${page}; calls are kept until then.` };
  }
  const patch = `Save new ones with \`PATCH /v1/connections/${id}\``;
  const todo =
    connection.has_sign_in === 1
      ? `${patch}, or sign in: ${page}; calls are kept until then.`
      : `${patch}, or if they are right already, \`POST /v1/connections/${id}/test\`; calls are kept until then.`;
  const words = `the CRM refuses its credentials since ${iso(since)}${why}`;
  return { status: 'failed', words, todo };
}

function lastSuccess({ last_success_at: at }: ConnectionReport, now: number): string {
  return at === null ? 'no success yet' : `last success ${ago(now - at)} ago`;
}

function waitingCalls(connection: ConnectionReport, now: number): string {
  const { waiting_calls: calls, waiting_since: since } = connection;
  if (calls === 0 || since === null) return 'no call waits';
  return `${calls === 1 ? '1 call waits' : `${calls} calls wait`}, the oldest for ${ago(now - since)}`;
}

function parked({ parked_steps: steps, id }: ConnectionReport): string {
  if (steps === 0) return '';
  return `${steps === 1 ? '1 step is' : `${steps} steps are`} parked (\`GET /v1/calls?connection_id=${id}&state=parked\` says why)`;
}

function ago(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / MINUTE_MS));
  if (minutes < 1) return 'less than a minute';
  if (minutes < 120) return minutes === 1 ? '1 minute' : `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 72 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

function iso(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16)}Z`;
}
