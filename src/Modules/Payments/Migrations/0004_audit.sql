-- What staff change is written down, without what providers tell: secrets of theirs may be in it.
select audit.watch('payments.payments', 'payment', 'pay', without => '{data,means}');
-- A note stays as it is with its operation, until who paid is forgotten.
select audit.watch('payments.operations', 'payment', 'pay', 'payment_id', without => '{request_key,note}');
select audit.watch('payments.ledger', 'payment', 'pay', 'payment_id');
select audit.watch('payments.collections', 'payment_collection', 'pay_col');
