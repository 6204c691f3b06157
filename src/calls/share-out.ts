/** What a connection could have now. */
export interface Wanted {
  readonly connectionId: string;
  readonly organizationId: string;
  readonly permits: number;
}

export interface Pool {
  /** Places that are free now. */
  readonly limit: number;
  /** Places in all; none is kept back without it. */
  readonly size?: number | undefined;
  /** Lanes that each organization has there already. */
  readonly held?: ReadonlyMap<string, number> | undefined;
}

/** Places that one connection gets at a turn: more turns make larger claims, and gain nobody much. */
const TURN = 4;

/**
 * Shares the free places of a process out among organizations, not connections, by deficit round
 * robin: each turn is of the one that has the fewest, and among equals of the one that waited longest;
 * within an organization its connections take turns. An organization has at most half of what the
 * others leave, so that there is a place for one that comes later. `wanted` is in the order of
 * waiting. Pure.
 */
export function shareOut(
  wanted: readonly Wanted[],
  pool: Pool,
): readonly { readonly connectionId: string; readonly permits: number }[] {
  const { size = Number.POSITIVE_INFINITY, held = new Map<string, number>() } = pool;
  const takers = [...Map.groupBy(wanted, ({ organizationId }) => organizationId)].map(
    ([organizationId, connections]) => ({
      has: held.get(organizationId) ?? 0,
      turns: turnsOf(connections),
    }),
  );
  let taken = [...held.values()].reduce((sum, count) => sum + count, 0);
  const ceiling = (has: number): number => Math.max(1, Math.floor((size - (taken - has)) / 2));
  const given = new Map<string, number>();
  for (let { limit } = pool; limit > 0;) {
    const open = takers.filter(({ has, turns }) => turns.length > 0 && has < ceiling(has));
    const [first] = open;
    if (first === undefined) break;
    const taker = open.reduce((least, each) => (each.has < least.has ? each : least), first);
    const turn = taker.turns.shift();
    if (turn === undefined) break;
    const { connectionId, permits } = turn;
    const count = Math.min(permits, limit, ceiling(taker.has) - taker.has);
    given.set(connectionId, (given.get(connectionId) ?? 0) + count);
    taker.has += count;
    taken += count;
    limit -= count;
  }
  return [...given].map(([connectionId, permits]) => ({ connectionId, permits }));
}

/** A turn of each connection, then the second one of each, until none wants more. */
function turnsOf(connections: readonly Wanted[]): Pick<Wanted, 'connectionId' | 'permits'>[] {
  const rounds = Math.ceil(Math.max(0, ...connections.map(({ permits }) => permits)) / TURN);
  return Array.from({ length: rounds }, (_, round) =>
    connections
      .filter(({ permits }) => permits > round * TURN)
      .map(({ connectionId, permits }) => ({
        connectionId,
        permits: Math.min(TURN, permits - round * TURN),
      })),
  ).flat();
}
