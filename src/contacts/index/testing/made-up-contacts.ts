import type { ContactRecord } from '../../contact-record.ts';

/** Names of people and companies as an address book of several countries has them. */
const NAMES: readonly (readonly [weight: number, first: string, last: string])[] = [
  [
    34,
    'James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Grace Zoe Quentin Wyatt Xavier Yvonne Ursula Olive Nadia Ian',
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark O'Brien McDonald Zimmerman Quigley Hopper",
  ],
  [
    16,
    'Peter Ursula Jürgen Sabine Günther Käthe Björn Heike Jörg Änne Wolfgang Katrin Uwe Anja',
    'Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Groß Jäger',
  ],
  [
    10,
    'Camille Élodie François Zoé Gaël Chloé Jérôme Anaïs Théo Inès Léa Noémie',
    'Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Lefèvre Garnier Côté Bélanger',
  ],
  [
    10,
    'José María Álvaro Lucía Iñigo Begoña João Inês Conceição Núria Raúl Sofía',
    'García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Núñez Silva Santos Ferreira Araújo Muñoz',
  ],
  [
    8,
    'Łukasz Małgorzata Zdzisław Agnieszka Żaneta Jiří Václav Zsófia György Ðorđe',
    'Nowak Kowalski Wiśniewski Wójcik Kamiński Dąbrowski Szymański Novák Dvořák Nagy Szabó Đorđević',
  ],
  [
    8,
    'Иван Мария Алексей Ольга Дмитрий Наталья Ярослав Ёлка Юлия Михайло',
    'Иванов Смирнова Кузнецов Попова Васильев Петрова Соколов Шевченко Ковалёва Щербаков',
  ],
  [
    5,
    '太郎 花子 健 美咲 翔太 さくら 大輔 陽子',
    '佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 ガルシア',
  ],
  [4, '伟 芳 娜 秀英 敏 静 丽 强', '王 李 张 刘 陈 杨 黄 赵 欧阳'],
  [3, 'محمد فاطمة أحمد عائشة علي زينب إبراهيم', 'الأحمد الحسن العلي السيد حداد خليل منصور'],
  [2, 'राजेश प्रिया अमित सुनीता विजय', 'कुमार शर्मा सिंह गुप्ता पटेल'],
];
const SYLLABLES =
  'ba be bi bo bu da de di do du fa fe fi ga go ha he hi ka ke ki ko la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi wa we za ze zu'.split(
    ' ',
  );
const BRANCHES =
  'Consulting Logistics Systems Labs Foods Energy Partners Bank Motors Media Textiles Holding'.split(
    ' ',
  );
const FORMS = 'Ltd GmbH Inc SARL AB Oy KK SpA Group'.split(' ');
const MAILERS = 'gmail outlook yahoo gmx proton icloud'.split(' ');
/** Written as people of several countries write them; the book's country is GB. */
const NUMBERS: readonly (readonly [weight: number, pattern: string])[] = [
  [30, '+44 20 7### ####'],
  [20, '020 7### ####'],
  [14, '+447########'],
  [8, '07### ######'],
  [8, '+1 (212) 5##-####'],
  [6, '+49 89 ########'],
  [6, '+33 1 4# ## ## ##'],
  [4, '0044 161 4## ####'],
  [2, '+81 3-3###-####'],
  [2, '1##'],
];

/** Contact number `at` of a made-up address book; the same for the same numbers. */
export function madeUpContact(at: number, seed = 1): ContactRecord {
  const random = randomOf(at * 2_654_435_761 + seed * 40_503);
  const [, first, last] = weighted(NAMES, random());
  const firstname = pick(first.split(' '), random());
  // Most family names are rare.
  const common = random() < 0.45;
  const lastname = common ? pick(last.split(' '), random() ** 2) : madeUpName(random);
  const company = `${madeUpName(random)} ${pick(BRANCHES, random())} ${pick(FORMS, random())}`;
  const works = random() < 0.7;
  const host = works ? `${company.split(' ')[0] ?? ''}.example` : `${pick(MAILERS, random())}.com`;
  const user = /^[a-z]+$/i.test(firstname + lastname)
    ? `${firstname}.${lastname}`
    : `user${at % 100_000}`;
  const phones = random() < 0.5 ? 1 : 2;
  return {
    kind: 'person',
    contactType: '',
    crmId: String(100_000 + at),
    name: `${firstname} ${lastname}`,
    firstname,
    lastname,
    ...(works ? { company, companyId: String(at % 50_000), jobTitle: 'Head of Sales' } : {}),
    emails: random() < 0.8 ? [`${user}@${host}`.toLowerCase()] : [],
    phones: Array.from({ length: phones }, () => madeUpNumber(random)),
    url: `https://crm.example.com/contacts/${100_000 + at}`,
  };
}

export function madeUpNumber(random: () => number): string {
  return weighted(NUMBERS, random())[1].replaceAll('#', () => String(Math.floor(random() * 10)));
}

function madeUpName(random: () => number): string {
  const count = 2 + Math.floor(random() * 2);
  const text = Array.from({ length: count }, () => pick(SYLLABLES, random())).join('');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Numbers in [0, 1) that a seed decides (xorshift32). */
export function randomOf(seed: number): () => number {
  let state = (seed % 0xffff_fffb) | 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
  // Seeds that are neighbours begin alike.
  for (let round = 0; round < 4; round += 1) next();
  return next;
}

function weighted<T extends readonly [number, ...unknown[]]>(rows: readonly T[], at: number): T {
  const sum = rows.reduce((total, [weight]) => total + weight, 0);
  let left = at * sum;
  for (const row of rows) {
    left -= row[0];
    if (left < 0) return row;
  }
  return pick(rows, 0);
}

function pick<T>(list: readonly T[], at: number): T {
  const found = list[Math.floor(at * list.length)];
  if (found === undefined) throw new Error('an empty list');
  return found;
}
