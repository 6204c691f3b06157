import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { hasOwnNetworks } from '../../test/egress/in-own-network.ts';
import { hasRequestTracker } from '../../test/real/request-tracker-server.ts';
import { hasTryton } from '../../test/real/tryton-server.ts';
import { findPostgres, startPostgres, type PostgresServer } from './postgres-server.ts';

/** A program of the system that a stage cannot do without. */
export type NeedName = 'postgres' | 'request-tracker' | 'tryton' | 'own-networks';

/** What a stage gets when the need is met (environment variables for its tests), or why it is not. */
export type NeedAnswer =
  | { readonly status: 'ready'; readonly env: Readonly<Record<string, string>> }
  | { readonly status: 'missing'; readonly reason: string };

/** The needs of one test run: each is looked up, installed and started once, and stopped at the end. */
export interface Needs {
  meet(name: NeedName): Promise<NeedAnswer>;
  close(): Promise<void>;
}

interface System {
  readonly title: string;
  readonly packages: readonly string[];
  isInstalled(): boolean;
}

const SYSTEMS: Readonly<Record<NeedName, System>> = {
  postgres: {
    title: 'PostgreSQL 14 or later',
    packages: ['postgresql'],
    isInstalled: () => findPostgres() !== undefined,
  },
  'request-tracker': {
    title: 'Request Tracker 5',
    packages: ['request-tracker5', 'rt5-db-sqlite', 'rt5-standalone'],
    isInstalled: hasRequestTracker,
  },
  tryton: {
    title: 'Tryton 6',
    packages: ['tryton-server', 'tryton-modules-party'],
    isInstalled: hasTryton,
  },
  'own-networks': {
    title: 'The permission to make a network of its own (unshare, ip)',
    packages: ['util-linux', 'iproute2'],
    isInstalled: hasOwnNetworks,
  },
};

/**
 * Makes the needs of a run. Packages are installed only when `install` says so, since that changes the
 * machine; `log` gets one line when it begins, as it takes a minute.
 */
export function createNeeds(options: {
  readonly install: boolean;
  log(line: string): void;
}): Needs {
  let server: Promise<PostgresServer> | undefined;
  return {
    async meet(name) {
      const system = SYSTEMS[name];
      if (!system.isInstalled() && options.install) {
        options.log(`installing ${system.title} (${system.packages.join(' ')})`);
        installPackages(system.packages);
      }
      if (!system.isInstalled()) {
        const how = 'npm test -- --install installs it from Debian packages';
        return { status: 'missing', reason: `${system.title} is not on this machine; ${how}` };
      }
      if (name !== 'postgres') {
        return { status: 'ready', env: {} };
      }
      const folder = findPostgres();
      if (folder === undefined) {
        throw new Error('PostgreSQL was there a moment ago and is gone');
      }
      server ??= startPostgres(folder);
      return { status: 'ready', env: { TEST_DATABASE_URL: (await server).url } };
    },
    async close() {
      await (await server?.catch(() => undefined))?.stop();
    },
  };
}

/** Throws with the package manager's own words when three tries did not install the packages. */
function installPackages(packages: readonly string[]): void {
  const script = fileURLToPath(new URL('install-packages.sh', import.meta.url));
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const [file = 'sh', ...args] = [...asRoot, 'sh', script, ...packages];
  execFileSync(file, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 });
}
