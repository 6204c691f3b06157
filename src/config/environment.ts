/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The process's environment as it is now: the only place of the product that reads it. */
export function readEnvironment(): Environment {
  return Object.freeze({ ...process.env });
}
