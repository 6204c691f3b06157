import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../../scripts/test/free-port.ts';
import { unprivilegedUser, type SystemUser } from '../../scripts/test/system-user.ts';

/** A running Request Tracker with an empty database of its own. */
export interface RequestTracker {
  /** `http://127.0.0.1:PORT`, without a slash at the end; its API is below `/REST/2.0`. */
  readonly origin: string;
  /** Sent as `Authorization: token …`: the user `pbx`, who may do everything. */
  readonly token: string;
  /** Sets back when each user was last changed: to a day of long ago, a later one for a newer user. */
  growOld(): void;
  stop(): Promise<void>;
}

/** Debian's package `request-tracker5` with `rt5-db-sqlite` and `rt5-standalone`. */
const SERVER = '/usr/share/request-tracker5/libexec/rt-server';
/** It starts in 4 to 5 seconds on two idle cores. */
const START_LIMIT_MS = 90_000;

/** Whether the Debian packages are on this machine. */
export function hasRequestTracker(): boolean {
  return existsSync(SERVER);
}

/**
 * Starts Request Tracker on loopback with a configuration and a database in a temporary folder; the
 * packaged ones are not touched, so several may run at once. It knows the agent `bob` (WorkPhone 201,
 * may own tickets) and a user field `Phone` with many values. Throws with its log when it does not start.
 */
export async function startRequestTracker(
  options: { readonly port?: number } = {},
): Promise<RequestTracker> {
  const port = options.port ?? (await freePort());
  const home = mkdtempSync(join(tmpdir(), 'patchcord-request-tracker-'));
  const user = unprivilegedUser(['www-data']);
  const origin = `http://127.0.0.1:${port}`;
  try {
    writeConfiguration(home, port, user);
    const token = createDatabase(home, user);
    const server = launch(home, port, user);
    const stop = async (): Promise<void> => {
      await stopGroup(server.process);
      rmSync(home, { recursive: true, force: true });
    };
    await waitUntilReady(`${origin}/REST/2.0/rt`, token, server).catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    const growOld = (): void => {
      setBack(join(home, 'rt.sqlite'));
    };
    return { origin, token, growOld, stop };
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    throw error;
  }
}

function writeConfiguration(home: string, port: number, user: SystemUser | undefined): void {
  const folders = ['site', 'mason', 'sessions'].map((name) => join(home, name));
  folders.forEach((folder) => mkdirSync(folder));
  writeFileSync(
    join(home, 'RT_SiteConfig.pm'),
    `Set($rtname, 'rt.test'); Set($Organization, 'rt.test'); Set($Timezone, 'UTC');
Set($CorrespondAddress, 'rt@rt.test'); Set($CommentAddress, 'rt-comment@rt.test');
Set($WebPath, ''); Set($WebDomain, '127.0.0.1'); Set($WebPort, ${port});
Set($WebBaseURL, 'http://127.0.0.1:${port}'); Set($CanonicalizeRedirectURLs, 0);
Set($MailCommand, 'testfile');
Set($LogToSyslog, undef); Set($LogToFile, undef); Set($LogToSTDERR, 'warning');
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '${home}/rt.sqlite');
$RT::VarPath = '${home}';
$RT::MasonDataDir = '${home}/mason'; $RT::MasonSessionDir = '${home}/sessions';
1;
`,
  );
  if (user !== undefined) {
    [home, ...folders].forEach((folder) => chownSync(folder, user.uid, user.gid));
  }
}

/** The token and the field can be made in Perl only: RT's REST interface offers neither. Prints the token. */
const SET_UP = `
use lib '/usr/share/request-tracker5/lib';
use RT -init;
my $system = RT->SystemUser;
my $field = RT::CustomField->new($system);
$field->Create(Name => 'Phone', Type => 'FreeformMultiple', LookupType => 'RT::User', Description => 'E.164 numbers');
$field->AddToObject(RT::User->new($system));
my $user = RT::User->new($system);
$user->Create(Name => 'pbx', EmailAddress => 'pbx@rt.test', RealName => 'PBX integration', Privileged => 1);
$user->PrincipalObj->GrantRight(Right => 'SuperUser', Object => RT->System);
my $agent = RT::User->new($system);
$agent->Create(Name => 'bob', RealName => 'Bob Agent', EmailAddress => 'bob@rt.test', WorkPhone => '201', Privileged => 1);
$agent->PrincipalObj->GrantRight(Right => 'OwnTicket', Object => RT->System);
my ($id, $message, $token) = RT::AuthToken->new($system)->Create(Owner => $user->id, Description => 'pbx');
print $token;
`;

function createDatabase(home: string, user: SystemUser | undefined): string {
  const options = { cwd: home, env: environment(home), stdio: 'pipe' as const, ...user };
  execFileSync('rt-setup-database-5', ['--action', 'init', '--skip-create'], options);
  return execFileSync('perl', ['-e', SET_UP], options).toString('utf8').trim();
}

function environment(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    RT_SITE_CONFIG: join(home, 'RT_SiteConfig.pm'),
    RT_SITE_CONFIG_DIR: join(home, 'site'),
  };
}

interface Launched {
  readonly process: ChildProcess;
  log(): string;
}

function launch(home: string, port: number, user: SystemUser | undefined): Launched {
  const child = spawn(
    SERVER,
    ['--server', 'Starlet', '--host', '127.0.0.1', '--port', String(port), '--max-workers', '2'],
    // A group of its own: the server forks workers, and all of them must end.
    {
      cwd: home,
      env: environment(home),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...user,
    },
  );
  let log = '';
  const collect = (chunk: Buffer): void => {
    log = (log + chunk.toString('utf8')).slice(-10_000);
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return { process: child, log: () => log };
}

async function waitUntilReady(url: string, token: string, server: Launched): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  const headers = { authorization: `token ${token}` };
  while (
    !(await fetch(url, { headers }).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (server.process.exitCode !== null || Date.now() > deadline) {
      throw new Error(`Request Tracker did not start:\n${server.log()}`);
    }
    await sleep(200);
  }
}

function setBack(file: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    database.exec("UPDATE Users SET LastUpdated = datetime('2026-01-01', '+' || id || ' days')");
  } finally {
    database.close();
  }
}

async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const group = -child.pid;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.kill(group, 'SIGTERM');
  const killer = setTimeout(() => process.kill(group, 'SIGKILL'), 5_000);
  await ended;
  clearTimeout(killer);
}
