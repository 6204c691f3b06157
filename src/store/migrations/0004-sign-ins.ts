import type { Migration } from './list.ts';

export const signIns: Migration = {
  id: '0004-sign-ins',
  statements: ({ text, integer, blob, end }) => [
    `create table sign_in (
      organization_id ${text} not null,
      connection_id ${text} not null primary key,
      generation ${integer} not null,
      fence ${integer} not null,
      status ${text} not null check (status in ('idle', 'refreshing')),
      since ${integer},
      lease_until ${integer},
      node ${text},
      key_id ${text},
      nonce ${blob},
      sealed ${blob},
      received_at ${integer},
      expires_at ${integer},
      refresh_at ${integer},
      rejected_generation ${integer} not null,
      answer_lost ${integer} not null,
      failures ${integer} not null,
      retry_at ${integer},
      message ${text},
      needs_auth ${text},
      account_id ${text},
      account_name ${text},
      signed_in_at ${integer},
      updated_at ${integer} not null,
      foreign key (organization_id, connection_id)
        references connection (organization_id, id) on delete cascade
    )${end}`,
    `create table sign_in_offer (
      organization_id ${text} not null,
      connection_id ${text} not null primary key,
      key_id ${text} not null,
      nonce ${blob} not null,
      sealed ${blob} not null,
      received_at ${integer} not null,
      expires_at ${integer},
      refresh_at ${integer},
      account_id ${text},
      account_name ${text},
      foreign key (organization_id, connection_id)
        references connection (organization_id, id) on delete cascade
    )${end}`,
    `create table authorization_request (
      state_hash ${text} not null primary key,
      organization_id ${text} not null,
      connection_id ${text} not null,
      key_id ${text} not null,
      nonce ${blob} not null,
      sealed ${blob} not null,
      authorization_url ${text} not null,
      token_url ${text},
      redirect_uri ${text} not null,
      actor ${text} not null,
      return_to ${text},
      created_at ${integer} not null,
      expires_at ${integer} not null,
      used_at ${integer},
      foreign key (organization_id, connection_id)
        references connection (organization_id, id) on delete cascade
    )${end}`,
    `create index authorization_request_by_age on authorization_request (created_at)`,
  ],
};
