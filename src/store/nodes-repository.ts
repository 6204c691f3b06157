import type { Handle } from './handle.ts';
import type { Tables } from './schema.ts';

/** Writes a process that starts to work on this database. */
export async function insertNode(handle: Handle, node: Tables['node']): Promise<void> {
  await handle.insertInto('node').values(node).execute();
}

/** Tells that a node still works, at the database's time. */
export async function touchNode(handle: Handle, id: string, now: number): Promise<void> {
  await handle.updateTable('node').set({ seen_at: now }).where('id', '=', id).execute();
}

/** The youngest process of a name; undefined when none has entered. */
export async function findNodeOfName(
  handle: Handle,
  name: string,
): Promise<Tables['node'] | undefined> {
  return await handle
    .selectFrom('node')
    .selectAll()
    .where('name', '=', name)
    .orderBy('id', 'desc')
    .executeTakeFirst();
}

/** Takes out earlier processes of a name, and those not seen since `before` (epoch milliseconds). */
export async function deleteNodes(
  handle: Handle,
  ended: { readonly name: string; readonly before: number },
): Promise<void> {
  await handle
    .deleteFrom('node')
    .where((where) =>
      where.or([where('name', '=', ended.name), where('seen_at', '<', ended.before)]),
    )
    .execute();
}

/** All nodes on this database, in the order they started. */
export async function listNodes(handle: Handle): Promise<readonly Tables['node'][]> {
  return await handle.selectFrom('node').selectAll().orderBy('id').limit(1_000).execute();
}

/** Tells which keys of the vault a node knows and uses. */
export async function tellNodeKeys(
  handle: Handle,
  node: { readonly id: string; readonly newest: string; readonly sealing: string },
): Promise<void> {
  await handle
    .updateTable('node')
    .set({ vault_key_id: node.newest, sealing_key_id: node.sealing })
    .where('id', '=', node.id)
    .execute();
}

/** Takes out a node that ends. */
export async function deleteNode(handle: Handle, id: string): Promise<void> {
  await handle.deleteFrom('node').where('id', '=', id).execute();
}
