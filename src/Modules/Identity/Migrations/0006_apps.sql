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

select audit.watch('identity.apps', 'app', 'app');
select audit.watch('identity.app_secrets', 'app', 'app', 'app_id');
