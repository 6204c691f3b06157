import { describe, expect, it } from 'vitest';
import { findXmlFault } from './find-xml-fault.ts';

describe('well-formed XML', () => {
  it.each([
    ['an empty element', '<a/>'],
    ['a declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<a>x</a>\n'],
    ['attributes of both quotes', `<a b="it's" c='"' d = "x" />`],
    ['names of other scripts', '<größe ключ="1">x</größe>'],
    ['prefixes', '<s:Envelope xmlns:s="urn:x"><s:Body/></s:Envelope>'],
    ['entities', '<a b="&quot;&#39;">&lt;&amp;&gt;&apos;&#x1F600;</a>'],
    ['a > in a text', '<a>1 > 0</a>'],
    ['CDATA', '<a><![CDATA[<b> & ]] ]]></a>'],
    ['comments', '<!-- <b> & --><a><!----></a><!-- end -->'],
    ['an instruction', '<?style x?><a><?php echo "<"; ?></a>'],
    ['a document type, whose entities are not known here', '<!DOCTYPE html><a>&nbsp;</a>'],
    ['a document type with an address', '<!DOCTYPE a SYSTEM "x>y"><a/>'],
  ])('may have %s', (_, text) => {
    expect(findXmlFault(text)).toBeUndefined();
  });

  it('is not judged where it has declarations of its own', () => {
    expect(findXmlFault('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;')).toBeUndefined();
  });
});

describe('a fault of XML', () => {
  it.each([
    ['', 0, 'There is no element'],
    ['text', 0, 'Text stands outside of the root element'],
    ['<a/> x', 5, 'Text stands outside of the root element'],
    ['<a/><b/>', 4, '<b> is a second root element'],
    ['<a><b>', 3, '<b> is not closed'],
    ['<a><b></a>', 6, '</a> stands where <b> is open'],
    ['<a></A>', 3, '</A> stands where <a> is open'],
    ['<a/></a>', 4, '</a> closes nothing'],
    ['<a></a', 3, 'This closing tag cannot be read'],
    ['<a></>', 3, 'This closing tag cannot be read'],
    ['<a>1 < 2</a>', 5, 'This < begins no element'],
    ['<a><![cdata[]]></a>', 3, 'This < begins no element'],
    ['<![CDATA[x]]><a/>', 0, 'This < begins no element'],
    ['<a/><!DOCTYPE a>', 4, 'This < begins no element'],
    ['<a b=c>', 2, 'The tag <a> cannot be read from here on'],
    ['<a b="1"c="2"/>', 8, 'The tag <a> cannot be read from here on'],
    ['<a b="<"/>', 2, 'The tag <a> cannot be read from here on'],
    ['<a checked/>', 2, 'The tag <a> cannot be read from here on'],
    ['<a', 2, 'The tag <a> cannot be read from here on'],
    ['<a b="1" b="2"/>', 8, '<a> has the attribute b twice'],
    ['<a>R&D</a>', 4, 'This & stands alone'],
    ['<a b="R & D"/>', 8, 'This & stands alone'],
    ['<a>&nbsp;</a>', 3, 'XML does not know &nbsp;'],
    ['<a>&#0;</a>', 3, '&#0; is the number of no character'],
    ['<a>&#xD800;</a>', 3, '&#xD800; is the number of no character'],
    ['<a>\u0001</a>', 3, 'A control character stands in it'],
    ['<a>]]></a>', 3, 'Text may not hold ]]>'],
    ['<a><!-- x --- y --></a>', 10, 'A comment may not hold --'],
    ['<a><!-->', 3, 'This comment has no end'],
    ['<a><![CDATA[x', 3, 'This section of CDATA has no end'],
    [' <?xml version="1.0"?><a/>', 1, 'The XML declaration stands behind other text'],
    ['<?xml version="1.0"><a/>', 0, '<?xml has no end'],
    ['<a><? x ?></a>', 3, 'This <? begins no instruction'],
  ])('is told of %j', (text, index, message) => {
    const found = findXmlFault(text);

    expect(found).toMatchObject({ index, message });
    expect(found?.fix).not.toBe('');
  });

  it('is found in any depth, without recursion', () => {
    const deep = 100_000;

    expect(findXmlFault(`${'<a>'.repeat(deep)}${'</a>'.repeat(deep)}`)).toBeUndefined();
    expect(findXmlFault('<a>'.repeat(deep))).toMatchObject({ index: 3 * (deep - 1) });
  });
});
