import { METHOD_FIELDS } from '../../fields/method-fields.ts';
import type { FindingExample } from '../finding-example.ts';

const REQUEST = { request_method: 'POST', request_path: '/calls' } as const;
/** Any key of a method that does not run yet: there are fewer with every version. */
const field = METHOD_FIELDS.find(({ pending }) => pending === true);
const name = field?.name ?? '';

/** The example of a key that is checked and does not run. */
export const PENDING_EXAMPLE: FindingExample = {
  bad: { API: { CreateActivity: { ...REQUEST, [name]: field?.example ?? null } } },
  good: { API: { CreateActivity: REQUEST } },
  path: `/API/CreateActivity/${name}`,
  at: `"${name}"`,
};
