-- What a secret key may do: grants as in the list of permissions.
alter table identity.api_keys
    add column permissions text[] not null default '{}',
    add column expires_at timestamptz;
update identity.api_keys set permissions = '{*}' where type = 'secret';

-- Tokens that were replaced. They stay, so that none of them can become a key again.
create table identity.former_keys (
    token_hash bytea primary key,
    api_key_id uuid not null references identity.api_keys (id),
    good_until timestamptz not null,
    created_at timestamptz not null default now()
);

create table identity.users (
    id uuid primary key,
    identity_id uuid unique references identity.identities (id),
    email text not null check (email = lower(email)),
    first_name text,
    last_name text,
    avatar_url text,
    metadata jsonb check (metadata is null or jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deactivated_at timestamptz,
    deleted_at timestamptz,
    check (deleted_at is not null or identity_id is not null)
);
create unique index users_email on identity.users (email) where deleted_at is null;

create table identity.roles (
    id uuid primary key,
    name text not null unique check (name ~ '^[a-z0-9][a-z0-9-]*$'),
    description text,
    permissions text[] not null,
    is_built_in boolean not null default false,
    -- Whoever has it may do nothing by any role until they have shown a second factor.
    requires_mfa boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

create table identity.user_roles (
    user_id uuid not null references identity.users (id),
    role_id uuid not null references identity.roles (id),
    primary key (user_id, role_id)
);
create index user_roles_role on identity.user_roles (role_id);

-- With patterns, so that they hold for permissions to come.
insert into identity.roles (id, name, description, permissions, is_built_in) values
    ('00000000-0000-7000-8000-000000000001', 'admin', 'May do everything.', '{*}', true),
    ('00000000-0000-7000-8000-000000000002', 'manager', 'Runs the shop; makes neither keys nor staff.',
        '{products:*,pricing:*,promotions:*,inventory:*,orders:*,customers:*,payments:*,settings:*,keys:read,staff:read}', true),
    ('00000000-0000-7000-8000-000000000003', 'support', 'Helps customers: edits and cancels orders, gives money back.',
        '{products:read,pricing:read,promotions:read,inventory:read,orders:*,customers:read,customers:write,payments:read,payments:refund,settings:read}', true),
    ('00000000-0000-7000-8000-000000000004', 'read-only', 'Sees everything and changes nothing.', '{*:read}', true);

create table identity.invites (
    id uuid primary key,
    email text not null check (email = lower(email)),
    token_hash bytea not null unique,
    role_ids uuid[] not null,
    metadata jsonb check (metadata is null or jsonb_typeof(metadata) = 'object'),
    expires_at timestamptz not null,
    accepted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
);
create unique index invites_email on identity.invites (email) where accepted_at is null and deleted_at is null;
