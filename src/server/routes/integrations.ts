import type * as z from 'zod';

import {
  createIntegration as publish,
  createIntegrationVersion as publishVersion,
} from '../../connections/integrations.ts';
import type { IntegrationDeps } from '../../connections/integrations.ts';
import {
  findIntegration,
  listIntegrations as listRows,
} from '../../connections/integrations-repository.ts';
import { putIntegration as put } from '../../connections/put-integration.ts';
import type { IntegrationVersion } from '../../connections/integrations-repository.ts';
import {
  createIntegration,
  createIntegrationVersion,
  getIntegration,
  lintIntegration,
  listIntegrations,
  putIntegration,
} from '../../contract/integrations.ts';
import type { Integration, IntegrationWithDocument } from '../../contract/integrations.ts';
import type { CompiledDocument } from '../../document/compiled-document.ts';
import type { Finding } from '../../document/findings/finding.ts';
import { AppError } from '../../errors/app-error.ts';
import { checkConditions } from '../conditions.ts';
import { route } from '../route.ts';
import type { Answer, RequestContext, Route } from '../route.ts';
import { actorOf, iso, presentPage } from './present.ts';

export interface IntegrationRouteDeps extends IntegrationDeps {
  readonly lint: (text: string) => readonly Finding[];
  /** The compiled form of a stored version; compiles each text once. */
  readonly documents: (version: { digest: string; document: string }) => CompiledDocument;
}

/** Documents: publish, lint, read. */
export function integrationRoutes(deps: IntegrationRouteDeps): readonly Route[] {
  const { database, documents, lint } = deps;
  const present = (row: IntegrationVersion): z.input<typeof Integration> =>
    presentIntegration(row, documents(row));
  const whole = (row: IntegrationVersion): Answer<z.input<typeof IntegrationWithDocument>> => ({
    body: { ...present(row), document: row.document, findings: [...lint(row.document)] },
    revision: row.number,
  });
  return [
    route(listIntegrations, async ({ query }, { scope }) => ({
      body: presentPage(await listRows(database.read, scope(), query), present),
    })),
    route(createIntegration, async ({ body }, context) => {
      const publication = { document: body.document, actor: actorOf(context) };
      return whole(await publish(deps, context.scope(), publication));
    }),
    route(lintIntegration, async ({ body }) => {
      const findings = [...lint(body.document)];
      return { body: { ok: findings.every(({ severity }) => severity !== 'error'), findings } };
    }),
    route(getIntegration, async ({ params }, { scope }) => {
      const row = await findIntegration(database.read, scope(), params.integration_id);
      if (row === undefined) throw new AppError('not_found', 'No such integration.');
      return whole(row);
    }),
    route(putIntegration, async ({ params, body }, context) => {
      const { row, created } = await put(deps, context.scope(), {
        documentId: params.document_id,
        document: body.document,
        actor: actorOf(context),
        allow: allowVersion(context),
      });
      return { ...whole(row), created };
    }),
    route(createIntegrationVersion, async ({ params, body }, context) => {
      const row = await publishVersion(deps, context.scope(), {
        integrationId: params.integration_id,
        document: body.document,
        actor: actorOf(context),
        allow: allowVersion(context),
      });
      return whole(row);
    }),
  ];
}

/** The version is the revision of an integration. */
function allowVersion({
  header,
}: RequestContext): (newest: IntegrationVersion | undefined) => void {
  return (newest) => {
    checkConditions(header, newest === undefined ? undefined : `"${newest.number}"`);
  };
}

function presentIntegration(
  row: IntegrationVersion,
  document: CompiledDocument,
): z.input<typeof Integration> {
  return {
    id: row.id,
    document_id: row.document_id,
    name: document.name,
    version: row.number,
    methods: [...document.methods.keys()],
    properties: document.properties.map((field) => ({
      label: field.label,
      type: field.type,
      secret: field.secret,
      required: field.required,
      ...(field.help === undefined ? {} : { help: field.help }),
    })),
    created_at: iso(row.created_at),
    updated_at: iso(row.published_at),
  };
}
