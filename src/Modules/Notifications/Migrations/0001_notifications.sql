create schema notifications;

-- The outbox: a row is written before anything is sent. Its text is under the key ring, and gone when expires_at has passed.
create table notifications.messages (
    id uuid primary key,
    key text not null unique,
    kind text not null,
    channel text not null check (channel in ('email', 'sms')),
    recipient text not null,
    locale text,
    body text,
    is_secret boolean not null,
    expires_at timestamptz not null,
    provider text,
    sent_at timestamptz,
    created_at timestamptz not null default now()
);
create index messages_created on notifications.messages (created_at);
create index messages_expiring on notifications.messages (expires_at) where body is not null;
create index messages_recipient on notifications.messages (recipient);
