-- Who tried to pay, from where and with what: for counting only, and forgotten after a while (Payments:Fraud:Keep).
create table payments.attempts (
    -- In the order in which those that have anything in common were written.
    id bigint generated always as identity primary key,
    -- Null for one that its provider refused.
    payment_id uuid unique references payments.payments (id),
    -- The provider's name of a try that it refused.
    refused_try text unique,
    -- Lower case, without what follows a «+».
    email text,
    -- An IPv4 address, the first 64 bits of an IPv6 address.
    network inet,
    fingerprint text,
    created_at timestamptz not null default now()
);
create index attempts_email on payments.attempts (email, created_at) where email is not null;
create index attempts_network on payments.attempts (network, created_at) where network is not null;
create index attempts_fingerprint on payments.attempts (fingerprint, created_at) where fingerprint is not null;
create index attempts_created_at on payments.attempts (created_at);

-- What the fraud rules said of a payment, once, without anything of the shopper but the account.
create table payments.assessments (
    payment_id uuid primary key references payments.payments (id),
    score int not null check (score between 0 and 100),
    verdict text not null check (verdict in ('allow', 'review', 'deny')),
    -- Sentences, each with its points.
    reasons text[] not null,
    amount bigint not null,
    currency_code text not null,
    customer_id uuid,
    created_at timestamptz not null default now()
);
-- What is usual in the shop, and for a customer.
create index assessments_shop on payments.assessments (currency_code, created_at) where verdict = 'allow';
create index assessments_customer on payments.assessments (customer_id, currency_code, created_at) where verdict = 'allow' and customer_id is not null;
create trigger assessments_append_only before update or delete or truncate on payments.assessments
    for each statement execute function payments.refuse_change();

alter table payments.payments
    -- Held until staff have decided; a denied one is never captured.
    add column review text check (review in ('pending', 'released', 'denied')),
    -- Staff's API key; null when the rules decided.
    add column reviewed_by text,
    add column reviewed_at timestamptz;
create index payments_review on payments.payments (id) where review = 'pending';

-- What is to be forgotten.
create index sessions_ip on payments.sessions (created_at) where ip is not null;
create index payments_fingerprint on payments.payments (created_at) where means ->> 'fingerprint' is not null;
