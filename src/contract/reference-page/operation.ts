import { html } from '../../text/html.ts';
import type { Html } from '../../text/html.ts';
import type { Schema } from '../json-schemas.ts';
import { isSchema, listOf, memberOf, membersOf, textOf } from './open-api.ts';
import type { Operation } from './open-api.ts';
import { meaning, schemaTable, typeWords } from './schema-table.ts';
import { words } from './words.ts';

/** One route: what it is for, what it takes and gives, and one true exchange. */
export function operationSection({ method, path, id, node }: Operation): Html {
  return html`<section class="operation" id="${id}" aria-labelledby="${id}-title">
    <div class="about">
      <h3 id="${id}-title">
        <a href="#${id}">${textOf(node, 'summary')}</a>
      </h3>
      <p class="route">
        <span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code>
      </p>
      <p>${words(textOf(node, 'description'))}</p>
      ${parameterTable(node)} ${bodyOf(node)} ${answersOf(node)}
    </div>
    <div class="example">${exampleOf(node)}</div>
  </section>`;
}

function parameterTable(node: Schema): Html | undefined {
  const parameters = listOf(node['parameters']).filter(isSchema);
  if (parameters.length === 0) return undefined;
  return html`<h4>Parameters</h4>
    <table>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">In</th>
          <th scope="col">What it is</th>
        </tr>
      </thead>
      <tbody>
        ${parameters.map(
          (parameter) =>
            html`<tr>
              <th scope="row"><code>${textOf(parameter, 'name')}</code></th>
              <td>
                ${textOf(parameter, 'in')}${
                  parameter['required'] === true
                    ? undefined
                    : html` <span class="quiet">optional</span>`
                }
              </td>
              <td>
                ${words(textOf(parameter, 'description'))} ${meaning(memberOf(parameter, 'schema'))}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function bodyOf(node: Schema): Html | undefined {
  const [content] = membersOf(memberOf(memberOf(node, 'requestBody'), 'content'));
  if (content === undefined) return undefined;
  const schema = memberOf(content[1], 'schema');
  const table = schemaTable(schema);
  return html`<h4>Body</h4>
    ${
      table ??
      html`<p>
        ${schema['format'] === 'binary' ? 'The bytes of the file.' : typeWords(schema)}
        ${meaning(schema)}
      </p>`
    }`;
}

function answersOf(node: Schema): Html {
  const rows = membersOf(node['responses']);
  return html`<h4>Answers</h4>
    <table>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">What it means</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(([status, answer]) => {
          const [content] = membersOf(answer['content']);
          const schema = content === undefined ? undefined : memberOf(content[1], 'schema');
          const isGood = status.startsWith('2');
          return html`<tr>
            <th scope="row"><code>${status}</code></th>
            <td>
              ${
                isGood
                  ? html`${schema === undefined ? 'Done, without a body.' : typeWords(schema)}`
                  : words(textOf(answer, 'description'))
              }
              ${isGood && schema !== undefined ? schemaTable(schema) : undefined}
            </td>
          </tr>`;
        })}
      </tbody>
    </table>`;
}

function exampleOf(node: Schema): Html | undefined {
  const [sample] = listOf(node['x-codeSamples']).filter(isSchema);
  if (sample === undefined) return undefined;
  const good = membersOf(node['responses']).filter(([name]) => name.startsWith('2'));
  // Of a PUT that makes or changes, the answer of the one that made.
  const [status, answer] = good.find(([name]) => name === '201') ?? good[0] ?? ([] as const);
  const [content] = membersOf(answer?.['content']);
  const example = content?.[1]['example'];
  return html`<figure>
      <figcaption>Request</figcaption>
      <pre tabindex="0"><code>${textOf(sample, 'source')}</code></pre>
    </figure>
    <figure>
      <figcaption>Answer ${status}</figcaption>
      <pre
        tabindex="0"
      ><code>${example === undefined ? 'no body' : typeof example === 'string' ? example : JSON.stringify(example, null, 2)}</code></pre>
    </figure>`;
}
