import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { systemClock } from '../../src/time/clock.ts';
import type { KillPoint } from '../faults/protocol.ts';
import type { Plant, ServerOrder, ServerWord } from './soak-protocol.ts';

const PROGRAM = fileURLToPath(new URL('./soak-server.ts', import.meta.url));
/** A process that takes longer is stuck, which is a finding. */
const START_LIMIT_MS = 60_000;

export interface ServerPlan {
  readonly origin: string;
  /** The settings of the server. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Standby {
  readonly child: ChildProcess;
  readonly loaded: Promise<ServerWord | undefined>;
}

interface Member {
  readonly plan: ServerPlan;
  child: ChildProcess | undefined;
  ready: boolean;
}

/** The servers of a soak: each is a process that dies and is started again at the same address. */
export class ServerPool {
  readonly #members: readonly Member[];
  readonly #plant: Plant | undefined;
  readonly #log: number;
  /** Loaded and waiting, so that a restart takes no longer than it must. */
  readonly #standby: Standby[] = [];
  /** Milliseconds from the order to begin to listening and working. */
  readonly startTimes: number[] = [];
  /** Ends that nobody planned, in words. */
  readonly accidents: string[] = [];

  constructor(plans: readonly ServerPlan[], logFile: string, plant: Plant | undefined) {
    this.#members = plans.map((plan) => ({ plan, child: undefined, ready: false }));
    this.#plant = plant;
    this.#log = openSync(logFile, 'a');
    this.#standby.push(this.#load());
  }

  get size(): number {
    return this.#members.length;
  }

  /** Addresses of the servers; which of them are alive only a request tells. */
  get origins(): readonly string[] {
    return this.#members.map(({ plan }) => plan.origin);
  }

  isReady(at: number): boolean {
    return this.#member(at).ready;
  }

  /** Starts a server that is down; false when it died before it was ready. */
  async start(at: number): Promise<boolean> {
    const member = this.#member(at);
    const { child, loaded } = this.#standby.shift() ?? this.#load();
    member.child = child;
    child.once('exit', (code, signal) => {
      member.ready = false;
      if (member.child === child) member.child = undefined;
      if (signal !== 'SIGKILL' && code !== 0) {
        this.accidents.push(`a server ended by itself with ${String(signal ?? code)}`);
      }
    });
    // It may be killed before it could begin.
    if ((await loaded) === undefined || hasEnded(child)) return false;
    const began = systemClock.monotonic();
    const { environment } = member.plan;
    const word = await ask(child, { kind: 'begin', environment, plant: this.#plant });
    if (word === undefined) return false;
    if (word.kind === 'failed') {
      this.accidents.push(`a server did not start: ${word.message}`);
      return false;
    }
    this.startTimes.push(systemClock.monotonic() - began);
    member.ready = true;
    // After the start, which it would slow down.
    if (this.#standby.length === 0) this.#standby.push(this.#load());
    return true;
  }

  /** Ends a server at once and waits until it is gone. */
  async kill(at: number): Promise<void> {
    const { child } = this.#member(at);
    if (child === undefined) return;
    const gone = exitOf(child);
    child.kill('SIGKILL');
    await gone;
  }

  /** The server will end itself at a point; false when it has not done so in time. */
  async killAt(at: number, point: KillPoint, count: number, limitMs: number): Promise<boolean> {
    const { child } = this.#member(at);
    if (child === undefined) return true;
    const patience = new AbortController();
    const order: ServerOrder = { kind: 'arm', point, count };
    child.send(order, () => {});
    const died = await Promise.race([
      exitOf(child).then(() => true),
      systemClock.sleep(limitMs, patience.signal).then(
        () => false,
        () => true,
      ),
    ]);
    patience.abort();
    return died;
  }

  /** Stops a process without ending it, as a machine that sleeps, and wakes it up again. */
  async suspend(at: number, ms: number): Promise<void> {
    const { child } = this.#member(at);
    if (child === undefined) return;
    child.kill('SIGSTOP');
    await systemClock.sleep(ms);
    child.kill('SIGCONT');
  }

  /** Ends every server in order, as an operator would; says what did not end well. */
  async stop(): Promise<readonly string[]> {
    const ends = this.#members.flatMap(({ child }) => {
      if (child === undefined) return [];
      const gone = exitOf(child);
      child.kill('SIGTERM');
      return [gone];
    });
    const codes = await Promise.all(ends);
    return codes.filter((code) => code !== 0).map((code) => `SIGTERM ended a server with ${code}`);
  }

  /** Ends whatever still runs. */
  async close(): Promise<void> {
    for (const { child } of this.#standby) child.kill('SIGKILL');
    await Promise.all(this.#members.map((_, at) => this.kill(at)));
  }

  #member(at: number): Member {
    const member = this.#members[at];
    if (member === undefined) throw new RangeError(`there is no server ${at}`);
    return member;
  }

  #load(): Standby {
    const child = fork(PROGRAM, [], {
      execArgv: [],
      stdio: ['ignore', this.#log, this.#log, 'ipc'],
      // Processes are many: what one has compiled, the next one takes over.
      env: {
        PATH: process.env['PATH'],
        HOME: tmpdir(),
        NODE_COMPILE_CACHE: join(tmpdir(), 'patchcord-compile-cache'),
      },
    });
    return { child, loaded: nextWord(child) };
  }
}

async function ask(child: ChildProcess, order: ServerOrder): Promise<ServerWord | undefined> {
  const word = nextWord(child);
  child.send(order, () => {});
  return await word;
}

/** `undefined` when the process ended instead. */
function nextWord(child: ChildProcess): Promise<ServerWord | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => finish(() => reject(new Error('a server did not start in time'))),
      START_LIMIT_MS,
    );
    const onExit = (): void => finish(() => resolve(undefined));
    // Sent by the process in this very form.
    const onMessage = (word: unknown): void => finish(() => resolve(word as ServerWord));
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      settle();
    };
    child.on('message', onMessage);
    child.once('exit', onExit);
  });
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (hasEnded(child)) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
