-- What staff change is written down. Carts are shoppers'.
select audit.watch('ordering.orders', 'order', 'order');
select audit.watch('ordering.order_lines', 'order', 'order', 'order_id');
select audit.watch('ordering.order_shipping_methods', 'order', 'order', 'order_id', without => '{data}');
select audit.watch('ordering.order_transfers', 'order', 'order', 'order_id');
