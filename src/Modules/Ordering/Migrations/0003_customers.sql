-- The address of the account that a cart belongs to; the e-mail a shopper writes into it may be another.
alter table ordering.carts add column customer_email text;

-- A customer's open carts, which are put together at sign-in.
create index carts_customer on ordering.carts (customer_id) where customer_id is not null and completed_at is null;

-- A customer's orders, as they see them: the newest first.
create index orders_of_customer on ordering.orders (customer_id, created_at desc, id) where customer_id is not null;
drop index ordering.orders_customer;
