-- Lines added in one request share their time: this keeps them in the order in which they were sent.
alter table ordering.cart_lines add column position bigint generated always as identity;
