-- Passkeys (WebAuthn credentials). A person has theirs as a customer and theirs as staff: neither opens the other's door.
create table identity.passkeys (
    id uuid primary key,
    identity_id uuid not null references identity.identities (id) on delete cascade,
    actor_type text not null check (actor_type in ('customer', 'user')),
    credential_id bytea not null unique check (length(credential_id) between 1 and 1023),
    public_key bytea not null,
    name text not null,
    -- Of the authenticator: where it counts, it only ever rises.
    sign_count bigint not null check (sign_count >= 0),
    transports text[] not null,
    -- Whether it has ever looked at its owner: then it is two factors, and who has it needs no other way to show two.
    is_user_verified boolean not null default false,
    is_backup_eligible boolean not null,
    is_backed_up boolean not null,
    created_at timestamptz not null default now(),
    last_used_at timestamptz,
    -- When an answer came whose counter had not risen: somebody may have a copy of the key. It was refused.
    counter_refused_at timestamptz
);
create index passkeys_identity on identity.passkeys (identity_id);

-- Challenges that were answered rightly. They travel sealed, so only those that may not come again are kept.
create table identity.spent_passkey_challenges (
    id uuid primary key,
    expires_at timestamptz not null
);
create index spent_passkey_challenges_expired on identity.spent_passkey_challenges (expires_at);
