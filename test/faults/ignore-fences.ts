import {
  BinaryOperationNode,
  ColumnNode,
  OperationNodeTransformer,
  OperatorNode,
  ReferenceNode,
  ValueNode,
} from 'kysely';
import type {
  KyselyPlugin,
  OperationNode,
  PluginTransformQueryArgs,
  PluginTransformResultArgs,
  QueryResult,
  RootOperationNode,
  UnknownRow,
} from 'kysely';

import type { Database } from '../../src/store/database.ts';

/**
 * The planted bug of a negative control: a database in which every settlement holds, whoever has
 * claimed the lane since.
 */
export function withoutFences(database: Database): Database {
  const plugin = new IgnoreFences();
  return {
    ...database,
    write: (job) => database.write((transaction) => job(transaction.withPlugin(plugin))),
  };
}

class IgnoreFences implements KyselyPlugin {
  readonly #transformer = new Transformer();

  transformQuery(args: PluginTransformQueryArgs): RootOperationNode {
    return this.#transformer.transformNode(args.node);
  }

  transformResult(args: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return Promise.resolve(args.result);
  }
}

class Transformer extends OperationNodeTransformer {
  protected override transformBinaryOperation(node: BinaryOperationNode): BinaryOperationNode {
    return isFence(node.leftOperand) && isEquals(node.operator)
      ? BinaryOperationNode.create(node.leftOperand, OperatorNode.create('>='), ValueNode.create(0))
      : super.transformBinaryOperation(node);
  }
}

function isFence(node: OperationNode): boolean {
  return (
    ReferenceNode.is(node) && ColumnNode.is(node.column) && node.column.column.name === 'fence'
  );
}

function isEquals(node: OperationNode): boolean {
  return OperatorNode.is(node) && node.operator === '=';
}
