import { createServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { MethodName } from '../document/methods.ts';
import { parseAllowRules } from '../http/allow-rules.ts';
import { createEgress } from '../http/egress.ts';
import type { Egress, EgressOptions } from '../http/egress.ts';
import type { FileSource } from '../http/request-body.ts';
import { TEST_CERTIFICATE, TEST_KEY } from '../http/testing/certificates.ts';
import { startRawServer } from '../http/testing/raw-server.ts';
import type { RawServer } from '../http/testing/raw-server.ts';
import { EXPECTED_OUTCOMES, expectedOutcome } from './testing/golden/expected-outcomes.ts';
import type { GoldenFault } from './testing/golden/fault.ts';
import { GOLDEN_FAULTS } from './testing/golden/faults.ts';
import { createGoldenRunner, outcomeText } from './testing/golden/golden-run.ts';
import type { GoldenWay } from './testing/golden/golden-run.ts';
import { isWhole, NOT_ON_THE_WIRE, WIRE_FAULTS, wireBytes } from './testing/golden/wire.ts';
import type { WireFault } from './testing/golden/wire.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

describe('the same faults on real sockets', () => {
  const made = GOLDEN_FAULTS.filter(({ name }) => NOT_ON_THE_WIRE[name] === undefined);

  test.each(made.map((fault) => [fault.name, fault] as const))('%s', async (name, fault) => {
    const { result } = fault;
    const wire = WIRE_FAULTS[name] ?? (result.kind === 'response' ? answers(result) : undefined);
    if (wire === undefined) throw new Error('nobody says how to make this fault');
    const methods: readonly MethodName[] =
      wire.file === undefined
        ? ['CreateActivity', 'FindContact', 'StopCallActivity']
        : ['UploadFile'];

    for (const method of methods) {
      const got = outcomeText(await runOnWire(fault, method, wire));

      expect(`${method}: ${got}`).toBe(
        `${method}: ${expectedOutcome(EXPECTED_OUTCOMES[name], method)}`,
      );
    }
  });

  test('are all made but those that no peer can make', () => {
    const unmade = GOLDEN_FAULTS.filter(
      ({ name, result }) => WIRE_FAULTS[name] === undefined && result.kind === 'failure',
    ).map(({ name }) => name);

    expect(unmade.toSorted()).toEqual(Object.keys(NOT_ON_THE_WIRE).toSorted());
  });
});

function answers(result: Extract<GoldenFault['result'], { kind: 'response' }>): WireFault {
  return {
    answer: (socket, received) => void (isWhole(received) && socket.write(wireBytes(result))),
  };
}

async function runOnWire(fault: GoldenFault, method: MethodName, wire: WireFault) {
  const abort = new AbortController();
  const server = await listen(wire, abort);
  const origin = `${wire.scheme ?? 'http'}://crm.test:${String(server.port)}`;
  const egress = openDoor(server.port, wire);
  const golden = createGoldenRunner();
  const way: GoldenWay = { door: { egress, origin }, signal: abort.signal, ...fileOf(wire) };
  if (wire.oddity === 'no_listener') await server.close();
  if (wire.oddity === 'egress_closed') await egress.close();
  if (wire.oddity !== 'busy') return await golden.run(fault, method, way);
  const patient = golden.run(fault, method, way);
  const run = await golden.run(fault, method, way);
  abort.abort();
  await patient;
  return run;
}

async function listen(
  wire: WireFault,
  abort: AbortController,
): Promise<Pick<RawServer, 'port' | 'close'>> {
  if (wire.oddity === 'certificate') return await listenTls();
  const server = await startRawServer((socket, received) => {
    wire.answer?.(socket, received);
    if (wire.oddity === 'given_up') abort.abort();
  });
  closing.push(async () => {
    if (wire.oddity !== 'no_listener') await server.close();
  });
  return server;
}

async function listenTls(): Promise<Pick<RawServer, 'port' | 'close'>> {
  const server = createServer({ cert: TEST_CERTIFICATE, key: TEST_KEY });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  closing.push(close);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, close };
}

function openDoor(port: number, wire: WireFault): Egress {
  const there = parseAllowRules(`127.0.0.1:${String(port)},crm.test:${String(port)}`);
  const elsewhere = parseAllowRules(`127.0.0.2:${String(port)}`);
  if (!there.ok || !elsewhere.ok) throw new Error('bad rules in the test');
  const options: EgressOptions = {
    allow: wire.oddity === 'other_address' ? elsewhere.rules : there.rules,
    plainHttp: there.rules,
    resolve: () => Promise.resolve(['127.0.0.1']),
    monotonic: () => performance.now(),
    ...wire.egress,
  };
  const egress = createEgress(options);
  closing.push(() => egress.close());
  return egress;
}

/** Larger than what the sockets of a system hold on their way. */
const LARGE = 24 * 1024 * 1024;

function fileOf({ file }: WireFault): { readonly file?: FileSource } {
  if (file === undefined) return {};
  const source: FileSource = {
    size: LARGE,
    type: 'audio/wav',
    name: 'call.wav',
    open: async function* () {
      for (let sent = 0; sent < LARGE; sent += 65_536) {
        yield await Promise.resolve(Buffer.alloc(65_536));
        if (file === 'short') return;
      }
    },
  };
  return { file: source };
}
