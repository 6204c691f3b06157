import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HOSTS_FILE_NAMES } from './hostile-urls.ts';

/** What the programs of util-linux and iproute2 are asked to do before anything runs in there. */
const SET_UP = [
  'ip link set lo up',
  // Every address is this machine, so that a listener sees whoever connects to any of them.
  'ip route add local 0.0.0.0/0 dev lo',
  'ip -6 route add local ::/0 dev lo',
  'mount --bind "$0/resolv.conf" /etc/resolv.conf',
  'mount --bind "$0/hosts" /etc/hosts',
  'exec "$@"',
].join(' && ');

const LIMIT_MS = 10 * 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** True where this machine lets a test have a network of its own. */
export function hasOwnNetworks(): boolean {
  return spawnSync('unshare', [...namespaces(), 'ip', 'link', 'set', 'lo', 'up']).status === 0;
}

/**
 * Runs a program of Node in a network of its own, from which nothing can leave: all addresses are
 * local, and names are asked of 127.0.0.1. Returns what it printed; throws where it failed.
 */
export function runInOwnNetwork(program: string, args: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-network-'));
  try {
    writeFileSync(
      join(folder, 'resolv.conf'),
      'nameserver 127.0.0.1\noptions attempts:1 timeout:2\n',
    );
    const hosts = Object.entries(HOSTS_FILE_NAMES).map(([name, address]) => `${address} ${name}\n`);
    writeFileSync(join(folder, 'hosts'), hosts.join(''));
    const command = ['sh', '-c', SET_UP, folder, process.execPath, program, ...args];
    const run = spawnSync('unshare', [...namespaces(), ...command], {
      encoding: 'utf8',
      timeout: LIMIT_MS,
      maxBuffer: MAX_OUTPUT_BYTES,
    });
    if (run.status !== 0) throw new Error(`${program} failed: ${run.stderr || String(run.error)}`);
    return run.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function namespaces(): readonly string[] {
  // Whoever is not root is root in there.
  const asRoot = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return [...asRoot, '--net', '--mount'];
}
