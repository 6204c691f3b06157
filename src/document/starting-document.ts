/**
 * The document that an author begins with: every method that runs, with notes. As text, so that the
 * order of keys and the blank lines are those that people read; it lints without error or warning.
 */
export function startingDocument(name: string): string {
  return TEMPLATE.replace('NAME_OF_THE_CRM', () => JSON.stringify(name).slice(1, -1)).replace(
    'ID_OF_THE_CRM',
    () => integrationId(name),
  );
}

/** An id for an integration of that name: small letters, digits and `-`. */
export function integrationId(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{Mark}/gu, '');
  const id = plain
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
  return id === '' ? 'my-crm' : id;
}

const TEMPLATE = String.raw`{
  "//": "A document that describes one CRM. Keys that begin with // or _ are notes like this one: they are never sent, delete them as you like. Change the rest to what the API page of your CRM says, and check it with: patchcord lint FILE",

  "id": "ID_OF_THE_CRM",
  "name": "NAME_OF_THE_CRM",
  "class": "crm",
  "version": "0.1.0",

  "// logo": "Add \"logo\": the https address of a PNG, JPEG, WebP or GIF picture.",
  "// placeholders": "A name between two $ signs is a placeholder: $contact_id$. If your CRM needs many $ signs, add \"var_char\": \"{}\" and write {contact_id} everywhere.",

  "// properties": "The form that is filled in once per customer. Each label is also a placeholder: $API key$.",
  "properties": [
    {
      "label": "Instance URL",
      "type": "url",
      "help": "The address that you see in the browser after signing in.",
      "example": "https://acme.example.com"
    },
    {
      "label": "API key",
      "type": "secret",
      "help": "In the CRM: Settings, API, New key."
    }
  ],

  "// auth": "Bearer sends: Authorization: Bearer <token>. For a user name and a password write { \"type\": \"Basic\", \"username\": \"$User$\", \"password\": \"$Password$\" }, for a key in a header of its own { \"type\": \"ApiKey\", \"in\": \"header\", \"name\": \"X-Api-Key\", \"value\": \"$API key$\" }. Where people sign in at the CRM itself, or a login request gives a token, see \"Signing in\" in the guide.",
  "auth": { "type": "Bearer", "token": "$API key$" },

  "// parameters": "The values that this document uses, each as the CRM wants it: string, number, boolean, ISO8601Date, or an object with \"type\", \"format\", \"timezone\", \"default\". A name that Patchcord does not know is a value of your own, such as contact_owner here: one method binds it, later ones use it.",
  "parameters": {
    "user_id": "string",
    "user_name": "string",
    "email": "string",
    "phone": "string",
    "mobile": "string",
    "contact_id": "string",
    "contact_name": "string",
    "firstname": "string",
    "lastname": { "type": "string", "default": "Unknown caller" },
    "company_id": "string",
    "company_name": "string",
    "job_title": "string",
    "contact_owner": "string",
    "since": { "type": "ISO8601Date", "default": "2000-01-01T00:00:00.000Z" },
    "prefix": "string",
    "activity_id": "string",
    "activity_type": "string",
    "subject": "string",
    "description": "string",
    "party_number": "string",
    "call_key": "string",
    "call_duration": "number",
    "call_timestamp": "ISO8601Date",
    "call_timestop": "ISO8601Date",
    "call_result": "string",
    "content_url": "string",
    "file": "string",
    "filename": "string"
  },

  "// variables": "Values computed from others: arithmetic, a choice by another value, or an expression. {\"text\": \"...\"} keeps a text that looks like arithmetic.",
  "variables": {
    "call_duration_millis": "$call_duration$ * 1000",
    "call_title": {
      "activity_type": {
        "inbound": "Call from $party_number$",
        "outbound": "Call to $party_number$",
        "default": "Call"
      }
    },
    "call_status": { "expression": "call_result == 'answered' ? 'completed' : 'missed'" }
  },

  "// addresses": "resource_url stands before each request_path. contact_url and activity_url are pages that people open from the phone's app.",
  "resource_url": "$Instance URL$/api/v1",
  "contact_url": "$Instance URL$/contacts/$contact_id$",
  "activity_url": "$Instance URL$/calls/$activity_id$",

  "// API": "One request for each thing that happens. All methods are optional: delete those that the CRM cannot do. request_parameters is the query of a GET and the body of all others. In response_map a placeholder reads a value, a list of one element means: for each.",
  "API": {
    "Users": {
      "//": "The users of the CRM, to be linked with extensions. It is also the test of the connection.",
      "request_method": "GET",
      "request_path": "/users",
      "request_parameters": { "per_page": "$page_size$", "page": "$page$" },
      "paging": { "type": "page", "size": 100 },
      "response_map": {
        "items": [
          { "id": "$user_id$", "name": "$user_name$", "email": "$email$", "extension": "$phone$" }
        ]
      }
    },

    "Account": {
      "//": "Whose account is it? Shown beside the connection, so that everybody sees where the calls go.",
      "request_method": "GET",
      "request_path": "/account",
      "response_map": { "id": "$account_id$", "name": "$account_name$" }
    },

    "Contacts": {
      "//": "Copied, so that callers are known at once: all contacts, and later those changed since the last time, as far as the answers told with $since$. deleted says who is gone. phone, mobile and email may stand several times: all are kept.",
      "request_method": "GET",
      "request_path": "/contacts",
      "request_parameters": {
        "updated_after": "$since$",
        "per_page": "$page_size$",
        "page": "$page$"
      },
      "paging": { "type": "page", "size": 100 },
      "response_map": {
        "items": [
          {
            "id": "$contact_id$",
            "first_name": "$firstname$",
            "last_name": "$lastname$",
            "title": "$job_title$",
            "email": "$email$",
            "phone": "$phone$",
            "mobile": "$mobile$",
            "owner_id": "$contact_owner$",
            "company": { "id": "$company_id$", "name": "$company_name$" },
            "updated_at": "$since$",
            "archived": "$deleted$"
          }
        ]
      }
    },

    "Organizations": {
      "//": "The companies, copied in the same way, before the contacts.",
      "request_method": "GET",
      "request_path": "/companies",
      "request_parameters": {
        "updated_after": "$since$",
        "per_page": "$page_size$",
        "page": "$page$"
      },
      "paging": { "type": "page", "size": 100 },
      "response_map": {
        "items": [
          {
            "id": "$company_id$",
            "name": "$company_name$",
            "phone": "$phone$",
            "updated_at": "$since$",
            "archived": "$deleted$"
          }
        ]
      }
    },

    "FindContact": {
      "//": "Who is calling? Runs at each ring. Bind the number too: it is compared with the caller's. $phone_national$, $phone_digits$ and other forms exist.",
      "request_method": "GET",
      "request_path": "/contacts",
      "request_parameters": { "phone": "$phone_e164$" },
      "response_map": {
        "items": [
          {
            "id": "$contact_id$",
            "first_name": "$firstname$",
            "last_name": "$lastname$",
            "phone": "$phone$",
            "mobile": "$mobile$",
            "owner_id": "$contact_owner$",
            "company": { "id": "$company_id$", "name": "$company_name$" }
          }
        ]
      }
    },

    "SearchContacts": {
      "//": "What somebody types into the Search field: a name or a number.",
      "request_method": "GET",
      "request_path": "/contacts",
      "request_parameters": { "search": "$prefix$", "per_page": 20 },
      "response_map": {
        "items": [
          {
            "id": "$contact_id$",
            "first_name": "$firstname$",
            "last_name": "$lastname$",
            "phone": "$phone$",
            "mobile": "$mobile$"
          }
        ]
      }
    },

    "CreateContact": {
      "//": "A key whose placeholder has no value is left out of the request.",
      "request_method": "POST",
      "request_path": "/contacts",
      "request_parameters": {
        "first_name": "$firstname$",
        "last_name": "$lastname$",
        "email": "$email$",
        "phone": "$phone$",
        "mobile": "$mobile$",
        "company": { "name": "$company_name$" }
      },
      "response_map": { "id": "$contact_id$" }
    },

    "UpdateContact": {
      "request_method": "PATCH",
      "request_path": "/contacts/$contact_id$",
      "request_parameters": {
        "first_name": "$firstname$",
        "last_name": "$lastname$",
        "email": "$email$",
        "phone": "$phone$",
        "mobile": "$mobile$"
      }
    },

    "DeleteContact": {
      "request_method": "DELETE",
      "request_path": "/contacts/$contact_id$"
    },

    "CreateActivity": {
      "//": "Writes the call: at the ring if StopCallActivity exists, else at its end. call_key is a key of ours, one per call: keep it in a field of the CRM, so that FindActivity can tell whether a call is there already.",
      "request_method": "POST",
      "request_path": "/calls",
      "request_parameters": {
        "title": "$call_title$",
        "subject": "$subject$",
        "direction": "$activity_type$",
        "number": "$party_number$",
        "contact_id": "$contact_id$",
        "user_id": "$user_id$",
        "owner_id": "$contact_owner$",
        "started_at": "$call_timestamp$",
        "external_id": "$call_key$"
      },
      "response_map": { "id": "$activity_id$" }
    },

    "UpdateActivity": {
      "//": "Somebody wrote a comment, changed the subject, or the recording is ready.",
      "request_method": "PATCH",
      "request_path": "/calls/$activity_id$",
      "request_parameters": {
        "subject": "$subject$",
        "comment": "$description$",
        "contact_id": "$contact_id$",
        "recording_url": "$content_url$"
      }
    },

    "AssignActivity": {
      "//": "Somebody chose another contact for the call. Without this method UpdateActivity runs.",
      "request_method": "PATCH",
      "request_path": "/calls/$activity_id$",
      "request_parameters": { "contact_id": "$contact_id$" }
    },

    "AnswerCallActivity": {
      "//": "Somebody answered: from here on user_id is the one who did.",
      "request_method": "PATCH",
      "request_path": "/calls/$activity_id$",
      "request_parameters": { "status": "answered", "user_id": "$user_id$" }
    },

    "StopCallActivity": {
      "//": "The call has ended, answered or not.",
      "request_method": "PATCH",
      "request_path": "/calls/$activity_id$",
      "request_parameters": {
        "status": "$call_status$",
        "ended_at": "$call_timestop$",
        "duration_ms": "$call_duration_millis$",
        "user_id": "$user_id$"
      }
    },

    "UploadFile": {
      "//": "Attaches the recording. As multipart/form-data the file is sent as it is; in JSON $file$ is Base64 text.",
      "request_method": "POST",
      "request_path": "/calls/$activity_id$/files",
      "request_content_type": "multipart/form-data",
      "request_parameters": { "name": "$filename$", "file": "$file$" }
    },

    "FindActivity": {
      "//": "Was the call written, although the answer got lost? Without this method such a call is tried once more and marked as a possible duplicate.",
      "request_method": "GET",
      "request_path": "/calls",
      "request_parameters": { "external_id": "$call_key$" },
      "response_map": { "items": [{ "id": "$activity_id$", "external_id": "$call_key$" }] }
    }
  }
}
`;
