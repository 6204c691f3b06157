import type { Kysely } from 'kysely';

import type { Tables } from './schema.ts';

/** What a repository function runs its statement on: `database.read`, or a job's transaction. */
export type Handle = Kysely<Tables>;
