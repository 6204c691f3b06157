import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { ECHO_DOCUMENT, LABELS } from './testing/canary-documents.ts';
import { createCanaryFinder } from './testing/canary-finder.ts';
import type { Hit } from './testing/canary-finder.ts';
import { canary, openCanaryStage } from './testing/canary-stage.ts';
import type { CanaryStage } from './testing/canary-stage.ts';
import { liveWithCanaries } from './testing/live-with-canaries.ts';

describeDatabases('a thousand secrets', (databases) => {
  const planted = canary();
  let stage: CanaryStage;

  beforeAll(async () => {
    stage = await openCanaryStage(databases);
  });
  afterAll(async () => {
    await stage.close();
  });

  test(
    'stand in no log, no answer, no file and no report, in no form; one put there on purpose is found',
    { timeout: 120_000 },
    async () => {
      await liveWithCanaries(stage);
      const { addresses, ask, command, crm, log, secret, secrets, seen, spool } = stage;
      const properties = Object.fromEntries(LABELS.map((label) => [label, secret()]));
      const given = { Address: crm.origin, Mode: 'refuse', ...properties };
      const files = { document: join(spool, 'echo.json'), properties: join(spool, 'p.json') };
      writeFileSync(files.document, ECHO_DOCUMENT);
      writeFileSync(files.properties, JSON.stringify(given));
      await command('lint', files.document);
      for (const method of ['FindContact', 'CreateActivity']) {
        await command(
          ...['try', files.document, method, '--properties', files.properties],
          ...['--allow', crm.host, '--set', 'phone=+442071838750', '--json'],
        );
      }
      rmSync(files.properties);
      await command('doctor', '--live');
      await command('doctor', '--json');
      await command('key', 'list', '--json');
      const newKey = join(spool, 'new.key');
      await command('rotate-key', '--new-key-file', newKey);
      secrets.push(readFileSync(newKey, 'utf8').trim());
      rmSync(newKey);
      // The negative control: a secret that somebody wrote where names are written.
      const admin = secrets.find((text) => text.startsWith('pc_ad_')) ?? '';
      await ask('POST', '/v1/organizations', {
        key: admin,
        body: { name: `Oops ${planted}`, country: 'GB' },
      });
      // Once with what is still in the write-ahead log, and once as it is left behind.
      await stage.lookAtStore();
      await stage.server.close();
      if (databases.dialect === 'sqlite') await stage.lookAtStore();
      seen.push(['log', log.join('')]);

      const find = createCanaryFinder([...secrets, ...addresses, planted]);
      const hits = seen.flatMap(([place, text]) =>
        find(text).map((hit): Hit & { place: string } => ({ place, ...hit })),
      );

      expect(secrets.length).toBeGreaterThanOrEqual(1_000);
      expect(log.length).toBeGreaterThan(300);
      const control = hits.filter((hit) => hit.secret === planted);
      expect(new Set(control.map(({ place }) => place)).size).toBeGreaterThanOrEqual(2);
      expect(hits.filter((hit) => hit.secret !== planted)).toEqual([]);
    },
  );
});
