import { freePort } from '../../scripts/test/free-port.ts';
import { killVariables, type Kill } from './kill-point.ts';
import { startPatchcord, type PatchcordServer, type ServerPlace } from './patchcord-server.ts';

const PROGRAM = ['test/real/killable-server.ts'];

export interface SupervisedServer {
  readonly origin: string;
  /** How often it was found dead and started again. */
  restarts(): number;
  stop(): Promise<void>;
}

/**
 * Runs a server that is to die once, and starts it again at the same address when it did, as a
 * service manager would. The second life is not killed.
 */
export async function superviseServer(place: ServerPlace, kill: Kill): Promise<SupervisedServer> {
  const port = await freePort();
  const start = (environment: Readonly<Record<string, string>>): Promise<PatchcordServer> =>
    startPatchcord({ ...place, port, program: PROGRAM, environment });
  let restarts = 0;
  let stopped = false;
  let server = await start(killVariables(kill));
  let following: Promise<void> | undefined;
  server.child.once('exit', () => {
    if (stopped) return;
    restarts += 1;
    following = start({}).then((next) => {
      server = next;
    });
  });
  return {
    origin: server.origin,
    restarts: () => restarts,
    stop: async () => {
      stopped = true;
      await following;
      await server.stop();
    },
  };
}
