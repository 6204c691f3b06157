import { html } from '../../text/html.ts';
import type { Html } from '../../text/html.ts';
import type { Schema } from '../json-schemas.ts';
import { isSchema, listOf, memberOf, membersOf, textOf } from './open-api.ts';
import { words } from './words.ts';

/** The members of an object as a table; nothing for a schema without members. */
export function schemaTable(schema: Schema): Html | undefined {
  const members = membersOf(schema['properties']);
  if (members.length === 0) return undefined;
  const required = listOf(schema['required']);
  return html`<table>
    <thead>
      <tr>
        <th scope="col">Member</th>
        <th scope="col">Type</th>
        <th scope="col">What it is</th>
      </tr>
    </thead>
    <tbody>
      ${members.map(
        ([name, member]) =>
          html`<tr>
            <th scope="row"><code>${name}</code></th>
            <td>
              ${typeWords(member)}${
                required.includes(name) ? undefined : html` <span class="quiet">optional</span>`
              }
            </td>
            <td>${meaning(member)}${nested(member)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A type in words, objects as links. */
export function typeWords(schema: Schema): Html {
  const reference = textOf(schema, '$ref');
  if (reference !== '') {
    const id = reference.split('/').at(-1) ?? '';
    return html`<a href="#object-${id}">${id}</a>`;
  }
  const choices = listOf(schema['anyOf'] ?? schema['oneOf']).filter(isSchema);
  if (choices.length > 0) return joined(choices.map(typeWords));
  const { type, items } = schema;
  if (type === 'array') return html`list of ${isSchema(items) ? typeWords(items) : 'anything'}`;
  if (Array.isArray(type)) return html`${type.join(' or ')}`;
  return html`${typeof type === 'string' ? type : 'any JSON'}`;
}

/** What a member means: description, choices, default. */
export function meaning(schema: Schema): Html {
  const values = listOf(schema['enum']);
  const standard = schema['default'];
  return html`${words(textOf(schema, 'description'))}
  ${
    values.length === 0
      ? undefined
      : html`One of ${joined(values.map((value) => html`<code>${String(value)}</code>`))}.`
  }
  ${
    standard === undefined || isSchema(standard)
      ? undefined
      : html`Default: <code>${JSON.stringify(standard)}</code>.`
  }`;
}

/** Members of an object inside, folded. */
function nested(schema: Schema): Html | undefined {
  const inside = [schema, memberOf(schema, 'items'), ...listOf(schema['anyOf']).filter(isSchema)];
  const table = inside.map(schemaTable).find((found) => found !== undefined);
  return table === undefined
    ? undefined
    : html`<details>
        <summary>Its members</summary>
        ${table}
      </details>`;
}

function joined(pieces: readonly Html[]): Html {
  return html`${pieces.map((piece, at) => (at === 0 ? piece : html` or ${piece}`))}`;
}
