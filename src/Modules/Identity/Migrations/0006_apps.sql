-- Programs of others that may ask people for access (OAuth 2.0 clients). An identity stands behind each, for what it does as itself.
create table identity.apps (
    id uuid primary key,
    identity_id uuid not null unique references identity.identities (id),
    name text not null,
    kind text not null check (kind in ('confidential', 'public')),
    audience text not null check (audience in ('customer', 'user')),
    redirect_uris text[] not null,
    scopes text[] not null,
    grant_types text[] not null,
    is_first_party boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);

-- Hashes. One that was replaced is good for some hours more.
create table identity.app_secrets (
    secret_hash bytea primary key,
    app_id uuid not null references identity.apps (id),
    redacted text not null,
    good_until timestamptz,
    created_at timestamptz not null default now()
);
create unique index app_secrets_current on identity.app_secrets (app_id) where good_until is null;

-- What an app was given is a session of whoever gave it: listed and revoked like any other.
alter table identity.sessions
    add column app_id uuid references identity.apps (id),
    add column scopes text[],
    drop constraint sessions_actor_type_check,
    add constraint sessions_actor_type_check check (actor_type in ('customer', 'user', 'app')),
    add constraint sessions_of_apps check ((app_id is null) = (scopes is null) and (actor_type <> 'app' or app_id is not null));
create index sessions_app on identity.sessions (app_id) where app_id is not null and revoked_at is null;

-- What somebody let an app do, given in a session of theirs: good for a minute and once. Their hashes.
create table identity.app_codes (
    code_hash bytea primary key,
    app_id uuid not null references identity.apps (id),
    given_in uuid not null references identity.sessions (id) on delete cascade,
    redirect_uri text not null,
    challenge text not null,
    scopes text[] not null,
    nonce text,
    expires_at timestamptz not null,
    used_at timestamptz,
    -- The session that came of it.
    session_id uuid,
    check ((used_at is null) = (session_id is null))
);
create index app_codes_given on identity.app_codes (given_in);
create index app_codes_expired on identity.app_codes (expires_at);

-- Hashes. One that was used stays as long as its session, to be known again; what it gave is under the key ring, for the same request again.
create table identity.refresh_tokens (
    token_hash bytea primary key,
    session_id uuid not null references identity.sessions (id) on delete cascade,
    used_at timestamptz,
    next_token text,
    created_at timestamptz not null default now(),
    check ((used_at is null) = (next_token is null))
);
create index refresh_tokens_session on identity.refresh_tokens (session_id);

create table identity.app_consents (
    app_id uuid not null references identity.apps (id),
    identity_id uuid not null references identity.identities (id) on delete cascade,
    scopes text[] not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (app_id, identity_id)
);
create index app_consents_identity on identity.app_consents (identity_id);

select audit.watch('identity.apps', 'app', 'app');
select audit.watch('identity.app_secrets', 'app', 'app', 'app_id');
