import { OperationNodeTransformer, ValueNode } from 'kysely';
import type {
  ColumnUpdateNode,
  KyselyPlugin,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from 'kysely';

import type { Database } from '../../src/store/database.ts';

/**
 * The planted bug of the negative control: a database in which no step ever becomes `sending`, so
 * that after a crash a request that left looks as if it never had.
 */
export function withoutSending(database: Database): Database {
  const plugin = new SkipSending();
  return {
    ...database,
    write: (job) => database.write((transaction) => job(transaction.withPlugin(plugin))),
    writeSoon: (job) => database.writeSoon((transaction) => job(transaction.withPlugin(plugin))),
  };
}

class SkipSending implements KyselyPlugin {
  readonly #transformer = new Transformer();

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    return this.#transformer.transformNode(args.node);
  }

  transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return Promise.resolve(args.result);
  }
}

class Transformer extends OperationNodeTransformer {
  protected override transformColumnUpdate(node: ColumnUpdateNode): ColumnUpdateNode {
    const isSending = ValueNode.is(node.value) && node.value.value === 'sending';
    return super.transformColumnUpdate(
      isSending ? { ...node, value: ValueNode.create('pending') } : node,
    );
  }
}
