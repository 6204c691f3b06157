import type { ApiClient } from '../real/api-client.ts';
import { openOffice } from '../real/office.ts';
import type { CrmStyle, OfficeStyle } from './office-styles.ts';
import type { PhoneSystem } from './phone-lines.ts';

export interface SoakOffice {
  readonly phone: PhoneSystem;
  readonly connectionId: string;
  readonly style: CrmStyle;
  readonly administrator: ApiClient;
}

/** Sets up one organization for each style of CRM, over HTTP. */
export async function openSoakOffices(
  origin: string,
  adminKey: string,
  of: { readonly styles: readonly OfficeStyle[]; readonly crmOrigin: string },
): Promise<readonly SoakOffice[]> {
  const offices: SoakOffice[] = [];
  for (const { style, document, options } of of.styles) {
    const office = await openOffice(origin, adminKey, {
      document,
      properties: { Address: `${of.crmOrigin}/${style}`, 'API token': 'soak' },
      email: 'bob@crm.test',
      connection: options,
    });
    const phone = { eventsKey: office.eventsKey, name: style };
    const { connectionId, administrator } = office;
    offices.push({ phone, connectionId, style, administrator });
  }
  return offices;
}
