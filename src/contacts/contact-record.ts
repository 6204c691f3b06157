/** What names a contact in its CRM: ids of people and companies, and of kinds of record, may be equal. */
export interface ContactKey {
  readonly kind: 'person' | 'company';
  /** The kind of record, as the document names it; `''` where it names none. */
  readonly contactType: string;
  readonly crmId: string;
}

/** A person or a company as a CRM tells of it. */
export interface ContactRecord extends ContactKey {
  /** The full name; may be `''`. */
  readonly name: string;
  readonly firstname?: string;
  readonly lastname?: string;
  readonly company?: string;
  readonly companyId?: string;
  readonly jobTitle?: string;
  readonly emails: readonly string[];
  /** As the CRM wrote them. */
  readonly phones: readonly string[];
  readonly url?: string;
}

/** A key as one text: those of two contacts differ. */
export function keyText({ kind, contactType, crmId }: ContactKey): string {
  return `${kind} ${contactType}\u0000${crmId}`;
}
