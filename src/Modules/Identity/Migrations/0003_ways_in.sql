-- When the address was proven to be its identity's, by a link or a code that was sent there.
alter table identity.sign_ins add column verified_at timestamptz;

-- Links and codes that were sent to people: their hashes. Each works once, for some minutes.
create table identity.mailed_secrets (
    id uuid primary key,
    purpose text not null check (purpose in ('password_reset', 'email_verification', 'magic_link', 'one_time_code', 'phone')),
    actor_type text not null check (actor_type in ('customer', 'user')),
    -- An e-mail address or a phone number.
    recipient text not null,
    secret_hash text not null unique,
    -- Of the browser that asked, where only that one may use it.
    browser_hash text,
    attempts int not null default 0,
    expires_at timestamptz not null,
    used_at timestamptz,
    created_at timestamptz not null default now()
);
create index mailed_secrets_recipient on identity.mailed_secrets (recipient, purpose) where used_at is null;
create index mailed_secrets_expired on identity.mailed_secrets (expires_at);

-- How often something was tried in the present window, for all hosts. Keys are hashes: this is no list of addresses.
create table identity.throttles (
    key bytea primary key,
    count int not null,
    resets_at timestamptz not null
);
create index throttles_reset on identity.throttles (resets_at);

-- Authenticator apps. The secret is under the key ring; a code's step is used once.
create table identity.mfa_factors (
    id uuid primary key,
    identity_id uuid not null references identity.identities (id) on delete cascade,
    label text,
    secret text not null,
    last_step bigint not null default 0,
    enabled_at timestamptz,
    created_at timestamptz not null default now()
);
create index mfa_factors_identity on identity.mfa_factors (identity_id);

create table identity.recovery_codes (
    identity_id uuid not null references identity.identities (id) on delete cascade,
    code_hash text not null,
    used_at timestamptz,
    primary key (identity_id, code_hash)
);

-- Sign-ins that wait for their second step. The token opens nothing but that.
create table identity.mfa_challenges (
    id uuid primary key,
    identity_id uuid not null references identity.identities (id) on delete cascade,
    actor_type text not null check (actor_type in ('customer', 'user')),
    provider text not null,
    account text,
    -- Of its identity, when the sign-in began.
    revocations int not null,
    token_hash text not null unique,
    attempts int not null default 0,
    expires_at timestamptz not null,
    completed_at timestamptz,
    created_at timestamptz not null default now()
);
create index mfa_challenges_expired on identity.mfa_challenges (expires_at);
