-- migrate:up
set local lock_timeout = '5s';

insert into notify.notification_types
  (key, pack, category, priority, channels, default_channels, audience, still_relevant, dedupe_key, data_template, thread_template,
   email_template, email_url, labels, image_url, actions, android_channel_id, apns_category)
values
  ('order_placed', 'shop', 'orders', 'P1', '{push,email,in_app}', '{push,email,in_app}', 'shop_private.order_audience', null,
   'order_placed:{OrderId}', '{"orderId": "{OrderId}", "number": "{Number}", "total": "{Total}"}', 'order:{OrderId}',
   'receipt', '/orders/{orderId}', '{"en": "Orders received", "fr": "Commandes reçues"}', null, null, null, null),
  ('order_shipped', 'shop', 'orders', 'P1', '{push,email,in_app}', '{push,in_app}', 'shop_private.order_audience',
   'shop_private.order_is_under_way', 'order_shipped:{OrderId}', '{"orderId": "{OrderId}", "number": "{Number}"}', 'order:{OrderId}',
   'notification', '/orders/{orderId}', '{"en": "Orders on their way", "fr": "Commandes en route"}',
   'https://shop.example/orders/{Number}/parcel.jpg',
   '[{"key": "track", "url": "/orders/{OrderId}/track"}, {"key": "help", "url": "/orders/{OrderId}/help"}]', 'orders', 'ORDER_SHIPPED');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
