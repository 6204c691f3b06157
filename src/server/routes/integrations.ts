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
import { logoOf } from '../../connections/logos/logo-of.ts';
import { findLogo, findLogos } from '../../connections/logos/logos-repository.ts';
import type { LogoRow } from '../../connections/logos/logos-repository.ts';
import { putIntegration as put } from '../../connections/put-integration.ts';
import type { IntegrationVersion } from '../../connections/integrations-repository.ts';
import {
  createIntegration,
  createIntegrationVersion,
  getIntegration,
  getIntegrationLogo,
  lintIntegration,
  listIntegrations,
  putIntegration,
} from '../../contract/integrations.ts';
import type { Integration, IntegrationWithDocument } from '../../contract/integrations.ts';
import type { CompiledDocument } from '../../document/compiled-document.ts';
import type { Finding } from '../../document/findings/finding.ts';
import { AppError } from '../../errors/app-error.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import { checkConditions } from '../conditions.ts';
import { route } from '../route.ts';
import type { Answer, RequestContext, Route } from '../route.ts';
import { serveLogo } from '../serve-logo.ts';
import { actorOf, iso, presentPage } from './present.ts';

export interface IntegrationRouteDeps extends IntegrationDeps {
  readonly lint: (text: string) => readonly Finding[];
  /** The compiled form of a stored version; compiles each text once. */
  readonly documents: (version: { digest: string; document: string }) => CompiledDocument;
  /** Called after each commit: there may be a logo to fetch. */
  readonly wakeLogos: () => void;
}

/** Documents: publish, lint, read. */
export function integrationRoutes(deps: IntegrationRouteDeps): readonly Route[] {
  const { database, documents, lint, wakeLogos } = deps;
  const whole = async (
    row: IntegrationVersion,
    scope: OrganizationScope,
  ): Promise<Answer<z.input<typeof IntegrationWithDocument>>> => {
    const logos = await findLogos(database.read, scope, [row.id]);
    const integration = presentIntegration(row, documents(row), logos.get(row.id));
    return {
      body: { ...integration, document: row.document, findings: [...lint(row.document)] },
      revision: row.number,
    };
  };
  return [
    route(listIntegrations, async ({ query }, { scope }) => {
      const page = await listRows(database.read, scope(), query);
      const ids = page.items.map(({ id }) => id);
      const logos = await findLogos(database.read, scope(), ids);
      const present = (row: IntegrationVersion): z.input<typeof Integration> =>
        presentIntegration(row, documents(row), logos.get(row.id));
      return { body: presentPage(page, present) };
    }),
    route(createIntegration, async ({ body }, context) => {
      const publication = { document: body.document, actor: actorOf(context) };
      const row = await publish(deps, context.scope(), publication);
      wakeLogos();
      return await whole(row, context.scope());
    }),
    route(lintIntegration, async ({ body }) => {
      const findings = [...lint(body.document)];
      return { body: { ok: findings.every(({ severity }) => severity !== 'error'), findings } };
    }),
    route(getIntegration, async ({ params }, { scope }) => {
      const row = await findIntegration(database.read, scope(), params.integration_id);
      if (row === undefined) throw new AppError('not_found', 'No such integration.');
      return await whole(row, scope());
    }),
    route(getIntegrationLogo, async ({ params }, context) => {
      const logo = await findLogo(database.read, context.scope(), params.integration_id);
      if (logo === undefined) throw new AppError('not_found', 'The integration has no logo.');
      return serveLogo(logo, context);
    }),
    route(putIntegration, async ({ params, body }, context) => {
      const { row, created } = await put(deps, context.scope(), {
        documentId: params.document_id,
        document: body.document,
        actor: actorOf(context),
        allow: allowVersion(context),
      });
      wakeLogos();
      return { ...(await whole(row, context.scope())), created };
    }),
    route(createIntegrationVersion, async ({ params, body }, context) => {
      const row = await publishVersion(deps, context.scope(), {
        integrationId: params.integration_id,
        document: body.document,
        actor: actorOf(context),
        allow: allowVersion(context),
      });
      wakeLogos();
      return await whole(row, context.scope());
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
  logo: LogoRow | undefined,
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
    logo: presentLogo(row, logo),
    created_at: iso(row.created_at),
    updated_at: iso(row.published_at),
  };
}

/** Nobody has looked at a document that was published a moment ago: then it tells what will be. */
function presentLogo(
  { id, version_id, document }: IntegrationVersion,
  row: LogoRow | undefined,
): z.input<typeof Integration>['logo'] {
  const seen = row?.version_id === version_id ? row : withoutLook(logoOf(document), row);
  const state = seen === undefined || seen.state === 'wanted' ? 'waiting' : seen.state;
  if (state === 'none') return { state, url: null, message: null };
  const hasPicture = row !== undefined && row.sha256 !== null;
  const url = hasPicture ? `/v1/integrations/${id}/logo` : null;
  return { state, url, message: seen?.message ?? null };
}

/** What the keeper will note of a document: the picture that an earlier version named is kept. */
function withoutLook(
  named: string | undefined,
  row: LogoRow | undefined,
): Pick<LogoRow, 'state' | 'message'> | undefined {
  if (named === undefined) return { state: 'none', message: null };
  return row?.url === named ? row : undefined;
}
