export type Severity = 'error' | 'warning' | 'info';

export interface FindingCodeRow {
  readonly severity: Severity;
  /** The group under which the reference page shows the code. */
  readonly group:
    'text' | 'shape' | 'names' | 'variables' | 'addresses' | 'methods' | 'sign_in' | 'secrets';
  readonly meaning: string;
  readonly advice: string;
}

/**
 * Every code that lint can report, once: a closed list. An error keeps a document from being used,
 * a warning asks for a look, an info tells how the document was read.
 */
export const FINDING_CODES = {
  byte_order_mark: {
    severity: 'info',
    group: 'text',
    meaning: 'The file begins with an invisible byte order mark, as some Windows editors write it.',
    advice: 'Nothing must be done; save the file as "UTF-8" without BOM to be rid of it.',
  },
  curly_quotes: {
    severity: 'error',
    group: 'text',
    meaning:
      'A text stands in curly quotes, which word processors and chat programs put in place of straight ones.',
    advice: 'Replace them by straight quotes ("). Write documents in a plain text editor.',
  },
  single_quotes: {
    severity: 'error',
    group: 'text',
    meaning: "A text stands in single quotes ('). JSON knows straight double quotes only.",
    advice: 'Replace them by straight double quotes (").',
  },
  missing_quotes: {
    severity: 'error',
    group: 'text',
    meaning: 'A key or a text has no quotes, or only one of the two.',
    advice: 'Put straight double quotes on both sides.',
  },
  trailing_comma: {
    severity: 'error',
    group: 'text',
    meaning: 'A comma stands after the last member, before } or ].',
    advice: 'Remove the comma.',
  },
  missing_comma: {
    severity: 'error',
    group: 'text',
    meaning: 'Two members follow each other without a comma between them.',
    advice: 'Put a comma between them.',
  },
  comment: {
    severity: 'error',
    group: 'text',
    meaning: 'A comment in a form that JSON does not have (// … or /* … */).',
    advice: 'Remove it, or write it as a member whose key begins with //: "//": "my note".',
  },
  invisible_character: {
    severity: 'error',
    group: 'text',
    meaning: 'An invisible character that JSON does not allow, such as a non-breaking blank.',
    advice: 'Replace it by an ordinary blank. It often comes with text pasted from a web page.',
  },
  json_syntax: {
    severity: 'error',
    group: 'text',
    meaning: 'The text is not valid JSON at this place.',
    advice: 'Compare brackets, colons and quotes around the place with an example.',
  },
  duplicate_key: {
    severity: 'error',
    group: 'text',
    meaning: 'An object has the same key twice, so one of the two values would be lost.',
    advice: 'Remove one of them, or give it another key.',
  },
  refused_key: {
    severity: 'error',
    group: 'text',
    meaning: 'A key that JavaScript programs give a special meaning: refused for safety.',
    advice: 'Remove the member.',
  },
  document_too_large: {
    severity: 'error',
    group: 'text',
    meaning: 'The document is larger than 256 KiB.',
    advice: 'Remove what is not needed, such as sample answers.',
  },
  too_deep: {
    severity: 'error',
    group: 'text',
    meaning: 'Objects and arrays are nested deeper than 32 levels.',
    advice: 'Look for a bracket that is opened and never closed.',
  },
  missing_field: {
    severity: 'error',
    group: 'shape',
    meaning: 'A key that must be there is missing.',
    advice: 'Add it; the message names it.',
  },
  wrong_type: {
    severity: 'error',
    group: 'shape',
    meaning:
      'A value has another JSON kind than the key wants, such as a number where a text belongs.',
    advice: 'Write the kind that the message names.',
  },
  invalid_option: {
    severity: 'error',
    group: 'shape',
    meaning: 'A value is not one of those that the key takes, or outside its bounds.',
    advice: 'Write one of the values that the message lists.',
  },
  unknown_field: {
    severity: 'warning',
    group: 'shape',
    meaning: 'A key that Patchcord does not know. It is kept, and never sent.',
    advice: 'Compare the spelling, or begin the key with _ if it is a note of yours.',
  },
  deprecated_field: {
    severity: 'warning',
    group: 'shape',
    meaning: 'An old spelling, still understood.',
    advice: 'Write the spelling that the message names.',
  },
  no_methods: {
    severity: 'error',
    group: 'shape',
    meaning: 'The document has no method, so it can do nothing.',
    advice: 'Write at least one method under `API`.',
  },
  misspelt_name: {
    severity: 'error',
    group: 'names',
    meaning: 'A placeholder that is almost a known name: it would go to the CRM as it stands.',
    advice: 'Write the name that the message gives.',
  },
  unknown_name: {
    severity: 'warning',
    group: 'names',
    meaning: 'A placeholder of no known name. It is sent as text, signs included.',
    advice: 'Declare the name under `parameters`, or leave the signs out if it is meant as text.',
  },
  unknown_name_in_answer: {
    severity: 'error',
    group: 'names',
    meaning: 'A placeholder of an answer has no known name, so nothing could be read.',
    advice: 'Use a name of the reference, or declare one of your own under `parameters`.',
  },
  misplaced_name: {
    severity: 'error',
    group: 'names',
    meaning: 'A name that is known only elsewhere, such as `page` outside a method with `paging`.',
    advice: 'Use it where it is known, or add what makes it known.',
  },
  undeclared_parameter: {
    severity: 'warning',
    group: 'names',
    meaning: 'A built-in parameter is used without being declared under `parameters`.',
    advice: 'Declare it with the type that the CRM wants.',
  },
  misspelt_parameter: {
    severity: 'error',
    group: 'names',
    meaning:
      'A declared name is almost a built-in one, so it is likely a misspelling and not a value of your own.',
    advice: 'Write the built-in name, or choose a name that differs more.',
  },
  old_parameter_name: {
    severity: 'warning',
    group: 'names',
    meaning: 'An old name of a parameter, still understood.',
    advice: 'Write the present name.',
  },
  property_shadows_parameter: {
    severity: 'warning',
    group: 'names',
    meaning: 'A property has the name of a parameter; the placeholder means the property.',
    advice: 'Give the property another label if the parameter is meant.',
  },
  duplicate_name: {
    severity: 'error',
    group: 'names',
    meaning: 'Two things of the document have the same name.',
    advice: 'Give one of them another name.',
  },
  invalid_label: {
    severity: 'error',
    group: 'names',
    meaning:
      'A label or name that cannot be a placeholder: it has `$`, `{` or `}`, a blank at an end, no letters, or more than 60 characters.',
    advice: 'Choose a plain label.',
  },
  other_notation: {
    severity: 'warning',
    group: 'names',
    meaning: 'A known name stands between the signs of the other notation, so it is sent as text.',
    advice: 'Use one notation: `$name$`, or `{name}` with `"var_char": "{}"`.',
  },
  lone_marker: {
    severity: 'warning',
    group: 'names',
    meaning: 'A known name has its opening sign but not its closing one, so it is sent as text.',
    advice: 'Add the closing sign: `$name$`.',
  },
  unused_property: {
    severity: 'info',
    group: 'names',
    meaning: 'A field of the form is asked for and used nowhere.',
    advice: 'Use its placeholder, or remove it.',
  },
  choice_unknown_key: {
    severity: 'error',
    group: 'variables',
    meaning: 'A choice is made by a name that does not exist.',
    advice: 'Write a parameter, property, variable or value of your own as the key.',
  },
  choice_keys: {
    severity: 'error',
    group: 'variables',
    meaning: 'The definition of a variable is an object with more than one key, or none.',
    advice: 'A choice has exactly one key: the name that it is made by.',
  },
  choice_row_never_matches: {
    severity: 'warning',
    group: 'variables',
    meaning: 'A row of a choice that no value can reach.',
    advice: 'Write one of the values that the message lists; letters count as they are.',
  },
  variable_cycle: {
    severity: 'error',
    group: 'variables',
    meaning: 'Variables that need each other, so none could ever be computed.',
    advice: 'Break the circle.',
  },
  chain_too_long: {
    severity: 'error',
    group: 'variables',
    meaning: 'More than 100 variables or defaults are made with each other, one after the other.',
    advice: 'Write the value where it is used.',
  },
  read_as_arithmetic: {
    severity: 'info',
    group: 'variables',
    meaning: 'A text that is computed: numbers and operators only.',
    advice: 'Nothing must be done; `{"text": "…"}` keeps it a text.',
  },
  not_arithmetic: {
    severity: 'warning',
    group: 'variables',
    meaning: 'A text looks like a calculation, but a name in it is no number, so it stays a text.',
    advice: 'Use an expression, `{"expression": "…"}`, or a parameter that is a number.',
  },
  date_form: {
    severity: 'info',
    group: 'variables',
    meaning: 'In which form dates go out.',
    advice: 'Nothing must be done if the CRM takes that form; else declare a `format`.',
  },
  invalid_format: {
    severity: 'error',
    group: 'variables',
    meaning: 'The form of a date has letters that mean nothing.',
    advice: 'Use yyyy, MM, dd, HH, mm, ss, SSS.',
  },
  expression_too_long: {
    severity: 'error',
    group: 'variables',
    meaning: 'An expression is longer than 16 KiB or has more than 256 parts.',
    advice: 'Split it into several variables.',
  },
  expression_syntax: {
    severity: 'error',
    group: 'variables',
    meaning: 'An expression cannot be read at this place.',
    advice: "Compare it with an example: `call_duration > 0 ? 'long' : 'short'`.",
  },
  expression_not_allowed: {
    severity: 'error',
    group: 'variables',
    meaning:
      'An expression uses something that documents may not use: lists, maps, regular expressions, methods of values.',
    advice: 'Use the functions of the reference.',
  },
  expression_type: {
    severity: 'error',
    group: 'variables',
    meaning: 'An expression puts together what does not go together, such as text and number.',
    advice: 'Make both sides the same kind.',
  },
  expression_argument: {
    severity: 'error',
    group: 'variables',
    meaning: 'A function of an expression is given something that it cannot use.',
    advice: 'The message says what it takes.',
  },
  compared_with_null: {
    severity: 'error',
    group: 'variables',
    meaning: 'An expression compares a name with null, which is never true or false as meant.',
    advice: 'Write `present(name)` or `!present(name)`.',
  },
  unknown_variable: {
    severity: 'error',
    group: 'variables',
    meaning: 'An expression uses a name that the document does not have.',
    advice: "Compare the spelling; a property is written `properties['Client ID']`.",
  },
  unknown_function: {
    severity: 'error',
    group: 'variables',
    meaning: 'An expression calls a function that does not exist.',
    advice: 'Use a function of the reference.',
  },
  invalid_url: {
    severity: 'error',
    group: 'addresses',
    meaning: 'An address that cannot be one.',
    advice: 'Write a whole address, such as https://api.example.com.',
  },
  plain_http: {
    severity: 'warning',
    group: 'addresses',
    meaning: 'An address that begins with http://: everything sent to it can be read on the way.',
    advice: 'Write https://.',
  },
  unsafe_link: {
    severity: 'error',
    group: 'addresses',
    meaning: "A link that would run a program in the reader's browser, or open no web page.",
    advice: 'Write an address that begins with https://.',
  },
  credentials_in_url: {
    severity: 'error',
    group: 'addresses',
    meaning: 'An address with user name or password before the host.',
    advice: 'Write them as `auth` of type Basic.',
  },
  address_from_answer: {
    severity: 'error',
    group: 'addresses',
    meaning:
      'A value of an answer or of the call decides where a request goes, and the credentials would go there too.',
    advice: 'Add `"auth": "none"` to the request, and list the hosts in `hosts`.',
  },
  host_not_declared: {
    severity: 'error',
    group: 'addresses',
    meaning: 'An address whose host is not in `hosts`.',
    advice: 'Add the host to `hosts`, or mend the address.',
  },
  invalid_host: {
    severity: 'error',
    group: 'addresses',
    meaning: 'An element of `hosts` that is no host name, or whose `*` reaches too far.',
    advice: 'Write a host name; `*.` may stand at its beginning, before at least two labels.',
  },
  percent_in_path: {
    severity: 'warning',
    group: 'addresses',
    meaning: 'A % in a path that is not part of a code such as %20, or that may be read as one.',
    advice: 'Write the query under `request_parameters`, where it is encoded for you.',
  },
  dot_segment: {
    severity: 'error',
    group: 'addresses',
    meaning:
      'A piece of a path is . or .. (also written %2e), which leads to another path than the one that is written.',
    advice: 'Write the path that is meant.',
  },
  path_and_url: {
    severity: 'warning',
    group: 'addresses',
    meaning: 'A method has both `request_path` and `request_url`; only `request_url` counts.',
    advice: 'Remove one of them.',
  },
  unknown_method: {
    severity: 'warning',
    group: 'methods',
    meaning: 'A method that Patchcord does not have. It is kept and never run.',
    advice: 'Compare the spelling; capitals count.',
  },
  list_as_query: {
    severity: 'error',
    group: 'methods',
    meaning: 'A list where named values are needed: a query or a form.',
    advice: 'Write an object: `{"name": "value"}`.',
  },
  duplicate_query_name: {
    severity: 'warning',
    group: 'methods',
    meaning:
      "The same name stands twice in what makes the query. Of the path's query and the parameters both are sent; of `query` and `request_parameters` only the latter.",
    advice: 'Remove one of them.',
  },
  optional_key: {
    severity: 'info',
    group: 'methods',
    meaning:
      'A placeholder in a key may have no value; the member is then left out, whatever stands in it.',
    advice: 'Nothing must be done where that is meant; a required property always has a value.',
  },
  equal_keys: {
    severity: 'error',
    group: 'methods',
    meaning:
      'Two keys of one object hold the same placeholder under an old and a new name, so that they become equal.',
    advice: 'Remove one of the two members.',
  },
  text_as_query: {
    severity: 'error',
    group: 'methods',
    meaning: 'A text where named values are needed: a query or a form.',
    advice: 'Write an object: `{"name": "value"}`.',
  },
  text_without_type: {
    severity: 'info',
    group: 'methods',
    meaning: 'A body that is a text, without a media type. It goes out as `text/plain`.',
    advice: 'Add `request_content_type` if the CRM wants another one.',
  },
  json_as_text: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'A body of JSON is written as one text. Values are escaped in it, but a missing one leaves its key behind, and a text outside of quotes is refused.',
    advice: 'Write it as an object or a list.',
  },
  json_by_hand: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'A text that is JSON is put together by hand, with placeholders between its quotes. A value with a quote or a line break breaks it, and a missing one leaves its key behind.',
    advice:
      'Write a variable of the form `{"json": …}`, which takes the tree itself; a whole body is written as an object or a list.',
  },
  xml_syntax: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'A body of the type XML is not well-formed once its placeholders are filled with plain text.',
    advice:
      'Mend the place that the message names. Values are escaped when they are put in; what the document writes itself is not, so an `&` is written `&amp;`, a `<` `&lt;`.',
  },
  misplaced_file: {
    severity: 'error',
    group: 'methods',
    meaning:
      'The recording stands where it cannot be sent, such as an address, a header, a key, a form or a variable.',
    advice: 'Put it into `request_parameters` of a POST or PUT: in JSON, in multipart, or alone.',
  },
  key_without_effect: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'A key changes nothing where it stands: `cleared` outside of `UpdateContact` and `UpdateActivity`, `phone_formats` where `FindContact` does not ask for the bare number, a request beside `steps`, `contact_url` of a method that is about no contact.',
    advice: 'Remove it, or write what it is for.',
  },
  no_requests: {
    severity: 'error',
    group: 'methods',
    meaning: 'A method is an empty list, or its `steps` are: it never sends anything.',
    advice: 'Write a request, or remove the method.',
  },
  unreachable_request: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'Of several objects of a method the first runs whose `when` holds. One before this has no `when`, so this one never runs.',
    advice: 'Give the one before it a `when`, or move it to the end.',
  },
  refused_header: {
    severity: 'error',
    group: 'methods',
    meaning: 'A header that documents may not set, or a value that no header can carry.',
    advice: 'Remove it; credentials belong into `auth`.',
  },
  quoted_value: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'A value stands between quotes in a query or a search without `escape`. A value that holds a quote itself could change the query, so the request is refused for it.',
    advice:
      'Declare `escape` with the language of the query; in a path, move the query into `request_parameters`.',
  },
  missing_id_in_answer: {
    severity: 'warning',
    group: 'methods',
    meaning: "The answer's map does not bind the id that makes a record, so nothing is found.",
    advice: 'Bind the id that the message names.',
  },
  no_number_in_answer: {
    severity: 'warning',
    group: 'methods',
    meaning:
      "`FindContact` binds no phone number, so the number in the answer cannot be compared with the caller's. Some CRMs answer an unknown filter with everybody.",
    advice: 'Bind `$phone$` or `$mobile$` too.',
  },
  unbound_in_step: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'A request of `steps` uses a value of your own that nothing has bound before it: no earlier step, no other method, not the sign-in. It has no value there.',
    advice: 'Bring the steps into the order in which their values come, or bind the value.',
  },
  method_without_record: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'A method changes the record of a call, but the document has no `CreateActivity` that makes one, so the method never runs.',
    advice: 'Add `CreateActivity`, or remove the method.',
  },
  record_without_id: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'The answer of `CreateActivity` binds no `activity_id`, and a later method of the call uses it.',
    advice: 'Bind it in `response_map` or `response_headers`, where the CRM tells the id.',
  },
  request_without_key_value: {
    severity: 'warning',
    group: 'methods',
    meaning:
      'A request does not use the value that it is about, such as the number in `FindContact`.',
    advice: 'Use the value that the message names.',
  },
  literal_in_response: {
    severity: 'info',
    group: 'methods',
    meaning: "A plain value in an answer's map must be equal in the answer.",
    advice: 'There is nothing to do if that is meant; if it is a sample value, remove it.',
  },
  row_fits_all: {
    severity: 'error',
    group: 'methods',
    meaning: 'A row of `errors` says neither a `status` nor a `when`, so it fits every answer.',
    advice:
      'Say which answers are meant. Rows are asked in their order; the first that fits is used.',
  },
  response_binds_variable: {
    severity: 'error',
    group: 'methods',
    meaning: 'An answer cannot fill a variable: variables are computed.',
    advice: 'Bind a parameter, or declare a value of your own under `parameters`.',
  },
  not_to_be_filled: {
    severity: 'error',
    group: 'methods',
    meaning:
      '`derive` names something that an answer of this method cannot fill, such as a property or a value of the call.',
    advice: 'Declare a value of your own under `parameters` and compute that.',
  },
  ambiguous_answer_text: {
    severity: 'error',
    group: 'methods',
    meaning: "A text of an answer's map holds two values, and nobody could tell where one ends.",
    advice: 'Bind one value per text.',
  },
  number_form_in_answer: {
    severity: 'warning',
    group: 'methods',
    meaning:
      "A form of a number, such as `phone_e164`, stands in an answer's map, where nothing is read into it.",
    advice: 'Bind the number itself, such as `phone`: it is read in any form.',
  },
  paging_without_value: {
    severity: 'error',
    group: 'methods',
    meaning:
      'A method with `paging` does not use the value that moves from page to page, so it would read the same page again and again.',
    advice: 'Use the placeholder that the message names.',
  },
  auth_and_oauth2: {
    severity: 'warning',
    group: 'sign_in',
    meaning: 'Both `auth` and `OAuth2` are there; `OAuth2` wins.',
    advice: 'Remove one of them.',
  },
  reserved_authorization_parameter: {
    severity: 'error',
    group: 'sign_in',
    meaning:
      'A name in `authorization_parameters` that Patchcord fills itself: `response_type`, `client_id`, `redirect_uri`, `state`, `code_challenge`, `code_challenge_method`.',
    advice: 'Remove it.',
  },
  reserved_token_parameter: {
    severity: 'warning',
    group: 'sign_in',
    meaning:
      'A name in `token_parameters` that Patchcord fills itself, such as `grant_type`, `code` or `redirect_uri`. It is not sent.',
    advice: 'Remove it; the flow `client_credentials` alone may have a `grant_type` of its own.',
  },
  token_content_type: {
    severity: 'warning',
    group: 'sign_in',
    meaning:
      'A `content_type` in `token_parameters` that names neither a form nor multipart nor JSON. The fields of the token request are sent as JSON under that name.',
    advice:
      'Write `application/x-www-form-urlencoded`, as most CRMs want it, or `application/json`.',
  },
  flow_differs: {
    severity: 'error',
    group: 'sign_in',
    meaning: '`flow` and `flow_type` of `OAuth2` mean different flows.',
    advice: 'Keep `flow` alone.',
  },
  token_not_sent: {
    severity: 'error',
    group: 'sign_in',
    meaning:
      'The text that presents the token of the sign-in does not hold it, so each request would be refused.',
    advice: 'Put `$access_token$` of `OAuth2`, or `$session_token$` of `Session`, into the text.',
  },
  token_not_bound: {
    severity: 'error',
    group: 'sign_in',
    meaning: 'The answer to the login of `Session` binds no `$session_token$`.',
    advice: 'Put `$session_token$` where the token stands in the answer.',
  },
  token_shown: {
    severity: 'error',
    group: 'sign_in',
    meaning:
      'The answer to a sign-in binds a token as the account, as a property that is no secret, or as a value of the document: people or links would show it.',
    advice: 'Remove it; `request_auth` or `present` puts the token into requests.',
  },
  no_value_at_sign_in: {
    severity: 'warning',
    group: 'sign_in',
    meaning: 'A value of calls or contacts stands in the sign-in, where it never has a value.',
    advice: 'Use a property.',
  },
  never_filled: {
    severity: 'error',
    group: 'sign_in',
    meaning: 'A property with `filled_by` that no answer of the sign-in binds.',
    advice:
      'Bind it in `token_response_map`, `callback_map`, `response_map` of `auth`, or `Account`.',
  },
  filled_too_late: {
    severity: 'error',
    group: 'sign_in',
    meaning: 'A property with `filled_by` is needed for the request whose answer fills it.',
    advice: 'Write what is known before, or give the property a `default`.',
  },
  hosts_needed: {
    severity: 'error',
    group: 'sign_in',
    meaning:
      'The sign-in or another answer gives an address, and `hosts` does not say which ones it may be. For one that the redirect fills only elements without `*` count.',
    advice: 'List the hosts of the CRM in `hosts`.',
  },
  property_compared: {
    severity: 'warning',
    group: 'sign_in',
    meaning:
      'A property without `filled_by` stands in an answer of the sign-in: the answer must be equal to it, and fills nothing.',
    advice: 'Add `"filled_by": "sign_in"` to the property if the sign-in is to fill it.',
  },
  secret_in_document: {
    severity: 'error',
    group: 'secrets',
    meaning:
      'A credential is written into the document, where everybody who gets the document can read it.',
    advice: 'Make it a property of type secret, and write its placeholder.',
  },
  possible_secret: {
    severity: 'warning',
    group: 'secrets',
    meaning: 'A value that may be a credential is written into the document.',
    advice: 'If it is one, make it a property of type secret.',
  },
  secret_in_request: {
    severity: 'warning',
    group: 'secrets',
    meaning:
      'A secret is used outside headers and authentication, so it may appear in logs of the CRM.',
    advice: 'Send it in a header, if the CRM allows it.',
  },
  secret_in_link: {
    severity: 'error',
    group: 'secrets',
    meaning: 'A secret is part of a link that is opened in a browser.',
    advice: 'Remove it from the link.',
  },
  too_many_methods: {
    severity: 'error',
    group: 'methods',
    meaning: 'The document has more than 200 methods.',
    advice: 'Remove those that never run.',
  },
  too_many: {
    severity: 'error',
    group: 'shape',
    meaning:
      'A section has more members than any document needs: more than 1,000 properties, parameters, variables or choices of a property, more than 200 hosts or headers, more than 10 limits, or more than 20 steps of a method. The rest of the document is not checked.',
    advice: 'Remove what is not used.',
  },
  too_many_findings: {
    severity: 'info',
    group: 'text',
    meaning: 'There are more than 1,000 findings, and only the first are listed.',
    advice: 'Mend the first ones and lint again.',
  },
} as const satisfies Record<string, FindingCodeRow>;

export type FindingCode = keyof typeof FINDING_CODES;
