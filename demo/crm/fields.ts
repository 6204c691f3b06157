/** Fields that a request may set, by name; unknown ones are left alone. */
export type Fields = Readonly<Record<string, unknown>>;

/** `known` with those of its texts replaced for which `fields` has one; null empties a text. */
export function withTexts<T extends object>(known: T, fields: Fields): T {
  const texts = Object.entries(known).flatMap(([name, value]) => {
    const wanted = Object.hasOwn(fields, name)
      ? fields[name] === null
        ? ''
        : fields[name]
      : undefined;
    return typeof value === 'string' && typeof wanted === 'string' ? [[name, wanted]] : [];
  });
  return { ...known, ...Object.fromEntries(texts) };
}

/** The number under this name, else the other one. */
export function numberOf(fields: Fields, name: string, otherwise: number): number {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}
