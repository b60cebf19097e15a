/**
 * Triggers that derived data from other rows. The operations that change those rows now do it themselves, in code that is written once for both database engines; constraints remain
 * triggers (docs/decisions/2026-11-30-derived-in-code.md).
 */
const TRIGGERS = [
  // devices/changes.ts
  'a_new_device_counts',
  'a_deleted_device_does_not_count',
  'a_changed_device_counts_as_it_is',
  'a_new_device_has_its_tags',
  'a_deleted_device_has_no_tags',
  'a_changed_device_is_found_by_its_tags',
  'a_tag_counts',
  'a_removed_tag_does_not_count',
  'a_waiting_device_is_a_signal',
  'another_reason_to_wait_is_a_signal',
  'a_decided_device_is_a_signal',
  'a_deleted_device_is_a_signal',
  'a_device_that_left_is_a_signal',
  // alerts/alert-store.ts
  'an_alerts_device_counts',
  'an_alert_is_open_while_a_device_is',
  // store/commit.ts
  'alerts_are_numbered',
  // store/public-id.ts
  'blocks_have_a_public_id',
  'api_keys_have_a_public_id',
  'saved_views_have_a_public_id',
  'portal_members_have_a_public_id',
];

export const derivedInCode = TRIGGERS.map((name) => `DROP TRIGGER ${name};\n`).join('');
