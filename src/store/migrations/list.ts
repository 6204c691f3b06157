import type { ColumnTypes } from '../dialect.ts';
import { organizations } from './0001-organizations.ts';
import { connections } from './0002-connections.ts';
import { calls } from './0003-calls.ts';
import { signIns } from './0004-sign-ins.ts';
import { recordings } from './0005-recordings.ts';
import { provisioning } from './0007-provisioning.ts';
import { methodProgress } from './0008-method-progress.ts';
import { pace } from './0009-pace.ts';
import { madeContacts } from './0010-made-contacts.ts';
import { logos } from './0011-logos.ts';
import { signatures } from './0012-signatures.ts';
import { answerSamples } from './0013-answer-samples.ts';
import { savedContacts } from './0014-saved-contacts.ts';
import { erasures } from './0015-erasures.ts';
import { erasing } from './0017-erasing.ts';
import { organizationLife } from './0006-organization-life.ts';

/** One step of the schema. Never edited once released: a change is a new step. */
export interface Migration {
  readonly id: string;
  /** Statements in order, with the dialect's column types; they run in one transaction. */
  statements(types: ColumnTypes): readonly string[];
}

/** All steps in order. Each is safe beside the code of the version before it. */
export const MIGRATIONS: readonly Migration[] = [
  organizations,
  connections,
  calls,
  signIns,
  recordings,
  organizationLife,
  provisioning,
  methodProgress,
  pace,
  madeContacts,
  logos,
  signatures,
  answerSamples,
  savedContacts,
  erasures,
  erasing,
];
