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
    read: database.read.withPlugin(plugin),
    write: (job) => database.write((transaction) => job(transaction.withPlugin(plugin))),
    writeSoon: (job) => database.writeSoon((transaction) => job(transaction.withPlugin(plugin))),
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
    if (!isEquals(node.operator)) return super.transformBinaryOperation(node);
    if (isColumn(node.leftOperand, 'fence')) return compare(node.leftOperand, '>=', 0);
    return isColumn(node.leftOperand, 'state') && isLeased(node.rightOperand)
      ? compare(node.leftOperand, '<>', '')
      : super.transformBinaryOperation(node);
  }
}

/** What every row fulfils. */
function compare(left: OperationNode, operator: '>=' | '<>', value: unknown): BinaryOperationNode {
  return BinaryOperationNode.create(left, OperatorNode.create(operator), ValueNode.create(value));
}

function isColumn(node: OperationNode, name: string): boolean {
  return ReferenceNode.is(node) && ColumnNode.is(node.column) && node.column.column.name === name;
}

function isLeased(node: OperationNode): boolean {
  return ValueNode.is(node) && node.value === 'leased';
}

function isEquals(node: OperationNode): boolean {
  return OperatorNode.is(node) && node.operator === '=';
}
