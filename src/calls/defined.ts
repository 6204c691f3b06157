/** Drops members without a value, so that an absent one stays absent. */
export function defined<T extends object>(
  members: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {};
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) Reflect.set(kept, name, value);
  }
  return kept;
}
