import { registerDoctor } from './doctor.ts';
import { registerKey } from './key.ts';
import { registerLint } from './lint.ts';
import { registerNew } from './new.ts';
import { registerOrganization } from './organization.ts';
import type { RegisterCommand } from './program.ts';
import { registerRotateKey } from './rotate-key.ts';
import { registerSchema } from './schema.ts';
import { registerServe } from './serve.ts';
import { registerTest } from './test-documents.ts';
import { registerTry } from './try.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly RegisterCommand[] = [
  registerServe,
  registerLint,
  registerTest,
  registerTry,
  registerNew,
  registerSchema,
  registerOrganization,
  registerKey,
  registerRotateKey,
  registerDoctor,
];
