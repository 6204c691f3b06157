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

/**
 * Shares the free places of a process out among organizations, not connections: place by place to
 * the one that has the fewest, the one that waited longest first among equals; within an organization
 * its connections take turns. An organization has at most half of what the others leave, so that
 * there is a place for one that comes later. `wanted` is in the order of waiting. Pure.
 */
export function shareOut(
  wanted: readonly Wanted[],
  pool: Pool,
): readonly { readonly connectionId: string; readonly permits: number }[] {
  const { size = Number.POSITIVE_INFINITY, held = new Map<string, number>() } = pool;
  const takers = [...Map.groupBy(wanted, ({ organizationId }) => organizationId)].map(
    ([organizationId, connections]) => ({
      has: held.get(organizationId) ?? 0,
      turns: takeTurns(connections),
      next: 0,
    }),
  );
  let taken = [...held.values()].reduce((sum, count) => sum + count, 0);
  const given = new Map<string, number>();
  for (let left = pool.limit; left > 0; left -= 1) {
    const open = takers.filter(
      ({ has, turns, next }) =>
        next < turns.length && has < Math.max(1, Math.floor((size - (taken - has)) / 2)),
    );
    const [first] = open;
    if (first === undefined) break;
    const taker = open.reduce((least, each) => (each.has < least.has ? each : least), first);
    const connectionId = taker.turns[taker.next];
    if (connectionId === undefined) break;
    given.set(connectionId, (given.get(connectionId) ?? 0) + 1);
    taker.has += 1;
    taker.next += 1;
    taken += 1;
  }
  return [...given].map(([connectionId, permits]) => ({ connectionId, permits }));
}

/** One permit of each connection, then the second of each, until none has more. */
function takeTurns(connections: readonly Wanted[]): readonly string[] {
  const rounds = Math.max(0, ...connections.map(({ permits }) => permits));
  return Array.from({ length: rounds }, (_, round) =>
    connections.filter(({ permits }) => permits > round).map(({ connectionId }) => connectionId),
  ).flat();
}
