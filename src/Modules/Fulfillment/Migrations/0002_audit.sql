-- What staff change is written down.
select audit.watch('fulfillment.fulfillment_sets', 'fulfillment_set', 'fuset');
select audit.watch('fulfillment.service_zones', 'service_zone', 'serzo');
select audit.watch('fulfillment.geo_zones', 'service_zone', 'serzo', 'service_zone_id');
select audit.watch('fulfillment.shipping_profiles', 'shipping_profile', 'sp');
select audit.watch('fulfillment.shipping_option_types', 'shipping_option_type', 'sotype');
select audit.watch('fulfillment.shipping_options', 'shipping_option', 'so');
select audit.watch('fulfillment.shipping_option_rules', 'shipping_option', 'so', 'shipping_option_id');
select audit.watch('fulfillment.shipping_option_prices', 'shipping_option', 'so', 'shipping_option_id');
select audit.watch('fulfillment.shipping_price_rules', 'shipping_option_price', 'price', 'price_id');
