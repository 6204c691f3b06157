/** Id, name, trade, main number, town, country. */
type CompanyRow = readonly [string, string, string, string, string, string];

/**
 * The firms the demo CRM begins with. The numbers are ones that regulators keep free for fiction:
 * Ofcom (GB), Bundesnetzagentur (DE), Arcep (FR), PTS (SE), ACMA (AU), ComReg (IE), and 555-01xx (US).
 */
export const COMPANIES: readonly CompanyRow[] = [
  ['o-1', 'Harbour Bakery', 'Food', '+44 20 7946 0010', 'London', 'GB'],
  ['o-2', 'Turner & Sons Roofing', 'Building', '0161 496 0200', 'Manchester', 'GB'],
  ['o-3', 'Studio Conti', 'Design', '+44 131 496 0730', 'Edinburgh', 'GB'],
  ['o-4', 'Patel Opticians', 'Health', '+44 117 496 0380', 'Bristol', 'GB'],
  ['o-5', 'Nordlicht Logistik', 'Transport', '+49 40 66969 100', 'Hamburg', 'DE'],
  ['o-6', 'Kranich Software', 'Software', '+49 30 23125 400', 'Berlin', 'DE'],
  ['o-7', 'Atelier Moreau', 'Architecture', '01 99 00 21 00', 'Paris', 'FR'],
  ['o-8', 'Vignobles Castelroc', 'Wine', '+33 5 36 49 30 10', 'Bordeaux', 'FR'],
  ['o-9', 'Lakeside Dental Group', 'Health', '(312) 555-0140', 'Chicago', 'US'],
  ['o-10', 'Brightwater Solar', 'Energy', '+1 512-555-0160', 'Austin', 'US'],
  ['o-11', 'Tallgrass Outfitters', 'Retail', '+1 (303) 555-0120', 'Denver', 'US'],
  ['o-12', 'Söderberg Möbler', 'Furniture', '+46 8 465 004 10', 'Stockholm', 'SE'],
  ['o-13', 'Wattle & Gum Landscapes', 'Gardens', '(02) 5550 4100', 'Sydney', 'AU'],
  ['o-14', 'Murphy Marine Supplies', 'Retail', '+353 20 910 3300', 'Cork', 'IE'],
  ['o-15', 'Cardiff Cycle Works', 'Repairs', '029 2018 0500', 'Cardiff', 'GB'],
];
