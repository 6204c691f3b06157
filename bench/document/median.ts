/** The median time of `runs` calls in milliseconds, after `warm` calls that do not count. */
export async function medianOf(
  work: () => unknown,
  { warm, runs }: { readonly warm: number; readonly runs: number },
): Promise<number> {
  for (let i = 0; i < warm; i += 1) await work();
  const times: number[] = [];
  for (let i = 0; i < runs; i += 1) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const middle = Math.floor(runs / 2);
  const upper = times[middle] ?? 0;
  return runs % 2 === 1 ? upper : ((times[middle - 1] ?? 0) + upper) / 2;
}
