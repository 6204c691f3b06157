import { asHtml, html } from '../../text/html.ts';
import type { Html } from '../../text/html.ts';
import type { Schema } from '../json-schemas.ts';
import { isSchema, listOf, memberOf, membersOf, operationsOf, textOf } from './open-api.ts';
import type { Operation } from './open-api.ts';
import { operationSection } from './operation.ts';
import { meaning, schemaTable } from './schema-table.ts';
import { STYLE } from './style.ts';
import { words } from './words.ts';

/**
 * The API's reference as one page of HTML, made from nothing but its OpenAPI document. It loads
 * nothing from anywhere and needs no script; its style sheet is `STYLE`.
 */
export function referencePage(document: Schema): string {
  const operations = operationsOf(document);
  const groups = listOf(document['tags'])
    .filter(isSchema)
    .map((tag) => ({
      name: textOf(tag, 'name'),
      description: textOf(tag, 'description'),
      operations: operations.filter((operation) => operation.tag === textOf(tag, 'name')),
    }));
  const objects = membersOf(memberOf(memberOf(document, 'components'), 'schemas'));
  const info = memberOf(document, 'info');
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>API reference · ${textOf(info, 'title')}</title>
        ${asHtml(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <a class="skip" href="#content">Go to the content</a>
        <div class="frame">
          <nav aria-label="Routes" id="routes">
            <strong>${textOf(info, 'title')} API</strong>
            <ul>
              ${groups.map(menu)}
              <li>
                <details>
                  <summary>Objects</summary>
                  <ul>
                    ${objects.map(([name]) => html`<li><a href="#object-${name}">${name}</a></li>`)}
                  </ul>
                </details>
              </li>
            </ul>
          </nav>
          <main id="content">
            <div class="intro">
              <h1>API reference</h1>
              ${introduction(info)}
            </div>
            ${groups.map(group)}
            <section class="group" id="objects" aria-labelledby="objects-title">
              <h2 id="objects-title">Objects</h2>
              ${objects.map(object)}
            </section>
          </main>
        </div>
        <a class="up" href="#routes">All routes</a>
      </body>
    </html> `;
  return page.html;
}

interface Group {
  readonly name: string;
  readonly description: string;
  readonly operations: readonly Operation[];
}

function menu({ name, operations }: Group): Html {
  return html`<li>
    <details>
      <summary>${name}</summary>
      <ul>
        ${operations.map(
          ({ id, node }) => html`<li><a href="#${id}">${textOf(node, 'summary')}</a></li>`,
        )}
      </ul>
    </details>
  </li>`;
}

/** The paragraphs of the document's description; `**term**: text` is a row of a list of terms. */
function introduction(info: Schema): Html {
  const paragraphs = textOf(info, 'description').split('\n\n');
  const terms = paragraphs.flatMap((paragraph) => {
    const found = /^\*\*(.+?)\*\*: ([\s\S]+)$/u.exec(paragraph);
    return found === null ? [] : [[found[1] ?? '', found[2] ?? ''] as const];
  });
  return html`${paragraphs
      .filter((paragraph) => !paragraph.startsWith('**'))
      .map((paragraph) => html`<p>${words(paragraph)}</p>`)}
    <dl>
      ${terms.map(
        ([term, text]) =>
          html`<dt>${term}</dt>
            <dd>${words(text)}</dd>`,
      )}
    </dl>`;
}

function group({ name, description, operations }: Group): Html {
  const id = `group-${name.replaceAll(' ', '-')}`;
  return html`<section class="group" aria-labelledby="${id}">
    <h2 id="${id}">${name}</h2>
    <p>${words(description)}</p>
    ${operations.map(operationSection)}
  </section>`;
}

function object([name, schema]: readonly [string, Schema]): Html {
  return html`<section class="object" id="object-${name}" aria-labelledby="object-${name}-title">
    <div>
      <h3 id="object-${name}-title"><a href="#object-${name}">${name}</a></h3>
      <p>${meaning(schema)}</p>
      ${schemaTable(schema)}
    </div>
  </section>`;
}
