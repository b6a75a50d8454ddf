-- migrate:up
set local lock_timeout = '5s';

insert into notify.notification_copies (type_key, locale, title, body) values
  ('order_placed', 'en', 'Order {Number}', 'We have your order. It comes to {Total}.'),
  ('order_placed', 'fr', 'Commande {Number}', 'Nous avons bien reçu votre commande. Son montant est de {Total}.');

-- Each button has its title in each language.
insert into notify.notification_copies (type_key, locale, title, body, action_titles) values
  ('order_shipped', 'en', 'Order {Number} is on its way', 'You will have it soon.', '{"track": "Track it", "help": "Get help"}'),
  ('order_shipped', 'fr', 'La commande {Number} est en route', 'Vous l''aurez bientôt.', '{"track": "Suivre", "help": "Aide"}');

-- What its categories are called.
insert into notify_private.sentences (key, locale, you) values
  ('category.orders', 'en', 'Orders'), ('category.orders', 'fr', 'Commandes');

-- migrate:down
do $$ begin raise exception 'Rowbell rolls forward only: write a new migration'; end $$;
