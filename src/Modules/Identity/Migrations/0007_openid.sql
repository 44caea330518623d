-- Sign-ins that are under way at a provider: what comes back must be what went out, once, in the browser that asked.
create table identity.openid_attempts (
    state_hash text primary key,
    provider text not null,
    actor_type text not null check (actor_type in ('customer', 'user')),
    browser_hash text not null,
    nonce_hash text not null,
    -- Of the code challenge, under the key ring.
    verifier text not null,
    callback_url text not null,
    -- Who adds a way in to what they have; null for a sign-in.
    session_id uuid references identity.sessions (id) on delete cascade,
    -- What a page of ours goes on with, under the key ring; null where the storefront's goes on.
    page text,
    expires_at timestamptz not null,
    created_at timestamptz not null default now()
);
create index openid_attempts_expired on identity.openid_attempts (expires_at);

-- What a provider tells of a person: address and names.
alter table identity.sign_ins add column profile jsonb check (profile is null or jsonb_typeof(profile) = 'object');
