import { startMemoryServer } from './recordings/memory-server.ts';
import { measurePeak } from './recordings/peak-memory.ts';

// How much memory a recording of 200 MB costs the server on each of its ways, besides what it has
// anyway. `npm run bench:recordings`; BENCH_DATABASE_URL names an empty database of PostgreSQL.
const SIZE = 200_000_000;
const WARM_UP_SIZE = 8_000_000;
const MOST_MIB = 32;

const databaseUrl = process.env['BENCH_DATABASE_URL'];
const server = await startMemoryServer(databaseUrl);
try {
  for (const scenario of server.scenarios) await scenario.run(WARM_UP_SIZE);
  const name = databaseUrl === undefined ? 'SQLite, directory' : 'PostgreSQL, table';
  process.stdout.write(`| ${name} | before | peak | more | seconds |\n|---|---|---|---|---|\n`);
  for (const { name: way, run } of server.scenarios) {
    const begun = performance.now();
    const { before, peak } = await measurePeak(server.pid, () => run(SIZE));
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
    const more = peak - before;
    const mark = more <= MOST_MIB ? '' : ` (over ${MOST_MIB})`;
    process.stdout.write(
      `| ${way} | ${before.toFixed(0)} MiB | ${peak.toFixed(0)} MiB | ${more.toFixed(0)} MiB${mark} | ${seconds} |\n`,
    );
  }
} finally {
  await server.close();
}
