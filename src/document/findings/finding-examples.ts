import { ADDRESS_EXAMPLES } from './examples/address-examples.ts';
import { METHOD_EXAMPLES } from './examples/method-examples.ts';
import { NAME_EXAMPLES } from './examples/name-examples.ts';
import { SECRET_EXAMPLES } from './examples/secret-examples.ts';
import { SHAPE_EXAMPLES } from './examples/shape-examples.ts';
import { SIGN_IN_EXAMPLES } from './examples/sign-in-examples.ts';
import { TEXT_EXAMPLES } from './examples/text-examples.ts';
import { VARIABLE_EXAMPLES } from './examples/variable-examples.ts';
import type { FindingCode } from './finding-codes.ts';
import type { FindingExample } from './finding-example.ts';

/**
 * A bad and a good example of every code of lint. The page of each code is made from them, and a
 * test lints them all; a code without examples does not pass the type check.
 */
export const FINDING_EXAMPLES: Readonly<Record<FindingCode, FindingExample>> = {
  ...TEXT_EXAMPLES,
  ...SHAPE_EXAMPLES,
  ...NAME_EXAMPLES,
  ...VARIABLE_EXAMPLES,
  ...ADDRESS_EXAMPLES,
  ...METHOD_EXAMPLES,
  ...SIGN_IN_EXAMPLES,
  ...SECRET_EXAMPLES,
};
