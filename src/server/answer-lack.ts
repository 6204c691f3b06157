/**
 * The first place of a `response_map` that an answer does not have, in words; undefined when the
 * places are there or the answer is not JSON (which its outcome says). Lists may be empty.
 */
export function missingInAnswer(map: unknown, body: string): string | undefined {
  const answer = readJson(body);
  return answer === undefined ? undefined : missingAt(map, answer.value, '');
}

function missingAt(map: unknown, answer: unknown, path: string): string | undefined {
  if (Array.isArray(map)) {
    return Array.isArray(answer) ? undefined : path === '' ? 'a list' : `the list \`${path}\``;
  }
  if (!isObject(map)) return undefined;
  if (!isObject(answer)) return path === '' ? 'an object' : `the object \`${path}\``;
  // A name with a placeholder in it stands for one that nobody knows beforehand.
  const names = Object.keys(map).filter((name) => !/\$|\{\{/u.test(name));
  for (const name of names) {
    const missing = missingAt(map[name], answer[name], path === '' ? name : `${path}.${name}`);
    if (missing !== undefined) return missing;
  }
  const none = names.length > 0 && !names.some((name) => Object.hasOwn(answer, name));
  return none ? `\`${names.join('`, `')}\`` : undefined;
}

function readJson(body: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(body) };
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
