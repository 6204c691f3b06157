/** An address that a name led to and that may not be reached. */
export interface RefusedName {
  readonly organizationId: string;
  readonly connectionId: string;
  /** One sentence for the operator alone: it names the address, and the setting that allows it. */
  readonly message: string;
}

const AGAIN_MS = 3_600_000;
const KEPT_MAX = 1_000;

/**
 * Passes on what an operator should read of refused names, the same at most once an hour: whoever
 * writes documents must not fill the log.
 */
export function tellRefusals(
  tell: (refused: RefusedName) => void,
  monotonic: () => number,
): (refused: RefusedName) => void {
  const told = new Map<string, number>();
  return (refused) => {
    const key = `${refused.organizationId} ${refused.message}`;
    const now = monotonic();
    const before = told.get(key);
    if (before !== undefined && now - before < AGAIN_MS) return;
    if (told.size >= KEPT_MAX) told.clear();
    told.set(key, now);
    tell(refused);
  };
}
