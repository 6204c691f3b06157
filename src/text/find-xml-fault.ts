export interface XmlFault {
  /** Where it stands, in UTF-16 units. */
  readonly index: number;
  /** A sentence without its period. */
  readonly message: string;
  /** What to do about it. */
  readonly fix: string;
}

/**
 * The first fault for which a text is no well-formed document of XML 1.0 (fifth edition), or
 * `undefined` for a well-formed one. Nothing is loaded or expanded: a document with declarations
 * of its own (an internal subset) is not judged. Takes time in proportion to the text.
 */
export function findXmlFault(text: string): XmlFault | undefined {
  const refused = NO_CHARACTER.exec(text);
  if (refused !== null) {
    return fault(refused.index, 'A control character stands in it', 'remove it');
  }
  return new XmlReader(text).read();
}

const NAME_START = String.raw`:A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}`;
const NAME = `[${NAME_START}][${NAME_START}\\-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040]*`;
const BLANK = String.raw`[ \t\r\n]`;

const NO_CHARACTER = /[\0-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const NOT_BLANK = /[^ \t\r\n]/g;
const START = new RegExp(`<(${NAME})`, 'uy');
const ATTRIBUTE = new RegExp(`${BLANK}+(${NAME})${BLANK}*=${BLANK}*("[^"<]*"|'[^'<]*')`, 'uy');
const START_END = new RegExp(`${BLANK}*(/?)>`, 'uy');
const END = new RegExp(`</(${NAME})${BLANK}*>`, 'uy');
const INSTRUCTION = new RegExp(`<\\?(${NAME})(?=${BLANK}|\\?>)`, 'uy');
const REFERENCE = new RegExp(`&(?:#([0-9]+)|#x([0-9a-fA-F]+)|(${NAME}));`, 'uy');
/** Without declarations of its own. */
const DOCTYPE = /<!DOCTYPE(?:[^<>[\]"']|"[^"]*"|'[^']*')*>/y;
const ENTITIES: readonly string[] = ['amp', 'lt', 'gt', 'quot', 'apos'];

interface OpenElement {
  readonly name: string;
  readonly index: number;
}

class XmlReader {
  readonly #text: string;
  readonly #open: OpenElement[] = [];
  #at = 0;
  #hasRoot = false;
  /** True where a document type may declare entities that are not seen here. */
  #hasType = false;
  #isJudged = true;

  constructor(text: string) {
    this.#text = text;
  }

  read(): XmlFault | undefined {
    while (this.#at < this.#text.length && this.#isJudged) {
      const next = this.#text.indexOf('<', this.#at);
      const end = next === -1 ? this.#text.length : next;
      const found = this.#content(this.#at, end);
      if (found !== undefined) return found;
      this.#at = end;
      const markup = next === -1 ? undefined : this.#markup();
      if (markup !== undefined) return markup;
    }
    if (!this.#isJudged) return undefined;
    const last = this.#open.at(-1);
    if (last !== undefined) {
      return fault(last.index, `<${last.name}> is not closed`, `write </${last.name}> at its end`);
    }
    return this.#hasRoot ? undefined : fault(0, 'There is no element', 'write one around the text');
  }

  /** Reads what begins with the `<` here, and goes behind it. */
  #markup(): XmlFault | undefined {
    const rest = (begin: string): boolean => this.#text.startsWith(begin, this.#at);
    if (rest('<!--')) return this.#comment();
    if (rest('<![CDATA[') && this.#open.length > 0) {
      return this.#goBehind(']]>', 'This section of CDATA has no end');
    }
    if (rest('<!DOCTYPE') && !this.#hasRoot && this.#open.length === 0) return this.#type();
    if (rest('<?')) return this.#instruction();
    return rest('</') ? this.#endTag() : this.#startTag();
  }

  #startTag(): XmlFault | undefined {
    const index = this.#at;
    const name = this.#take(START)?.[1];
    if (name === undefined) return fault(index, 'This < begins no element', 'write &lt;');
    if (this.#open.length === 0 && this.#hasRoot) {
      return fault(index, `<${name}> is a second root element`, 'write one element around all');
    }
    const found = this.#attributes(name);
    if (found !== undefined) return found;
    const end = this.#take(START_END);
    if (end === undefined) {
      const message = `The tag <${name}> cannot be read from here on`;
      return fault(this.#at, message, 'write each attribute as name="value", and > at the end');
    }
    this.#hasRoot = true;
    if (end[1] === '') this.#open.push({ name, index });
    return undefined;
  }

  #attributes(element: string): XmlFault | undefined {
    const names = new Set<string>();
    let index = this.#at;
    for (let next = this.#take(ATTRIBUTE); next !== undefined; next = this.#take(ATTRIBUTE)) {
      const [, name = '', value = ''] = next;
      if (names.has(name)) {
        return fault(index, `<${element}> has the attribute ${name} twice`, 'remove one of them');
      }
      names.add(name);
      const found = this.#references(this.#at - value.length, this.#at);
      if (found !== undefined) return found;
      index = this.#at;
    }
    return undefined;
  }

  #endTag(): XmlFault | undefined {
    const index = this.#at;
    const name = this.#take(END)?.[1];
    if (name === undefined) return fault(index, 'This closing tag cannot be read', 'write </name>');
    const last = this.#open.pop();
    if (last?.name === name) return undefined;
    return last === undefined
      ? fault(index, `</${name}> closes nothing`, 'remove it')
      : fault(index, `</${name}> stands where <${last.name}> is open`, `write </${last.name}>`);
  }

  #comment(): XmlFault | undefined {
    const end = this.#text.indexOf('--', this.#at + 4);
    if (end !== -1 && this.#text[end + 2] !== '>') {
      return fault(end, 'A comment may not hold --', 'write one hyphen');
    }
    return this.#goBehind('-->', 'This comment has no end', 4);
  }

  #instruction(): XmlFault | undefined {
    const name = this.#take(INSTRUCTION, false)?.[1];
    if (name?.toLowerCase() === 'xml' && this.#at > 0) {
      const message = 'The XML declaration stands behind other text';
      return fault(this.#at, message, 'let the text begin with it');
    }
    return name === undefined
      ? fault(this.#at, 'This <? begins no instruction', 'write &lt;?')
      : this.#goBehind('?>', `<?${name} has no end`);
  }

  #type(): XmlFault | undefined {
    this.#isJudged = this.#take(DOCTYPE) !== undefined;
    this.#hasType = true;
    return undefined;
  }

  #goBehind(end: string, message: string, from = 0): XmlFault | undefined {
    const found = this.#text.indexOf(end, this.#at + from);
    if (found === -1) return fault(this.#at, message, `write ${end} at its end`);
    this.#at = found + end.length;
    return undefined;
  }

  /** Checks the text between two tags. */
  #content(from: number, to: number): XmlFault | undefined {
    if (this.#open.length === 0) {
      NOT_BLANK.lastIndex = from;
      const index = NOT_BLANK.exec(this.#text)?.index;
      return index === undefined || index >= to
        ? undefined
        : fault(index, 'Text stands outside of the root element', 'write it into the element');
    }
    const bracket = this.#text.slice(from, to).indexOf(']]>');
    if (bracket !== -1) return fault(from + bracket, 'Text may not hold ]]>', 'write ]]&gt;');
    return this.#references(from, to);
  }

  #references(from: number, to: number): XmlFault | undefined {
    const text = this.#text.slice(from, to);
    for (let index = text.indexOf('&'); index !== -1; index = text.indexOf('&', index + 1)) {
      REFERENCE.lastIndex = index;
      const found = REFERENCE.exec(text);
      if (found === null) return fault(from + index, 'This & stands alone', 'write &amp;');
      const [written, decimal, hex, name] = found;
      if (name === undefined) {
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        if (!isCharacter(code)) {
          return fault(from + index, `${written} is the number of no character`, 'remove it');
        }
      } else if (!ENTITIES.includes(name) && !this.#hasType) {
        const fix = 'write the character itself, or its number, such as &#160;';
        return fault(from + index, `XML does not know ${written}`, fix);
      }
    }
    return undefined;
  }

  /** What a pattern finds exactly here; goes behind it unless told otherwise. */
  #take(pattern: RegExp, goes = true): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found !== undefined && goes) this.#at += found[0].length;
    return found;
  }
}

function isCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code <= 0x10ffff && !isSurrogate && code !== 0xfffe && code !== 0xffff;
}

function fault(index: number, message: string, fix: string): XmlFault {
  return { index, message, fix };
}
