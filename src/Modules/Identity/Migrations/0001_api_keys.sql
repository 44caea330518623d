create schema identity;

-- The token itself is kept for publishable keys only (they are no secret); of a secret key there is its hash.
create table identity.api_keys (
    id uuid primary key,
    type text not null check (type in ('publishable', 'secret')),
    title text not null,
    token text,
    token_hash bytea not null unique,
    redacted text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    last_used_at timestamptz,
    revoked_at timestamptz,
    deleted_at timestamptz,
    check ((type = 'publishable') = (token is not null))
);

-- Sales channels are the catalogue's; here are only their ids.
create table identity.api_key_channels (
    api_key_id uuid not null references identity.api_keys (id),
    sales_channel_id uuid not null,
    primary key (api_key_id, sales_channel_id)
);
