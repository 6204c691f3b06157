import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

import { parseAllowRules } from '../../src/http/allow-rules.ts';
import { createEgress } from '../../src/http/egress.ts';
import type { Egress } from '../../src/http/egress.ts';
import { TEST_CA } from '../../src/http/testing/certificates.ts';
import { systemClock } from '../../src/time/clock.ts';
import { startCountedNetwork } from './counted-network.ts';
import type { CountedNetwork } from './counted-network.ts';
import { createCrmAnswers } from './crm-answers.ts';
import { CRM_ADDRESS, CRM_HOST, FORBIDDEN_NAMES, HOSTILE_URLS } from './hostile-urls.ts';
import { startNameServer } from './name-server.ts';
import type { ZoneEntry } from './name-server.ts';
import { urlFields } from './url-fields.ts';
import type { UrlField } from './url-fields.ts';

/** What the program prints, as JSON. */
export interface Findings {
  /** By field: how many URLs were asked for, and which of them opened a connection to where. */
  readonly fields: Readonly<
    Record<
      string,
      { readonly asked: number; readonly opened: readonly string[]; readonly reachesCrm: boolean }
    >
  >;
  /** Of names whose answer changes from public to private at each look-up. */
  readonly rebinding: {
    readonly asked: number;
    readonly toCrm: number;
    readonly opened: readonly string[];
  };
  /** Where an operator allows private addresses: the same counting must find connections. */
  readonly control: readonly string[];
}

const REBINDS = 100;
const GOOD_URL = `https://${CRM_HOST}/ok`;

async function main(): Promise<void> {
  const answers = createCrmAnswers();
  const network = await startCountedNetwork(answers.answer);
  const names = await startNameServer(createZone());
  const folder = mkdtempSync(join(tmpdir(), 'patchcord-egress-'));
  const egress = openEgress('');
  const open = openEgress('10.0.0.0/8:443');
  try {
    const fields: Record<string, Findings['fields'][string]> = {};
    for (const [name, ask] of Object.entries(urlFields(egress, folder))) {
      const opened = await askAll(ask, HOSTILE_URLS, network);
      const before = answers.countOf('/ok');
      await ask(GOOD_URL);
      const reachesCrm = answers.countOf('/ok') > before;
      fields[name] = { asked: HOSTILE_URLS.length, opened, reachesCrm };
    }
    const findings: Findings = {
      fields,
      rebinding: await rebind(urlFields(egress, folder), network),
      control: await askAll(
        urlFields(open, folder)['recording'] ?? refuse,
        HOSTILE_URLS.slice(0, 200),
        network,
      ),
    };
    process.stdout.write(JSON.stringify(findings));
  } finally {
    await Promise.all([egress.close(), open.close()]);
    names.close();
    await network.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The URLs that opened a connection to anywhere but the CRM, with where to. */
async function askAll(
  ask: UrlField,
  urls: readonly string[],
  network: CountedNetwork,
): Promise<readonly string[]> {
  const opened: string[] = [];
  for (const url of urls) {
    const before = network.elsewhere().length;
    await ask(url);
    // A connection that the kernel has made is told to its listener in the next turn.
    await turn();
    await turn();
    const found = network.elsewhere().slice(before);
    if (found.length > 0) opened.push(`${url} → ${found.join(', ')}`);
  }
  return opened;
}

async function rebind(
  fields: Readonly<Record<string, UrlField>>,
  network: CountedNetwork,
): Promise<Findings['rebinding']> {
  const before = network.toCrm();
  const opened: string[] = [];
  let asked = 0;
  for (const [name, ask] of Object.entries(fields)) {
    const urls = Array.from({ length: REBINDS }, () => `https://rebind.test/${name.length}`);
    asked += urls.length;
    opened.push(...(await askAll(ask, urls, network)));
  }
  return { asked, toCrm: network.toCrm() - before, opened };
}

/** The names of the corpus, and one whose answer is another one at each question. */
function createZone(): (name: string) => ZoneEntry | undefined {
  let turns = 0;
  return (name) => {
    if (name === CRM_HOST) return { addresses: [CRM_ADDRESS] };
    if (name === 'rebind.test') {
      // A question for A and one for AAAA belong to one look-up.
      turns += 1;
      return { addresses: [turns % 4 < 2 ? CRM_ADDRESS : '10.0.0.1'] };
    }
    const addresses = FORBIDDEN_NAMES[name];
    if (addresses === undefined) return undefined;
    return name === 'alias.test' ? { addresses, aliasOf: 'private.test' } : { addresses };
  };
}

function openEgress(allow: string): Egress {
  const rules = parseAllowRules(allow);
  return createEgress({
    allow: rules.ok ? rules.rules : [],
    ca: TEST_CA,
    monotonic: systemClock.monotonic,
    limits: { connectMs: 2_000, headersMs: 2_000, totalMs: 3_000 },
  });
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('there is no such field'));
}

await main();
