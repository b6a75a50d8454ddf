// Generated from the catalog by `npm run generate`.

/** Rows of functions, by name. PostgreSQL does not say which columns are always there: `RowOf` does. */
export type FunctionRows = {
  readonly 'notify_hidden.activity_since': {
    readonly cursor: string | null;
    readonly is_reset: boolean | null;
    readonly items: string | null;
  };
  readonly 'notify_hidden.inbox': {
    readonly id: string | null;
    readonly event_id: string | null;
    readonly recipient_id: string | null;
    readonly type_key: string | null;
    readonly priority: string | null;
    readonly actor_id: string | null;
    readonly title: string | null;
    readonly subtitle: string | null;
    readonly body: string | null;
    readonly channel_texts: unknown | null;
    readonly rich_content: unknown | null;
    readonly data: unknown | null;
    readonly thread_id: string | null;
    readonly collapse_key: string | null;
    readonly created_at: Date | null;
    readonly told_at: Date | null;
    readonly expires_at: Date | null;
    readonly seen_at: Date | null;
    readonly read_at: Date | null;
    readonly clicked_at: Date | null;
    readonly archived_at: Date | null;
    readonly snoozed_until: Date | null;
    readonly deleted_at: Date | null;
    readonly changed_at: Date | null;
    readonly changed_xid: string | null;
  };
  readonly 'notify_hidden.inbox_page': {
    readonly notification_id: string | null;
    readonly is_read: boolean | null;
  };
  readonly 'notify_hidden.inbox_rows': {
    readonly id: string | null;
    readonly event_id: string | null;
    readonly recipient_id: string | null;
    readonly type_key: string | null;
    readonly priority: string | null;
    readonly actor_id: string | null;
    readonly title: string | null;
    readonly subtitle: string | null;
    readonly body: string | null;
    readonly channel_texts: unknown | null;
    readonly rich_content: unknown | null;
    readonly data: unknown | null;
    readonly thread_id: string | null;
    readonly collapse_key: string | null;
    readonly created_at: Date | null;
    readonly told_at: Date | null;
    readonly expires_at: Date | null;
    readonly seen_at: Date | null;
    readonly read_at: Date | null;
    readonly clicked_at: Date | null;
    readonly archived_at: Date | null;
    readonly snoozed_until: Date | null;
    readonly deleted_at: Date | null;
    readonly changed_at: Date | null;
    readonly changed_xid: string | null;
  };
  readonly 'notify_hidden.inbox_since': {
    readonly cursor: string | null;
    readonly is_reset: boolean | null;
    readonly items: string | null;
    readonly removed: readonly string[] | null;
    readonly unread: number | null;
    readonly returns_at: string | null;
  };
  readonly 'notify_hidden.resolve_explain_target': {
    readonly of_event_id: string | null;
    readonly of_recipient_id: string | null;
  };
  readonly 'notify_hidden.rules': {
    readonly position: number | null;
    readonly rule: string | null;
    readonly keys: readonly string[] | null;
  };
  readonly 'notify_hidden.send_test_push': {
    readonly tested_device_id: string | null;
    readonly event_id: string | null;
  };
  readonly 'notify_hidden.test_states': {
    readonly event_id: string | null;
    readonly delivery_id: string | null;
    readonly status: string | null;
    readonly reason: string | null;
    readonly code: string | null;
    readonly settled: boolean | null;
  };
  readonly 'notify_private.claim_deliveries': {
    readonly delivery_id: string | null;
    readonly attempt: number | null;
    readonly address: string | null;
    readonly web_push_p256dh: string | null;
    readonly web_push_auth: string | null;
    readonly registered_at: Date | null;
    readonly webhook_secrets: readonly string[] | null;
    readonly type_key: string | null;
    readonly title: string | null;
    readonly subtitle: string | null;
    readonly body: string | null;
    readonly data: unknown | null;
    readonly thread_id: string | null;
    readonly collapse_key: string | null;
    readonly tag: string | null;
    readonly sound: string | null;
    readonly urgency: string | null;
    readonly interruption_level: string | null;
    readonly expires_at: Date | null;
    readonly email: unknown | null;
    readonly recipient_id: string | null;
    readonly origin_answers: boolean | null;
    readonly rich_content: unknown | null;
    readonly happened_at: Date | null;
    readonly sender_id: number | null;
  };
  readonly 'notify_private.claim_status_batch': {
    readonly webhook_id: string | null;
    readonly url: string | null;
    readonly secrets: readonly string[] | null;
    readonly fixed_at: Date | null;
    readonly dropped_events: string | null;
    readonly events: unknown | null;
  };
  readonly 'notify_private.confirm_email': {
    readonly state: string | null;
    readonly locale: string | null;
  };
  readonly 'notify_private.current_pauses': {
    readonly origin: string | null;
    readonly reason: string | null;
    readonly pauses: number | null;
    readonly paused_until: Date | null;
  };
  readonly 'notify_private.email_template': {
    readonly html: string | null;
    readonly texts: unknown | null;
    readonly digest: string | null;
  };
  readonly 'notify_private.heartbeat': {
    readonly alive: boolean | null;
    readonly senders_changed_at: Date | null;
  };
  readonly 'notify_private.list_senders': {
    readonly id: number | null;
    readonly app_key: string | null;
    readonly provider: string | null;
    readonly environment: string | null;
    readonly options: unknown | null;
    readonly secret_setting: string | null;
    readonly place: number | null;
    readonly changed_at: Date | null;
  };
  readonly 'notify_private.live_activities': {
    readonly user_id: string | null;
    readonly id: string | null;
    readonly item: string | null;
  };
  readonly 'notify_private.live_activities_since': {
    readonly place: string | null;
    readonly cursor: string | null;
    readonly is_reset: boolean | null;
    readonly items: string | null;
  };
  readonly 'notify_private.live_announcements': {
    readonly id: string | null;
    readonly audience: string | null;
    readonly live_channel_name: string | null;
    readonly segment_key: string | null;
    readonly starts_at: Date | null;
    readonly ends_at: Date | null;
    readonly frames: unknown | null;
  };
  readonly 'notify_private.live_channels': {
    readonly name: string | null;
    readonly activity_types: readonly string[] | null;
  };
  readonly 'notify_private.live_counts': {
    readonly user_id: string | null;
    readonly unread: number | null;
    readonly returns_at: string | null;
  };
  readonly 'notify_private.live_items': {
    readonly user_id: string | null;
    readonly id: string | null;
    readonly item: string | null;
  };
  readonly 'notify_private.live_locales': {
    readonly user_id: string | null;
    readonly locale: string | null;
  };
  readonly 'notify_private.live_refused': {
    readonly user_id: string | null;
    readonly session_id: string | null;
  };
  readonly 'notify_private.live_since': {
    readonly place: string | null;
    readonly cursor: string | null;
    readonly is_reset: boolean | null;
    readonly items: string | null;
    readonly removed: readonly string[] | null;
    readonly unread: number | null;
    readonly returns_at: string | null;
  };
  readonly 'notify_private.past_partitions': {
    readonly table_name: string | null;
    readonly partition_name: string | null;
    readonly from_id: string | null;
    readonly to_id: string | null;
    readonly kept_since: Date | null;
    readonly needed: string | null;
  };
  readonly 'notify_private.plan_next': {
    readonly found: boolean | null;
    readonly more: boolean | null;
    readonly unplanned: readonly string[] | null;
  };
  readonly 'notify_private.prometheus_metrics': {
    readonly name: string | null;
    readonly labels: unknown | null;
    readonly value: number | null;
  };
  readonly 'notify_private.readiness': {
    readonly missing_migrations: string | null;
    readonly missing_partitions: string | null;
    readonly workers_alive: string | null;
    readonly packs: readonly string[] | null;
  };
  readonly 'notify_private.recent_closings': {
    readonly user_id: string | null;
    readonly seconds_ago: number | null;
  };
  readonly 'notify_private.record_results': {
    readonly status: string | null;
    readonly deliveries: string | null;
  };
  readonly 'notify_private.run_due_sweeps': {
    readonly id: string | null;
    readonly sweep_key: string | null;
    readonly requested_by: string | null;
    readonly requested_at: Date | null;
    readonly started_at: Date | null;
    readonly finished_at: Date | null;
    readonly took: string | null;
    readonly seen: string | null;
    readonly events: string | null;
    readonly sent: string | null;
    readonly held_back: string | null;
    readonly waiting: string | null;
    readonly settled_at: Date | null;
    readonly error: string | null;
  };
  readonly 'notify_private.twilio_sender': {
    readonly secret_setting: string | null;
  };
};
