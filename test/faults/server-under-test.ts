import { randomBytes } from 'node:crypto';
import { flushCompileCache } from 'node:module';

import { createIntake } from '../../src/calls/intake.ts';
import { createRecordingAddresses } from '../../src/calls/recording-addresses.ts';
import { createWorker } from '../../src/calls/worker.ts';
import { DELIVERY_POLICY } from '../../src/calls/delivery-policy.ts';
import { createAdmission } from '../../src/connections/admission.ts';
import { createOpenConnections } from '../../src/connections/open-connection.ts';
import { createDocumentCache } from '../../src/connections/document-cache.ts';
import { createSignedInRunner } from '../../src/connections/sign-in/signed-in-runner.ts';
import { createVault } from '../../src/connections/vault.ts';
import { createPhoneNumbers } from '../../src/contacts/phone-number.ts';
import { compileDocument } from '../../src/document/compile.ts';
import { parseAllowRules } from '../../src/http/allow-rules.ts';
import { createEgress } from '../../src/http/egress.ts';
import { createMethodRunner } from '../../src/runtime/run-method.ts';
import { createConnectionBook } from '../../src/server/connection-book.ts';
import { createStepRunner } from '../../src/server/step-runner.ts';
import { openDatabase } from '../../src/store/database.ts';
import type { Database } from '../../src/store/database.ts';
import { createIds } from '../../src/text/uuid.ts';
import { systemClock } from '../../src/time/clock.ts';
import { FAULT_POLICY, FAULT_TIMES, MASTER_KEY, PLAN_TIMES } from './fault-settings.ts';
import type { ChildSettings, Kill, KillPoint, Reply, Request } from './protocol.ts';
import { withoutSending } from './skip-sending.ts';

const RECORDING = {
  size: 16,
  name: 'call.wav',
  type: 'audio/wav',
  open: async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.resolve(Buffer.from('RIFF1234WAVEfmt '));
  },
};

/** The process that is killed: database, intake and worker as the server composes them. */
async function begin(settings: ChildSettings): Promise<(request: Request) => Promise<Reply>> {
  const opened = await openDatabase(settings.database, { clock: systemClock, onFatal: die });
  const database = settings.skipSending ? withoutSending(opened) : opened;
  const parts = compose(database, settings);
  let kill: Kill | undefined;
  let left = 0;
  const reached = (point: KillPoint): void => {
    if (point !== kill?.point) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
  const worker = createWorker({
    ...parts,
    clock: systemClock,
    recordings: { open: () => Promise.resolve({ status: 'ready', file: RECORDING }) },
    policy: { ...DELIVERY_POLICY, ...FAULT_POLICY },
    times: FAULT_TIMES,
    node: settings.node,
    random: Math.random,
    log: { warn: report, info: () => {}, debug: () => {} },
    housekeep: () => Promise.resolve(),
    reached,
  });
  const intake = createIntake({ ...parts, wake: () => worker.wake(), reached });
  const { phoneSystemId, organizationId } = settings;
  await worker.start();
  return async (request) => {
    const { id } = request;
    switch (request.kind) {
      case 'arm':
        kill = request;
        left = request.count;
        return { id, kind: 'done' };
      case 'events': {
        const results = await intake.accept({ phoneSystemId, organizationId }, request.bodies);
        return { id, kind: 'events', statuses: results.map(({ status }) => status) };
      }
      case 'open-steps':
        return { id, kind: 'open-steps', open: await countOpen(database) };
      case 'begin':
        throw new Error('it has begun already');
    }
  };
}

async function countOpen(database: Database): Promise<number> {
  const { open } = await database.read
    .selectFrom('step')
    .innerJoin('lane', 'lane.id', 'step.lane_id')
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .where('step.state', 'in', ['pending', 'sending', 'unknown'])
    // Behind a parked create the others wait for a person: that is an end too.
    .where('lane.state', '<>', 'parked')
    .executeTakeFirstOrThrow();
  return open;
}

function compose(database: Database, settings: ChildSettings) {
  const ids = createIds({ clock: systemClock, randomBytes });
  const allowed = parseAllowRules(settings.crmHost);
  if (!allowed.ok) throw new Error(allowed.problems.join());
  const egress = createEgress({
    allow: allowed.rules,
    plainHttp: allowed.rules,
    monotonic: systemClock.monotonic,
  });
  const vault = createVault(MASTER_KEY, randomBytes);
  const connections = createConnectionBook({
    openConnections: createOpenConnections({
      database,
      vault,
      documents: createDocumentCache(compileDocument),
    }),
    log: { error: () => {} },
  });
  const addresses = createRecordingAddresses({ vault, nameKey: MASTER_KEY.bytes });
  const phones = createPhoneNumbers();
  const randomId = (): string => randomBytes(16).toString('hex');
  const methods = createMethodRunner({ egress, phones, clock: systemClock, randomId });
  const runner = createStepRunner(
    createSignedInRunner({
      runner: methods,
      signIns: NO_SIGN_INS,
      phones,
      randomId,
      clock: systemClock,
      log: { warn: report },
    }),
    createAdmission({ database, clock: systemClock }),
  );
  return {
    database,
    ids,
    connections,
    addresses,
    runner,
    callKeySecret: MASTER_KEY.bytes,
    planTimes: PLAN_TIMES,
  };
}

/** The documents of these tests present property values alone. */
const NO_SIGN_INS = {
  credentialFor: async () => {
    const credential = { locals: {}, properties: {}, generation: 0 };
    return { status: 'ready', credential } as const;
  },
  renew: () => Promise.reject(new Error('nobody signs in here')),
};

function send(reply: Reply): void {
  process.send?.(reply);
}

function report(fields: unknown, message: string): void {
  const text = JSON.stringify(fields, (_key, value: unknown) =>
    value instanceof Error ? value.stack : value,
  );
  process.stderr.write(`${message} ${text}\n`);
}

function die(err: unknown): void {
  report({ err: String(err) }, 'the server under test failed');
  process.exit(3);
}

let server: ((request: Request) => Promise<Reply>) | undefined;

async function answer(request: Request): Promise<Reply> {
  if (request.kind !== 'begin') {
    if (server === undefined) throw new Error('it has not begun');
    return await server(request);
  }
  server = await begin(request.settings);
  return { id: request.id, kind: 'done' };
}

// A process that is killed writes nothing at its end, so the next one would compile all again.
flushCompileCache();
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  // Sent by the harness in this very form.
  void answer(message as Request).then(send, die);
});
