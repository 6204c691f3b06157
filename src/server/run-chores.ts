/** What is to be done now and then, by the name that the log has for it. */
export type Chores = Readonly<Record<string, () => Promise<unknown>>>;

/** Does one after the other; one that fails is logged, and keeps no other from its turn. */
export async function runChores(
  chores: Chores,
  log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void },
): Promise<void> {
  for (const [chore, run] of Object.entries(chores)) {
    try {
      await run();
    } catch (err) {
      log.warn({ err, chore }, 'a chore failed; it is done again later');
    }
  }
}
